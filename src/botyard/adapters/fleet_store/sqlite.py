"""The fleet in one SQLite file: bots, journals, leases and snapshots.

An intent must be on the disk before its order leaves the machine, or a power cut would forget an order that the venue
remembers: such a write waits for the disk, and with it all before it. A lease, or a decision that sends nothing, does
not: what a power cut takes of those, the next tick finds or decides again. With `durable=False` (bars that are played from disk, tests) the
file still survives the death of the process at any line, though not of the machine.
"""

import json
import os
import socket
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from botyard.errors import ConfigError, InvariantError, NotFound, RetryableError, UserError
from botyard.records import codec
from botyard.records.fleet import BotRecord, Entry, Lease, Snapshot, Status

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS bots (
    number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE NOT NULL, record TEXT NOT NULL,
    status TEXT NOT NULL, reason TEXT NOT NULL,
    fence INTEGER NOT NULL DEFAULT 0, owner TEXT NOT NULL DEFAULT '', until_ms INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS journal (
    bot TEXT NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL, bar_ms INTEGER NOT NULL,
    at_ms INTEGER NOT NULL, once TEXT, data TEXT NOT NULL, PRIMARY KEY (bot, sequence)) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS journal_once ON journal (bot, kind, once) WHERE once IS NOT NULL;
CREATE TABLE IF NOT EXISTS snapshots (
    bot TEXT PRIMARY KEY, last_bar_ms INTEGER NOT NULL, sequence INTEGER NOT NULL, schema INTEGER NOT NULL,
    code_hash TEXT NOT NULL, state BLOB NOT NULL, book BLOB NOT NULL, ledger TEXT NOT NULL) WITHOUT ROWID;
"""

_WAITED_FOR = ("intent", "promotion")  # kinds of entries that must survive a power cut from the moment they are written


class SqliteFleet:
    """The FleetStore port. One instance may be shared by threads; each write is one transaction."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self.path = path
        self._durable = durable
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as e:
            raise UserError(f"cannot make {path.parent}: {e.strerror}; choose another place with --home") from e
        with self._guard():
            self._db = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=" + ("FULL" if durable else "NORMAL"))
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self._db.executescript(_SCHEMA + f"PRAGMA user_version={SCHEMA_VERSION};")
            elif version != SCHEMA_VERSION:
                raise ConfigError(
                    f"{path} has schema {version}, this version reads {SCHEMA_VERSION}: use the matching botyard"
                )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __del__(self) -> None:
        # a process that ends without close must not warn of it: every write was committed already
        if hasattr(self, "_db"):
            self._db.close()

    def add_bot(self, bot: BotRecord) -> None:
        """Register a bot. Raises: UserError when the name is taken."""
        with self._write() as db:
            if db.execute("SELECT 1 FROM bots WHERE name=?", (bot.name,)).fetchone():
                raise UserError(f"a bot named {bot.name!r} exists already; deploy under another name")
            db.execute(
                "INSERT INTO bots (name, record, status, reason) VALUES (?, ?, ?, ?)",
                (bot.name, json.dumps(codec.to_plain(bot)), bot.status, bot.reason),
            )

    def remove_bot(self, name: str) -> None:
        """Take back a registration that never traded.

        Raises: NotFound; InvariantError when it has fills.
        """
        with self._write() as db:
            self._row(name)
            if db.execute("SELECT 1 FROM journal WHERE bot=? AND kind='fill'", (name,)).fetchone():
                raise InvariantError(f"bot {name} has traded; its journal stays")
            for table, column in (("journal", "bot"), ("snapshots", "bot"), ("bots", "name")):
                db.execute(f"DELETE FROM {table} WHERE {column}=?", (name,))  # noqa: S608  (both from the line above)

    def bot(self, name: str) -> BotRecord:
        """Read a bot as it is now. Raises: NotFound, naming the bots there are."""
        with self._guard():
            return _bot(self._row(name))

    def bots(self) -> list[BotRecord]:
        """All bots, oldest first."""
        with self._guard():
            rows = self._db.execute("SELECT record, status, reason FROM bots ORDER BY number").fetchall()
        return [_bot(row) for row in rows]

    def set_status(self, name: str, status: Status, reason: str, *, expected: str, at_ms: int = 0) -> None:
        """Change the status and journal it. Raises: RetryableError when it is not `expected` any more; NotFound."""
        with self._write() as db:
            row = self._row(name)
            if row[1] != expected:
                raise RetryableError(f"bot {name} is {row[1]}, not {expected} any more; look again and repeat")
            db.execute("UPDATE bots SET status=?, reason=? WHERE name=?", (status, reason, name))
            entry = Entry("status", 0, at_ms, {"from": expected, "to": status, "reason": reason})
            self._insert(name, [entry])

    def acquire(self, name: str, owner: str, now_ms: int, for_ms: int) -> Lease | None:
        """Grant the lease when it is free, run out, or held by a process of this machine that is dead."""
        with self._write(waits=False) as db:
            row = db.execute("SELECT fence, owner, until_ms FROM bots WHERE name=?", (name,)).fetchone()
            if row is None:
                self._row(name)
            fence, holder, until_ms = row
            if holder and until_ms > now_ms and not _is_dead(holder):
                return None
            lease = Lease(name, owner, fence + 1, now_ms + for_ms)
            db.execute(
                "UPDATE bots SET fence=?, owner=?, until_ms=? WHERE name=?",
                (lease.fence, owner, lease.until_ms, name),
            )
            return lease

    def release(self, lease: Lease) -> None:
        """Give the lease back; a lost one is no error."""
        with self._write(waits=False) as db:
            db.execute(
                "UPDATE bots SET owner='', until_ms=0 WHERE name=? AND fence=?",
                (lease.bot, lease.fence),
            )

    def append(self, lease: Lease, entries: Iterable[Entry], snapshot: Snapshot | None = None) -> None:
        """Append to the journal, and replace the snapshot, in one transaction.

        Raises: RetryableError when the lease's fence is not the newest; InvariantError for a second decision of a
        bar, a second intent of a client id or a second fill of a trade id.
        """
        entries = list(entries)
        with self._write(waits=any(entry.kind in _WAITED_FOR for entry in entries)) as db:
            row = db.execute("SELECT fence FROM bots WHERE name=?", (lease.bot,)).fetchone()
            if row is None or row[0] != lease.fence:
                raise RetryableError(f"another tick of {lease.bot} took over; this one stops")
            last = self._insert(lease.bot, entries)
            if snapshot is not None:
                db.execute(
                    "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        lease.bot,
                        snapshot.last_bar_ms,
                        last,
                        snapshot.schema,
                        snapshot.code_hash,
                        snapshot.state,
                        snapshot.book,
                        snapshot.ledger,
                    ),
                )

    def entries(self, name: str, after: int = 0) -> Iterator[Entry]:
        """Read the journal in order, from the entry after sequence number `after`."""
        with self._guard():
            rows = self._db.execute(
                "SELECT kind, bar_ms, at_ms, data, sequence FROM journal WHERE bot=? AND sequence>? ORDER BY sequence",
                (name, after),
            ).fetchall()
        for kind, bar_ms, at_ms, data, sequence in rows:
            yield Entry(kind, bar_ms, at_ms, json.loads(data), sequence)

    def snapshot(self, name: str) -> Snapshot | None:
        """Read the last one, or None."""
        with self._guard():
            row = self._db.execute(
                "SELECT last_bar_ms, sequence, schema, code_hash, state, book, ledger FROM snapshots WHERE bot=?",
                (name,),
            ).fetchone()
        return None if row is None else Snapshot(name, *row)

    def _row(self, name: str) -> tuple[str, str, str]:
        row = self._db.execute("SELECT record, status, reason FROM bots WHERE name=?", (name,)).fetchone()
        if row is None:
            names = [n for (n,) in self._db.execute("SELECT name FROM bots ORDER BY number")]
            there = "the fleet has " + ", ".join(names) if names else "the fleet is empty"
            raise NotFound(f"there is no bot {name!r}; {there}")
        return (str(row[0]), str(row[1]), str(row[2]))

    def _insert(self, name: str, entries: Iterable[Entry]) -> int:
        last = self._db.execute("SELECT COALESCE(MAX(sequence), 0) FROM journal WHERE bot=?", (name,)).fetchone()[0]
        for entry in entries:
            last += 1
            try:
                self._db.execute(
                    "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (name, last, entry.kind, entry.bar_ms, entry.at_ms, _once(entry), json.dumps(entry.data)),
                )
            except sqlite3.IntegrityError as e:
                raise InvariantError(f"bot {name}: a second {entry.kind} {_once(entry)} was about to be written") from e
        return int(last)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.OperationalError as e:
                if "locked" in str(e) or "busy" in str(e):
                    raise RetryableError(f"{self.path} is busy: {e}") from e
                raise UserError(f"cannot use {self.path}: {e}; make room or choose another place with --home") from e
            except sqlite3.DatabaseError as e:
                raise UserError(
                    f"{self.path} is damaged: {e}; botyard restore the newest copy from {self.path.parent / 'copies'}"
                ) from e

    @contextmanager
    def _write(self, *, waits: bool = True) -> Iterator[sqlite3.Connection]:
        with self._guard():
            self._db.execute("PRAGMA synchronous=" + ("FULL" if waits and self._durable else "NORMAL"))
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


def local_owner() -> str:
    """Name this process so that a lease it leaves behind when killed can be told from a living one's."""
    return _owner(os.getpid())


@cache
def _owner(pid: int) -> str:
    return f"{socket.gethostname()}/{pid}/{_started(pid)}"


def _is_dead(owner: str) -> bool:
    parts = owner.split("/")
    if len(parts) != 3 or parts[0] != socket.gethostname() or not parts[1].isdecimal():
        return False  # of another machine: only time tells
    try:
        os.kill(int(parts[1]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _started(int(parts[1])) != parts[2]


def _started(pid: int) -> str:
    # a process id is used again after a while; its start time is not
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return "?"


def _bot(row: tuple[str, str, str]) -> BotRecord:
    try:  # read at every tick, hence not through the codec: all its fields are plain
        return BotRecord(**{**json.loads(row[0]), "status": row[1], "reason": row[2]})
    except TypeError as e:
        raise InvariantError(f"a stored bot does not fit this version: {e}") from e


def _once(entry: Entry) -> str | None:
    if entry.kind in ("decision", "funding"):
        return str(entry.bar_ms)
    if entry.kind == "intent":
        return str(entry.data["client_id"])
    if entry.kind == "fill":
        return str(entry.data["trade_id"])
    return None
