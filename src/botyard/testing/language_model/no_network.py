"""Tests speak with nobody outside: a connection that leaves the loopback is an error, and no model is set."""

import os
import socket
from typing import Any

_LOCAL = ("127.", "::1", "localhost")
_MODEL_VARIABLES = (
    "BOTYARD_MODEL", "BOTYARD_MODEL_PRICE", "BOTYARD_DEPLOYER", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL",
    "OPENAI_API_KEY", "OPENAI_BASE_URL", "AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
)  # fmt: skip


class LeftLoopbackError(AssertionError):
    """A test wanted to speak with somebody outside."""


def keep_to_loopback() -> None:
    """From now on this process cannot connect, or look up a name, beyond the loopback."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check(self.family, address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *rest: Any, **more: Any) -> Any:
        _check(socket.AF_INET, (host,))
        return look_up(host, *rest, **more)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign,assignment]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = guarded_look_up


def forget_models() -> None:
    """Take what a person has set for models out of the environment, which the tests' processes inherit."""
    for name in _MODEL_VARIABLES:
        os.environ.pop(name, None)
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


def _check(family: int, address: Any) -> None:
    if family == socket.AF_UNIX:
        return
    host = address[0] if isinstance(address, tuple) else address
    text = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    if not text.startswith(_LOCAL):
        raise LeftLoopbackError(
            f"a test may not speak with {text}: use a recording, a fake, or a server on the loopback"
        )
