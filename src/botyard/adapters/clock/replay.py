"""A clock that stands where it is put: stored bars play the part of now."""

from botyard.errors import InvariantError


class ReplayClock:
    """The Clock port of a replay; it moves forward only."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """UTC milliseconds since the epoch, in the replay."""
        return self._now_ms

    def move_to(self, now_ms: int) -> None:
        """Go forward to a time.

        Raises: InvariantError for a step back.
        """
        if now_ms < self._now_ms:
            raise InvariantError(f"the replay clock stands at {self._now_ms} and cannot go back to {now_ms}")
        self._now_ms = now_ms
