"""What goes wrong at a call: the process dies before or after it, or the call fails before or after it took effect."""

import random
from collections.abc import Callable
from typing import Any, Literal

from botyard.errors import RetryableError
from botyard.testing.bots.crashes import Died

Fate = Literal["die_before", "die_after", "fail_before", "fail_after"]
DEATHS: tuple[Fate, ...] = ("die_before", "die_after")
FATES: tuple[Fate, ...] = ("die_before", "die_after", "fail_before", "fail_after")

Next = Callable[[int], Fate | None]
"""From the number of a call (1 is the first) to what happens at it."""


class Fates:
    """Counts the calls of all ports of one process, and lets each have its fate. A dead process calls nobody."""

    def __init__(self, following: Next) -> None:
        self.following = following
        self.calls = 0
        self.deaths = 0
        self.failures = 0
        self.is_dead = False

    def call(self, what: str, call: Callable[[], Any]) -> Any:
        """Make a call, unless fate has it otherwise. Raises: Died, RetryableError."""
        if self.is_dead:
            raise Died("dead already")
        self.calls += 1
        fate = self.following(self.calls)
        if fate is None:
            return call()
        answer = call() if fate in ("die_after", "fail_after") else None
        if fate in DEATHS:
            self.deaths += 1
            self.is_dead = True
            raise Died(f"{fate} {what}, call {self.calls}")
        if what == "tell":  # a notifier keeps its failures to itself
            return answer
        self.failures += 1
        raise RetryableError(f"{what} failed by chance")

    def revive(self) -> None:
        """Begin another process."""
        self.is_dead = False


class Mortal:
    """Any port, with every method call in the hands of fate."""

    def __init__(self, port: Any, fates: Fates) -> None:
        self._port = port
        self._fates = fates

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found) or name == "now_ms":
            return found
        return lambda *args, **named: self._fates.call(name, lambda: found(*args, **named))


def at(number: int, fate: Fate) -> Next:
    """One fate, at one call."""
    return lambda call: fate if call == number else None


def never(_call: int) -> None:
    """Nothing goes wrong."""


def by_chance(seed: int, share: float, fates: tuple[Fate, ...] = FATES) -> Next:
    """Let a share of all calls go wrong, each in one of these ways."""
    chance = random.Random(seed)  # noqa: S311  (faults, not secrets)
    return lambda _call: chance.choice(fates) if chance.random() < share else None
