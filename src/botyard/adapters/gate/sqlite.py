"""Gates in one SQLite file: the run waits for a row that the command line or the chat changes."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from botyard.errors import NotFound, UserError
from botyard.ports import Clock
from botyard.records.run import Answer, Asked, StageName

LOOK_EVERY_SECONDS = 0.25

_SCHEMA = """
CREATE TABLE IF NOT EXISTS gates (
    run_id TEXT NOT NULL, stage TEXT NOT NULL, text TEXT NOT NULL, asked_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL, answer TEXT NOT NULL, by TEXT NOT NULL, PRIMARY KEY (run_id, stage));
"""


class SqliteGates:
    """The Gate port. Whoever decides first has decided; after its time a gate stays rejected."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        timeout_ms: int,
        tell: Callable[[str], None] = lambda _: None,
        nap: Callable[[float], None] = time.sleep,
    ) -> None:
        self._path = path
        self._clock = clock
        self._timeout_ms = timeout_ms
        self._tell = tell
        self._nap = nap

    def wait(self, run_id: str, stage: StageName, text: str) -> Asked:
        """Ask, and come back when somebody decided or the time is over."""
        asked = self._ask(run_id, stage, text)
        if asked.answer == "waiting":
            self._tell(
                f"the {stage} of run {run_id} waits for leave: botyard approve {run_id} or botyard reject {run_id}"
            )
        while asked.answer == "waiting":
            if self._clock.now_ms() >= asked.until_ms:
                return self._settle(asked, "timed_out", "the clock")
            self._nap(LOOK_EVERY_SECONDS)
            asked = self.read(run_id, stage)
        return asked

    def waiting(self) -> list[Asked]:
        """Return what nobody has decided and whose time is not over, oldest first."""
        with self._open() as db:
            rows = db.execute(
                "SELECT * FROM gates WHERE answer='waiting' AND until_ms>? ORDER BY asked_ms", (self._clock.now_ms(),)
            ).fetchall()
        return [_asked(row) for row in rows]

    def decide(self, run_id: str, stage: StageName, *, approved: bool, by: str) -> Asked:
        """Write a decision down; the first one counts.

        Raises: NotFound; UserError when it is decided already or its time is over.
        """
        asked = self.read(run_id, stage)
        if asked.answer == "waiting" and self._clock.now_ms() >= asked.until_ms:
            asked = self._settle(asked, "timed_out", "the clock")
        if asked.answer != "waiting":
            raise UserError(f"the {stage} of run {run_id} is {asked.answer.replace('_', ' ')} already, by {asked.by}")
        return self._settle(asked, "approved" if approved else "rejected", by)

    def read(self, run_id: str, stage: StageName) -> Asked:
        """Return a gate as it stands. Raises: NotFound."""
        with self._open() as db:
            row = db.execute("SELECT * FROM gates WHERE run_id=? AND stage=?", (run_id, stage)).fetchone()
        if row is None:
            raise NotFound(f"run {run_id} asks for no leave before its {stage}")
        return _asked(row)

    def _ask(self, run_id: str, stage: StageName, text: str) -> Asked:
        now_ms = self._clock.now_ms()
        with self._open() as db:
            db.execute(
                "INSERT INTO gates VALUES (?, ?, ?, ?, ?, 'waiting', '') ON CONFLICT DO NOTHING",
                (run_id, stage, text, now_ms, now_ms + self._timeout_ms),
            )
        return self.read(run_id, stage)

    def _settle(self, asked: Asked, answer: Answer, by: str) -> Asked:
        with self._open() as db:
            db.execute(
                "UPDATE gates SET answer=?, by=? WHERE run_id=? AND stage=? AND answer='waiting'",
                (answer, by, asked.run_id, asked.stage),
            )
        return self.read(asked.run_id, asked.stage)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=10.0, isolation_level=None)) as db:
                db.execute(_SCHEMA)
                yield db
        except (OSError, sqlite3.Error) as e:
            raise UserError(f"{self._path} cannot be used: {e}; make room or choose another place with --home") from e


def _asked(row: tuple[str, StageName, str, int, int, Answer, str]) -> Asked:
    run_id, stage, text, asked_ms, until_ms, answer, by = row
    return Asked(run_id, stage, text, asked_ms, until_ms, answer, by)
