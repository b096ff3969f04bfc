"""Messages to whoever watches the terminal."""

import sys
from contextlib import suppress
from typing import TextIO


class ConsoleNotifier:
    """The Notifier port on a stream, standard error by default: results on standard output stay clean."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def tell(self, text: str) -> None:
        """Write one line; a closed terminal is no reason to stop trading."""
        stream = self._stream or sys.stderr
        with suppress(OSError, ValueError):
            stream.write(text.rstrip("\n") + "\n")
            stream.flush()
