"""Cut secrets out of what is said to a model and out of what is kept of it."""

import dataclasses
import os
import re
from collections.abc import Mapping
from typing import Any

from botyard.records.conversation import Message, Reply, Request

CUT = "[secret]"
_NAMES = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL", re.IGNORECASE)
_SHORTEST = 12  # characters: shorter values would cut into plain words
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|\bsk-[A-Za-z0-9_-]{16,}"  # OpenAI, Anthropic
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # AWS
    r"|\bABSK[A-Za-z0-9+/=]{20,}"  # Bedrock
    r"|\b\d{8,10}:[A-Za-z0-9_-]{35}\b"  # Telegram
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}"
    r"|\bey[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{10,}"  # JSON web tokens
    r"|\bBearer +[A-Za-z0-9._~+/=-]{16,}",
    re.DOTALL,
)


class SecretFilter:
    """Knows the secrets of this process's environment, and the shapes of common keys."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        values = {v for name, v in environment.items() if _NAMES.search(name) and len(v) >= _SHORTEST}
        self._values = sorted(values, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Give the text without secrets."""
        for value in self._values:
            text = text.replace(value, CUT)
        return _SHAPES.sub(CUT, text)

    def request(self, request: Request) -> Request:
        """Give the request without secrets; nothing else is sent."""
        messages = tuple(self._message(m) for m in request.messages)
        return dataclasses.replace(request, system=self.text(request.system), messages=messages)

    def reply(self, reply: Reply) -> Reply:
        """Give the reply without secrets."""
        return dataclasses.replace(reply, text=self.text(reply.text), arguments=self._plain(reply.arguments))

    def _message(self, message: Message) -> Message:
        return dataclasses.replace(message, text=self.text(message.text), arguments=self._plain(message.arguments))

    def _plain(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(name)): self._plain(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        return value
