"""A venue's time: this machine's clock, corrected by what the venue says, asked again every ten minutes."""

from collections.abc import Callable

from botyard.errors import RetryableError
from botyard.ports import Clock

EVERY_MS = 600_000


class VenueClock:
    """The Clock port. A venue that does not answer leaves the last known difference standing."""

    def __init__(self, wall: Clock, ask_ms: Callable[[], int], *, every_ms: int = EVERY_MS) -> None:
        """ask_ms: returns the venue's time; may raise RetryableError."""
        self._every_ms = every_ms
        self._wall = wall
        self._ask_ms = ask_ms
        self._ahead_ms = 0
        self._asked_ms: int | None = None

    @property
    def ahead_ms(self) -> int:
        """How far the venue's clock is ahead of this machine's, as last known."""
        return self._ahead_ms

    def ask_again(self) -> None:
        """Let the next question go to the venue."""
        self._asked_ms = None

    def now_ms(self) -> int:
        """UTC milliseconds since the epoch, at the venue."""
        before = self._wall.now_ms()
        if self._asked_ms is None or not 0 <= before - self._asked_ms < self._every_ms:
            try:
                venue_ms = self._ask_ms()
            except RetryableError:
                return before + self._ahead_ms
            after = self._wall.now_ms()
            self._asked_ms = after
            self._ahead_ms = venue_ms - (before + after) // 2
            return after + self._ahead_ms
        return before + self._ahead_ms
