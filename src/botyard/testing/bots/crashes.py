"""Stores and venues that die at a chosen write: before it happens, or after it happened but before anybody knew."""

from collections.abc import Callable
from typing import Any

WRITES = ("append", "set_status", "acquire", "submit", "cancel", "settle_open", "settle")


class Died(BaseException):
    """The process is gone; nothing in the tick may catch this."""


class Fuse:
    """Counts writes across ports and dies at one of them; from then on every call dies, as in a dead process."""

    def __init__(self, at: int, *, after: bool) -> None:
        self.at = at
        self.after = after
        self.count = 0
        self.is_dead = False

    def run(self, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Make the call, or die before or after it."""
        self.check()
        self.count += 1
        if self.count != self.at:
            return call(*args, **named)
        if self.after:
            call(*args, **named)
        self.is_dead = True
        raise Died(f"write {self.at}")

    def check(self) -> None:
        """Raise when the process is dead already."""
        if self.is_dead:
            raise Died("already dead")


class Fused:
    """Any port, with its writes through a fuse."""

    def __init__(self, port: Any, fuse: Fuse) -> None:
        self._port = port
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name in WRITES:
            return lambda *args, **named: self._fuse.run(found, *args, **named)
        if name == "release":
            return lambda *args: None if self._fuse.is_dead else found(*args)
        if callable(found):
            self._fuse.check()
        return found
