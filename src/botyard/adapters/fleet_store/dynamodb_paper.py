"""One bot that trades on paper, as its function keeps it: a tick writes once, and only when something happened.

- The paper account lies in the bot's item: its fills and the journal are one write, so no order leaves before it. All of
  a tick is written when its lease is given back, or nothing of it ever happened.
- Decisions to do nothing wait in memory for the next write, up to `behind_ms` of bars' time. Whoever has not seen them
  (another process, this one started anew) makes them again from the same bars.
- A running bot that this process knows is read at one tick of `trusted_ticks` + 1. A status that a person set meanwhile
  is found by the write before an order takes effect, and the tick begins anew.
"""

import dataclasses
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from botyard.adapters.fleet_store import dynamodb_items as items
from botyard.adapters.fleet_store.dynamodb import DynamoFleet
from botyard.adapters.fleet_store.dynamodb_held import marks, took_over
from botyard.adapters.fleet_store.dynamodb_items import Head
from botyard.adapters.fleet_store.dynamodb_table import Call
from botyard.errors import RetryableError
from botyard.records.fleet import BotRecord, Entry, Lease, Snapshot, Status

TRUSTED_SECONDS = 900.0
_REPEATABLE = ("decision", "funding")  # what follows from the bars and the account


class Account(Protocol):
    """A paper account that is kept in the bot's own item."""

    @property
    def changes(self) -> int:
        """Grows with every change."""
        ...

    def dump(self) -> bytes:
        """All of it."""
        ...

    def load(self, data: bytes) -> None:
        """Become what was dumped; nothing is a new account."""
        ...


@dataclass(slots=True)
class _Held:
    """The bot's head in the table, what is not written yet, and the head as that will make it."""

    base: Head
    ahead: Head
    known_s: float  # when the table last said so, by the wall
    lease: Lease | None = None
    entries: list[Entry] = field(default_factory=list)
    snapshot: Snapshot | None = None
    included: int = 0  # of the entries, by the snapshot
    account_changes: int = 0  # of the account as all this has it
    trusted: int = 0  # ticks since the table was asked
    is_due: bool = False  # there is something to write that cannot be made again


class PaperFleet(DynamoFleet):
    """The FleetStore port for one bot and its account; any other bot is read and written as usual."""

    fills_have_items = False  # the account cannot tell the same fill twice

    def __init__(
        self, call: Call, table: str, bot: str, account: Account, *, behind_ms: int = 0, trusted_ticks: int = 0
    ) -> None:
        super().__init__(call, table)
        self._name = bot
        self._account = account
        self._behind_ms = behind_ms
        self._trusted_ticks = trusted_ticks
        self._held: _Held | None = None
        self.failure = ""  # why what the last tick did was not written, so that it never happened

    def bot(self, name: str) -> BotRecord:
        """Read a bot, as it is now or as this process knows it. Raises: NotFound."""
        held = self._held_of(name)
        if held is not None and (held.lease is not None or self._is_trusted(held)):
            return self._as_registered(name, held.base)
        return super().bot(name)

    def set_status(self, name: str, status: Status, reason: str, *, expected: str, at_ms: int = 0) -> None:
        """Change the status and journal it, after all that waits. Raises: RetryableError; NotFound."""
        held = self._held_of(name)
        if held is not None and held.entries:
            self._flush(held)
        super().set_status(name, status, reason, expected=expected, at_ms=at_ms)
        if held is not None:  # the tick goes on, and its lease is good as long as nobody else writes
            held.base = held.ahead = self._read(name)

    def acquire(self, name: str, owner: str, now_ms: int, for_ms: int) -> Lease | None:
        """Grant the lease when nobody has one that still runs; nothing is written before it is given back."""
        if name != self._name:
            return super().acquire(name, owner, now_ms, for_ms)
        self.failure = ""
        held = self._held
        if held is not None and held.lease is not None and held.lease.until_ms > now_ms:
            return None
        if held is not None and self._is_trusted(held):
            held.trusted += 1
        else:
            head = self._lately(name)
            if head.until_ms > now_ms:
                return None
            if held is None or held.lease is not None or marks(held.base) != marks(head):
                held = self._held = _Held(head, head, time.time())
                self._account.load(head.account)
                held.account_changes = self._account.changes
            held.known_s, held.trusted = time.time(), 0
        held.lease = self._grant(name, held.base, owner, now_ms + for_ms)
        return held.lease

    def append(self, lease: Lease, entries: Iterable[Entry], snapshot: Snapshot | None = None) -> None:
        """Take entries in; `release` writes them. Raises: RetryableError; InvariantError for what may be there once."""
        if lease.bot != self._name:
            super().append(lease, entries, snapshot)
            return
        held = self._held
        if held is None or held.lease != lease:
            raise took_over(lease.bot)
        new, ahead = list(entries), dataclasses.replace(held.ahead)
        items.advance(lease.bot, ahead, new, with_fills=True)
        held.is_due = held.is_due or snapshot is None or not self._may_wait(held, new)
        held.ahead, held.entries = ahead, [*held.entries, *new]
        if snapshot is not None:
            held.snapshot, held.included = snapshot, len(held.entries)
        held.account_changes = self._account.changes

    def release(self, lease: Lease) -> None:
        """Write what the tick did, if anything happened. Raises: RetryableError, `failure` saying so too: nothing did then."""
        if lease.bot != self._name:
            super().release(lease)
            return
        held = self._held
        if held is None or held.lease != lease:
            return
        try:
            if held.is_due:
                self._flush(held)
        except RetryableError as e:
            self.failure = str(e)
            raise
        held.lease = None
        if held.account_changes != self._account.changes:  # the tick ended before it told all
            self._held = None

    def entries(self, name: str, after: int = 0) -> Iterator[Entry]:
        """Read the journal in order, from the entry after sequence number `after`."""
        yield from super().entries(name, after)
        held = self._held_of(name)
        if held is not None and held.lease is not None:
            for sequence, entry in enumerate(held.entries, held.base.sequence + 1):
                if sequence > after:
                    yield dataclasses.replace(entry, sequence=sequence)

    def snapshot(self, name: str) -> Snapshot | None:
        """Read the last one, or None."""
        held = self._held_of(name)
        if held is not None and held.lease is not None and held.snapshot is not None:
            return dataclasses.replace(held.snapshot, sequence=held.base.sequence + held.included)
        return super().snapshot(name)

    def look_again(self) -> None:
        """Read the bot before it is ticked next, however lately it was."""
        if self._held is not None:
            self._held.trusted = self._trusted_ticks

    def _flush(self, held: _Held) -> None:
        changed, account = self._account.changes, self._account.dump()
        try:
            new = self._persist(
                self._name, held.base, held.entries, held.snapshot, len(held.entries) - held.included,
                account=account, owner="", until_ms=0,
            )  # fmt: skip
        except RetryableError:
            self._held = None  # read anew, with the account, before the next tick
            raise
        held.base = held.ahead = new
        held.entries, held.snapshot, held.included, held.is_due = [], None, 0, False
        held.known_s, held.trusted, held.account_changes = time.time(), 0, changed

    def _may_wait(self, held: _Held, entries: list[Entry]) -> bool:
        return held.base.decided_ms >= 0 and all(
            entry.kind in _REPEATABLE
            and entry.bar_ms - held.base.decided_ms < self._behind_ms
            # the model wants nothing at the next open
            and (entry.kind != "decision" or (entry.data["row"][0] < 0.0 and not entry.data["model_fills"]))
            for entry in entries
        )

    def _is_trusted(self, held: _Held) -> bool:
        is_late = not 0 <= time.time() - held.known_s < TRUSTED_SECONDS
        is_quiet = held.lease is None and held.base.status == "running" and held.base.until_ms == 0
        return is_quiet and not is_late and held.trusted < self._trusted_ticks

    def _held_of(self, name: str) -> _Held | None:
        return self._held if name == self._name else None

    def _known(self, name: str) -> Head | None:
        held = self._held_of(name)
        if held is not None and held.lease is not None:
            return held.base
        return super()._known(name)
