"""Compiled code on disk, named by the content it was made from.

Several processes may share a folder: files are written whole or not at all, a broken one counts as absent, and a
folder that cannot be written is no error; the code is then compiled again next time.
"""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

_DIGEST = 32


class CodeCache:
    """Blobs by key, in memory and, when a folder is given, on disk."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._memory: dict[str, bytes] = {}

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Return the blob of a key; make and keep it when it is not there."""
        if key not in self._memory:
            blob = self._read(key)
            if blob is None:
                blob = make()
                self._write(key, blob)
            self._memory[key] = blob
        return self._memory[key]

    def _read(self, key: str) -> bytes | None:
        if self.folder is None:
            return None
        try:
            data = (self.folder / key).read_bytes()
        except OSError:
            return None
        blob = data[_DIGEST:]
        return blob if hashlib.sha256(blob).digest() == data[:_DIGEST] else None

    def _write(self, key: str, blob: bytes) -> None:
        if self.folder is None:
            return
        name = ""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as file:
                name = file.name
                file.write(hashlib.sha256(blob).digest() + blob)
            Path(name).replace(self.folder / key)
        except OSError:
            if name:
                Path(name).unlink(missing_ok=True)
