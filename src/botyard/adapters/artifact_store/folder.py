"""A run's artifacts in a folder."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Final

from botyard.errors import InvariantError, NotFound, UserError

_FULL: Final = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the quota is used up",
    errno.EFBIG: "the file is larger than this process may write",
}


class FolderArtifacts:
    """The ArtifactStore port on a folder: a file is there whole or not at all, even after a power cut."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, data: bytes) -> None:
        """Write beside the file, then take its place.

        Raises: UserError when the disk is full or the place cannot be written.
        """
        path = self._path(name)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.draft")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_synced(draft, data)
            draft.replace(path)
            _sync_folder(path.parent)
        except OSError as e:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            why = _FULL.get(e.errno or 0, e.strerror or str(e))
            raise UserError(
                f"cannot write {path} ({len(data)} bytes): {why}; make room or choose another place with --home"
            ) from e

    def read(self, name: str) -> bytes:
        """Return what was written.

        Raises: NotFound; UserError when the file cannot be read.
        """
        path = self._path(name)
        try:
            return path.read_bytes()
        except FileNotFoundError as e:
            raise NotFound(f"there is no {name} in {self._folder}") from e
        except OSError as e:
            raise UserError(f"cannot read {path}: {e.strerror}") from e

    def exists(self, name: str) -> bool:
        """Whether it was written."""
        return self._path(name).is_file()

    def path(self, name: str) -> Path:
        """Return the file's place; its folder exists.

        Raises: UserError when the folder cannot be made.
        """
        path = self._path(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as e:
            raise UserError(f"cannot make {path.parent}: {e.strerror}; choose another place with --home") from e
        return path

    def _path(self, name: str) -> Path:
        parts = PurePosixPath(name)
        if not name or parts.is_absolute() or ".." in parts.parts:
            raise InvariantError(f"artifact name {name!r} leaves the run's folder")
        return self._folder / parts


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
