"""The trial registry in one SQLite file, beside the runs: about 0.7 MB for 600 trials over a year."""

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from botyard.errors import ConfigError, UserError
from botyard.records.trials import RegisteredRun, TrialReturns

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    place INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT UNIQUE NOT NULL, market TEXT NOT NULL,
    idea TEXT NOT NULL, timeframe TEXT NOT NULL, first_day INTEGER NOT NULL, n_days INTEGER NOT NULL,
    n_trials INTEGER NOT NULL, data BLOB NOT NULL);
"""


class SqliteTrials:
    """The TrialRegistry port. Connects for each call: a run makes two."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, run: RegisteredRun) -> int:
        """Register a run and return its place. Raises: UserError when it cannot be written."""
        trials, fingerprint = run.trials, run.fingerprint
        values = (fingerprint, run.market, run.idea, run.timeframe, trials.first_day, trials.n_days, trials.n_trials)
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute(
                "INSERT INTO runs (fingerprint, market, idea, timeframe, first_day, n_days, n_trials, data) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (fingerprint) DO NOTHING",
                (*values, base64.b64decode(trials.data)),
            )
            db.execute("COMMIT")
            (place,) = db.execute("SELECT place FROM runs WHERE fingerprint=?", (fingerprint,)).fetchone()
        return int(place)

    def earlier(self, place: int, run: RegisteredRun) -> Iterator[RegisteredRun]:
        """Yield the runs before that place which share the market and half of the days, in order."""
        first, n_days = run.trials.first_day, run.trials.n_days
        with self._open() as db:
            rows = db.execute(
                "SELECT market, idea, timeframe, first_day, n_days, n_trials, data FROM runs "
                "WHERE place < ? AND market = ? AND n_trials > 0 "
                "AND 2 * (MIN(first_day + n_days, ?) - MAX(first_day, ?)) >= ? ORDER BY place",
                (place, run.market, first + n_days, first, n_days),
            )
            for market, idea, timeframe, first_day, days, n_trials, data in rows:
                returns = TrialReturns(first_day, days, n_trials, base64.b64encode(data).decode())
                yield RegisteredRun(market, idea, timeframe, returns)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=30.0, isolation_level=None)) as db:
                version = db.execute("PRAGMA user_version").fetchone()[0]
                if version not in (0, SCHEMA_VERSION):
                    raise ConfigError(
                        f"{self.path} has schema {version}, this version reads {SCHEMA_VERSION}: use the matching botyard"
                    )
                if version == 0:
                    db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")
                yield db
        except (OSError, sqlite3.Error) as e:
            raise UserError(
                f"the trial registry {self.path} cannot be used: {e}; make room, or see to it that the file is whole "
                "and writable: without it a verdict would not know what was tried before"
            ) from e
