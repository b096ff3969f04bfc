"""What the chat must not forget when it is restarted: updates seen, buttons sent, runs and their messages."""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from botyard.errors import UserError

KEPT_UPDATES = 10_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS updates (number INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS buttons (token TEXT PRIMARY KEY, act TEXT NOT NULL, pressed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT UNIQUE NOT NULL, chat INTEGER NOT NULL,
    message INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS gates (run_id TEXT NOT NULL, stage TEXT NOT NULL, PRIMARY KEY (run_id, stage));
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run of the chat that is not done; `message` is the one that shows its progress, 0 for none yet."""

    run_id: str
    chat: int
    message: int


class Remembering(Protocol):
    """What doorman and desk need to have remembered, here in a file, in AWS in a table."""

    def is_new(self, update: int) -> bool:
        """Write an update's number down; False when it is there already."""
        ...

    def button(self, **act: Any) -> str:
        """Keep what a button does and return the token that goes into it."""
        ...

    def press(self, token: str) -> dict[str, Any] | None:
        """Return what a button does, the first time it is pressed; None ever after."""
        ...

    def add_run(self, run_id: str, chat: int) -> None:
        """Keep which chat asked for a run, and put it at the end of the line where there is one."""
        ...

    def waiting(self) -> list[Waiting]:
        """Return the runs that are not done, first come first; none where no run waits."""
        ...


class Memory:
    """One SQLite file; every call is a transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def is_new(self, update: int) -> bool:
        """Write an update's number down; False when it is there already."""
        with self._open() as db:
            new = db.execute("INSERT INTO updates VALUES (?) ON CONFLICT DO NOTHING", (update,)).rowcount == 1
            db.execute("DELETE FROM updates WHERE number < ?", (update - KEPT_UPDATES,))
        return new

    def next_update(self) -> int:
        """Return the number after the newest update seen; 0 before the first."""
        with self._open() as db:
            (newest,) = db.execute("SELECT MAX(number) FROM updates").fetchone()
        return 0 if newest is None else int(newest) + 1

    def button(self, **act: Any) -> str:
        """Keep what a button does and return the token that goes into it."""
        token = secrets.token_hex(8)
        with self._open() as db:
            db.execute("INSERT INTO buttons (token, act) VALUES (?, ?)", (token, json.dumps(act)))
        return token

    def press(self, token: str) -> dict[str, Any] | None:
        """Return what a button does, the first time it is pressed; None ever after."""
        with self._open() as db:
            if db.execute("UPDATE buttons SET pressed=1 WHERE token=? AND pressed=0", (token,)).rowcount != 1:
                return None
            (act,) = db.execute("SELECT act FROM buttons WHERE token=?", (token,)).fetchone()
        return dict(json.loads(act))

    def add_run(self, run_id: str, chat: int) -> None:
        """Put a run at the end of the line."""
        with self._open() as db:
            db.execute("INSERT INTO runs (run_id, chat) VALUES (?, ?) ON CONFLICT DO NOTHING", (run_id, chat))

    def waiting(self) -> list[Waiting]:
        """Return the runs that are not done, first come first."""
        with self._open() as db:
            rows = db.execute("SELECT run_id, chat, message FROM runs WHERE done=0 ORDER BY number").fetchall()
        return [Waiting(*row) for row in rows]

    def set_message(self, run_id: str, message: int) -> None:
        """Keep which message shows a run's progress."""
        with self._open() as db:
            db.execute("UPDATE runs SET message=? WHERE run_id=?", (message, run_id))

    def done(self, run_id: str) -> None:
        """Take a run out of the line."""
        with self._open() as db:
            db.execute("UPDATE runs SET done=1 WHERE run_id=?", (run_id,))

    def chat_of(self, run_id: str) -> int | None:
        """Return the chat that asked for a run, or None."""
        with self._open() as db:
            row = db.execute("SELECT chat FROM runs WHERE run_id=?", (run_id,)).fetchone()
        return None if row is None else int(row[0])

    def is_new_gate(self, run_id: str, stage: str) -> bool:
        """Write down that a gate was shown; False when it was before."""
        with self._open() as db:
            added = db.execute("INSERT INTO gates VALUES (?, ?) ON CONFLICT DO NOTHING", (run_id, stage))
            return added.rowcount == 1

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=10.0)) as db, db:
                db.executescript(_SCHEMA)
                yield db
        except (OSError, sqlite3.Error) as e:
            raise UserError(f"{self._path} cannot be used: {e}; make room or choose another place with --home") from e
