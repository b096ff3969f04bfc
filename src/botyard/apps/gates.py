"""The gates of this home."""

from botyard.adapters.clock.system import SystemClock
from botyard.adapters.gate.sqlite import SqliteGates
from botyard.apps import settings


def open_gates() -> SqliteGates:
    """Open the file that runs wait in and people decide in. Raises: UserError for a bad setting."""
    return SqliteGates(settings.home() / "gates.db", SystemClock(), timeout_ms=settings.gate_timeout_ms())
