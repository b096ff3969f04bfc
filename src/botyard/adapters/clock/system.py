"""The wall clock."""

import time


class SystemClock:
    """The Clock port on this machine's time."""

    def now_ms(self) -> int:
        """UTC milliseconds since the epoch."""
        return time.time_ns() // 1_000_000
