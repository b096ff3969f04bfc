"""Runs on disk: numbered, one folder each, one process at a time."""

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.apps import settings
from botyard.errors import InvariantError, NotFound, UserError
from botyard.records import codec
from botyard.records.run import RUN_FILE, RunRecord

if TYPE_CHECKING:
    from botyard.adapters.artifact_store.s3 import S3Artifacts

    Artifacts = FolderArtifacts | S3Artifacts


def folder() -> Path:
    """Return the folder that holds all runs."""
    return settings.home() / "runs"


def create(idea: str) -> "tuple[str, Artifacts]":
    """Make a new run's folder: the next number, then the idea's first words.

    Raises: UserError when the home cannot be written.
    """
    if settings.is_aws():
        from botyard.apps.aws.fleet import runs

        return runs.create(idea)
    words = re.findall(r"[a-z0-9]+", idea.lower())[:4]
    slug = "-".join(words)[:40] or "idea"
    try:
        folder().mkdir(parents=True, exist_ok=True)
        while True:
            run_id = f"{_highest() + 1}-{slug}"
            try:
                (folder() / run_id).mkdir()
            except FileExistsError:
                continue  # another process took the number
            return run_id, FolderArtifacts(folder() / run_id)
    except OSError as e:
        raise UserError(f"cannot write to {folder()}: {e.strerror}; choose another place with --home") from e


def load(run_id: str) -> "tuple[RunRecord, Artifacts]":
    """Read a run by its id, its number, or "last".

    Raises: NotFound, naming the newest runs.
    """
    if settings.is_aws():
        from botyard.apps.aws.fleet import runs

        return runs.load(run_id)
    known = [record for record, _ in _all()]
    if not known:
        raise NotFound(f'there are no runs in {folder()} yet; start one with botyard pipeline "…" 5')
    for record in known:
        if run_id in (record.run_id, record.run_id.split("-", 1)[0]) or (run_id == "last" and record is known[-1]):
            return record, FolderArtifacts(folder() / record.run_id)
    newest = ", ".join(r.run_id for r in known[-5:])
    raise NotFound(f"there is no run {run_id!r}; the newest are {newest}")


def records() -> list[RunRecord]:
    """Read all runs, in AWS the newest ones, oldest first."""
    if settings.is_aws():
        from botyard.apps.aws.fleet import runs

        return runs.records()
    return [record for record, _ in _all()]


@contextmanager
def locked(run_id: str) -> Iterator[None]:
    """Hold a run for this process; the lock goes with the process, however it ends.

    Raises: UserError while another process works on it.
    """
    with locked_at(folder() / run_id):
        yield


@contextmanager
def locked_at(place: Path) -> Iterator[None]:
    """Hold the run in a folder, wherever that is.

    Raises: UserError while another process works on it.
    """
    with (place / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            raise UserError(f"run {place.name} is being worked on by another process") from e
        yield


def _all() -> list[tuple[RunRecord, Path]]:
    found = []
    for path in folder().glob(f"*/{RUN_FILE}"):
        try:
            found.append((codec.load(RunRecord, path.read_bytes()), path.parent))
        except (InvariantError, OSError):
            continue  # written by another version; `runs` shows what it can read
    return sorted(found, key=lambda pair: _number(pair[0].run_id))


def _highest() -> int:
    return max((_number(path.name) for path in folder().iterdir() if path.is_dir()), default=0)


def _number(run_id: str) -> int:
    head = run_id.split("-", 1)[0]
    return int(head) if head.isdecimal() else 0
