"""BOTYARD_MODEL in its parts: `bedrock:MODEL`, `anthropic:MODEL` or `openai:MODEL`, each with `@URL` where it is elsewhere."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

from botyard.errors import UserError

Provider = Literal["bedrock", "anthropic", "openai"]

SETTING = "BOTYARD_MODEL"
EXAMPLES = (
    f"{SETTING}=bedrock:us.anthropic.claude-sonnet-4-5-20250929-v1:0, {SETTING}=anthropic:claude-sonnet-4-6 "
    f"or {SETTING}=openai:qwen3@http://127.0.0.1:11434"
)
KEYS = {"anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY"}
"""The variable that lets us in; Bedrock takes AWS's own credentials."""


@dataclass(frozen=True, slots=True)
class ModelSetting:
    """Which model, and where; `url` is empty for the vendor's own address."""

    provider: Provider
    model: str
    url: str = ""

    @property
    def name(self) -> str:
        """The setting without the address."""
        return f"{self.provider}:{self.model}"

    @property
    def is_own_server(self) -> bool:
        """Whether it is a server of the person's own, which costs nothing per token."""
        return self.provider == "openai" and bool(self.url)


def parse(text: str, environment: Mapping[str, str] = os.environ) -> ModelSetting:
    """Read a setting, and check that its key is there.

    Raises: UserError saying what is wrong, and which variable is missing.
    """
    provider, colon, rest = text.strip().partition(":")
    if not colon or provider not in get_args(Provider) or not rest:
        raise UserError(f"{SETTING}={text!r} names no model; write PROVIDER:MODEL, such as {EXAMPLES}")
    model, url = _split(rest)
    if not model:
        raise UserError(f"{SETTING}={text!r} has no model before its @URL; such as {EXAMPLES}")
    if url:
        _check(url, text)
    setting = ModelSetting(provider, model, url)  # type: ignore[arg-type]  # one of the three, as checked
    key = KEYS.get(provider)
    if key and not setting.is_own_server and not environment.get(key):
        raise UserError(f"{SETTING}={setting.name} needs {key} in the environment, and it is not set")
    return setting


def _split(rest: str) -> tuple[str, str]:
    for scheme in ("@http://", "@https://"):
        model, at, address = rest.partition(scheme)
        if at:
            return model, scheme[1:] + address
    return rest, ""


def _check(url: str, text: str) -> None:
    try:
        parts = urlsplit(url)
        good = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise UserError(f"{SETTING}={text!r}: {url!r} is no address; write http://HOST:PORT, such as {EXAMPLES}")
    if parts.username or parts.password:
        raise UserError(f"{SETTING} must not carry a password in its address; put the key into OPENAI_API_KEY")
