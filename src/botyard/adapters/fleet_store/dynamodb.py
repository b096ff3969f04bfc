"""The fleet in one DynamoDB table. What is billed decides how it writes: one small item per bot, in conditional writes.

The lease is no write of its own. It rides in the write that holds an intent, the only one that something of the world
follows; any other write gives it back. Each write is on the condition that no other tick wrote since: of two ticks at
once the first to write goes on.

How a bot lies in the table is told in dynamodb_items.py; how a function that trades on paper writes once a tick, and
only when something happened, in dynamodb_paper.py. Standard library only: it goes into the bundle.
"""

import dataclasses
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botyard.adapters.fleet_store import dynamodb_items as items
from botyard.adapters.fleet_store.dynamodb_held import Hold, marks, parts_of, took_over
from botyard.adapters.fleet_store.dynamodb_items import FLEET, HEAD, Head, key, partition
from botyard.adapters.fleet_store.dynamodb_table import Call, Table
from botyard.adapters.fleet_store.dynamodb_wire import ConditionFailedError
from botyard.errors import InvariantError, NotFound, RetryableError, UserError
from botyard.records import codec
from botyard.records.fleet import BotRecord, Entry, Lease, Snapshot, Status

TRIES = 5
MOST_AT_ONCE = 90  # fills of one transaction; DynamoDB takes 100 items
PER_BATCH = 25  # DynamoDB's most for deleting
RECENT_SECONDS = 5.0  # a head that was read so lately is not read again for a lease: writes are conditional on it


class DynamoFleet:
    """The FleetStore port. A process that holds a bot's lease knows the bot and does not read it again."""

    fills_have_items = True  # each trade id is an item, so that its fill is there once

    def __init__(self, call: Call, table: str) -> None:
        self._table = Table(call, table)
        self._records: dict[str, tuple[int, BotRecord]] = {}
        self._recent: dict[str, tuple[float, Head]] = {}
        self._holds: dict[str, Hold] = {}
        self._fences: dict[str, int] = {}

    def add_bot(self, bot: BotRecord) -> None:
        """Register a bot. Raises: UserError when the name is taken."""
        number = self._next_number()
        record = {
            **key(FLEET, bot.name),
            "k": {"N": str(number)},
            "record": {"S": json.dumps(codec.to_plain(bot), separators=(",", ":"))},
        }
        head = items.head_item(bot.name, Head(number, bot.status, bot.reason))
        try:
            self._table.transact([self._table.put(one, "attribute_not_exists(pk)") for one in (record, head)])
        except ConditionFailedError as e:
            raise UserError(f"a bot named {bot.name!r} exists already; deploy under another name") from e

    def remove_bot(self, name: str) -> None:
        """Take back a registration that never traded.

        Raises: NotFound; InvariantError when it has fills; RetryableError when it is being ticked.
        """
        head = self._read(name)
        if any(entry.kind == "fill" for entry in self.entries(name)):
            raise InvariantError(f"bot {name} has traded; its journal stays")
        rest = [one["sk"]["S"] for one in self._table.query(partition(name), items.journal_key(0), names="sk")]
        for start in range(0, len(rest), PER_BATCH):
            part = [{"DeleteRequest": {"Key": key(partition(name), sk)}} for sk in rest[start : start + PER_BATCH]]
            self._table.call("BatchWriteItem", {"RequestItems": {self._table.name: part}})
        gone = {"Delete": {"TableName": self._table.name, "Key": key(FLEET, name)}}
        unchanged = {"Delete": {"TableName": self._table.name, "Key": key(partition(name), HEAD), **_unchanged(head)}}
        self._table.transact([gone, unchanged])
        for known in (self._records, self._recent, self._holds):
            known.pop(name, None)

    def bot(self, name: str) -> BotRecord:
        """Read a bot as it is now, or as it was when this process took its lease.

        Raises: NotFound, naming the bots there are.
        """
        hold = self._holds.get(name)
        if hold is not None:
            return self._as_registered(name, hold.base)
        head = self._read(name)
        self._recent[name] = (time.time(), head)
        return self._as_registered(name, head)

    def bots(self) -> list[BotRecord]:
        """All bots, oldest first."""
        records = sorted(self._table.query(FLEET), key=lambda one: int(one["k"]["N"]))
        found = []
        for one in records:
            item = self._table.get(partition(one["sk"]["S"]), HEAD)
            if item is not None:  # else it was removed in between
                found.append(_as_now(_record(one), items.read_head(item)))
        return found

    def set_status(self, name: str, status: Status, reason: str, *, expected: str, at_ms: int = 0) -> None:
        """Change the status and journal it. Raises: RetryableError when it is not `expected` any more; NotFound."""
        entry = Entry("status", 0, at_ms, {"from": expected, "to": status, "reason": reason})
        for _ in range(TRIES):
            head = self._read(name)
            if head.status != expected:
                raise RetryableError(f"bot {name} is {head.status}, not {expected} any more; look again and repeat")
            changed = dataclasses.replace(head, status=status, reason=reason)
            if self._write(name, head, [entry], None, changed):
                hold = self._holds.get(name)
                if hold is not None and marks(hold.base) == marks(head):
                    hold.base = changed
                return
        raise RetryableError(f"bot {name} is being written all the time; try again")

    def acquire(self, name: str, owner: str, now_ms: int, for_ms: int) -> Lease | None:
        """Grant the lease when no process has written one that still runs; nothing is written yet.

        Two processes may both be granted it at a time. The first that writes an intent, or anything else, has it.
        """
        hold = self._holds.get(name)
        if hold is not None and hold.lease.until_ms > now_ms:
            return None
        head = self._lately(name)
        if head.until_ms > now_ms:
            return None
        lease = self._grant(name, head, owner, now_ms + for_ms)
        self._holds[name] = Hold(head, lease)
        return lease

    def release(self, lease: Lease) -> None:
        """Give the lease back, with a write only where one was written; a lost one is no error."""
        hold = self._holds.get(lease.bot)
        if hold is None or hold.lease != lease:
            return
        del self._holds[lease.bot]
        if hold.base.until_ms == 0:
            return
        parameters = {
            "TableName": self._table.name,
            "Key": key(partition(lease.bot), HEAD),
            "UpdateExpression": "SET u = :zero REMOVE o",
            "ConditionExpression": "f = :fence",
            "ExpressionAttributeValues": {":zero": {"N": "0"}, ":fence": {"N": str(hold.base.fence)}},
        }
        try:
            self._table.call("UpdateItem", parameters)
        except ConditionFailedError:
            return

    def append(self, lease: Lease, entries: Iterable[Entry], snapshot: Snapshot | None = None) -> None:
        """Append to the journal, and replace the snapshot, in one conditional write.

        More than MOST_AT_ONCE fills take several writes, in order, the snapshot with the last.

        Raises: RetryableError when another tick wrote since the lease was granted, or when nobody can tell whether
        the write arrived (the next tick sees); InvariantError for a second decision of a bar, a second intent of a
        client id or a second fill of a trade id.
        """
        parts = parts_of(list(entries), MOST_AT_ONCE)
        for i, part in enumerate(parts):
            self._append(lease, part, snapshot if i == len(parts) - 1 else None)

    def entries(self, name: str, after: int = 0) -> Iterator[Entry]:
        """Read the journal in order, from the entry after sequence number `after`."""
        head = self._known(name)
        if head is None:
            return
        last = after
        if after < head.stored:
            first, end = items.journal_key(after + 1), items.journal_key(head.stored)
            for item in self._table.query(partition(name), first, end):
                for entry in items.unpack_entries(items.binary(item["t"]), int(item["n"]["N"])):
                    if entry.sequence > last:  # what a tick that died put away may be there twice
                        last = entry.sequence
                        yield entry
        for entry in items.unpack_entries(head.tail, head.sequence):
            if entry.sequence > last:
                yield entry

    def snapshot(self, name: str) -> Snapshot | None:
        """Read the last one, or None."""
        head = self._known(name)
        return None if head is None else items.unpack_snapshot(name, head.snapshot)

    def account(self, name: str) -> bytes:
        """Read the paper account that is kept with a bot; empty where there is none. Raises: NotFound."""
        return self._read(name).account

    def keep_account(self, name: str, data: bytes) -> None:
        """Keep a paper account with a bot that nobody ticks. Raises: RetryableError when somebody does; NotFound."""
        head = self._read(name)
        if not self._write(name, head, [], None, dataclasses.replace(head, account=data, fence=head.fence + 1)):
            raise RetryableError(f"bot {name} was ticked meanwhile; try again")

    # --- writing -------------------------------------------------------------------------------------------------

    def _append(self, lease: Lease, entries: list[Entry], snapshot: Snapshot | None) -> None:
        hold = self._holds.get(lease.bot)
        if hold is None or hold.lease != lease:
            raise took_over(lease.bot)
        is_sent_after = any(entry.kind == "intent" for entry in entries)
        try:
            hold.base = self._persist(
                lease.bot,
                hold.base,
                entries,
                snapshot,
                owner=lease.owner if is_sent_after else "",
                until_ms=lease.until_ms if is_sent_after else 0,
            )
        except RetryableError:
            self._holds.pop(lease.bot)
            raise

    def _persist(
        self, name: str, base: Head, entries: list[Entry], snapshot: Snapshot | None, after: int = 0, **changes: Any
    ) -> Head:
        """Write what a tick brings and return the head as it is then.

        after: entries that the snapshot does not include, the last ones.

        Raises: RetryableError when another tick wrote, or when a person set another status and there are intents.
        """
        for _ in range(TRIES):
            new = dataclasses.replace(base, fence=base.fence + 1, **changes)
            if self._write(name, base, entries, snapshot, new, after):
                return new
            head = self._read(name)
            if (head.fence, head.number) != (base.fence, base.number):
                break
            if head.status != base.status and any(entry.kind == "intent" for entry in entries):
                raise RetryableError(f"{name} is {head.status} now, not {base.status}; nothing was sent")
            base = head  # a person wrote in between
        raise took_over(name)

    def _write(
        self, name: str, base: Head, entries: list[Entry], snapshot: Snapshot | None, new: Head, after: int = 0
    ) -> bool:
        """Write `new` with more entries; False when the head is not `base` any more."""
        new.sequence = base.sequence + len(entries)
        if snapshot is not None:
            new.snapshot = items.pack_snapshot(snapshot, new.sequence - after)
        items.advance(name, new, entries, with_fills=not self.fills_have_items)
        new.tail = items.pack_entries([*items.unpack_entries(base.tail, base.sequence), *entries])
        if len(new.tail) > items.TAIL_BYTES and base.tail:
            # what every process reads alike leaves the head: put away twice, it is the same
            chunk = {**key(partition(name), items.journal_key(base.sequence)), "n": {"N": str(base.sequence)}}
            self._table.call("PutItem", self._table.put({**chunk, "t": items.bytes_attribute(base.tail)})["Put"])
            new.tail, new.stored = items.pack_entries(entries), base.sequence
        return self._put_head(name, base, new, entries)

    def _put_head(self, name: str, base: Head, new: Head, entries: list[Entry]) -> bool:
        fills = [entry for entry in entries if entry.kind == "fill"] if self.fills_have_items else []
        trades = [str(entry.data["trade_id"]) for entry in fills]
        if len(set(trades)) < len(trades):
            raise InvariantError(f"bot {name}: a fill was about to be written twice: {trades}")
        changed = self._table.put(items.head_item(name, new), **_unchanged(base))
        ids = [self._table.put(key(partition(name), items.fill_key(one)), "attribute_not_exists(pk)") for one in trades]
        try:
            if ids:
                self._table.transact([changed, *ids])
            else:
                self._table.call("PutItem", changed["Put"])
        except ConditionFailedError as e:
            if "ConditionalCheckFailed" in e.reasons[1:] and e.reasons[0] == "None":
                raise InvariantError(f"bot {name}: a second fill was about to be written: {trades}") from e
            return False
        return True

    def _next_number(self) -> int:
        answer = self._table.call(
            "UpdateItem",
            {
                "TableName": self._table.name,
                "Key": key("count", "bots"),
                "UpdateExpression": "ADD k :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
                "ReturnValues": "UPDATED_NEW",
            },
        )
        return int(answer["Attributes"]["k"]["N"])

    # --- reading -------------------------------------------------------------------------------------------------

    def _as_registered(self, name: str, head: Head) -> BotRecord:
        number, record = self._records.get(name, (0, None))
        if record is None or number != head.number:
            item = self._table.get(FLEET, name)
            if item is None:
                raise NotFound(self._unknown(name))
            record = _record(item)
            self._records[name] = (head.number, record)
        return _as_now(record, head)

    def _grant(self, name: str, head: Head, owner: str, until_ms: int) -> Lease:
        self._fences[name] = max(head.fence, self._fences.get(name, 0)) + 1
        return Lease(name, owner, self._fences[name], until_ms)

    def _lately(self, name: str) -> Head:
        """Return a head that was read for this tick, or read it now."""
        at_s, head = self._recent.pop(name, (0.0, None))
        return head if head is not None and 0 <= time.time() - at_s <= RECENT_SECONDS else self._read(name)

    def _known(self, name: str) -> Head | None:
        """Return a head as this process holds it, or as it is now; None for no such bot."""
        hold = self._holds.get(name)
        if hold is not None:
            return hold.base
        item = self._table.get(partition(name), HEAD)
        return None if item is None else items.read_head(item)

    def _read(self, name: str) -> Head:
        item = self._table.get(partition(name), HEAD)
        if item is None:
            raise NotFound(self._unknown(name))
        return items.read_head(item)

    def _unknown(self, name: str) -> str:
        names = [bot.name for bot in self.bots()]
        there = "the fleet has " + ", ".join(names) if names else "the fleet is empty"
        return f"there is no bot {name!r}; {there}"


def _unchanged(head: Head) -> dict[str, Any]:
    return {
        "ConditionExpression": "f = :f AND n = :n AND u = :u AND k = :k",
        "ExpressionAttributeValues": {
            ":f": {"N": str(head.fence)},
            ":n": {"N": str(head.sequence)},
            ":u": {"N": str(head.until_ms)},
            ":k": {"N": str(head.number)},
        },
    }


def _record(item: Mapping[str, Any]) -> BotRecord:
    try:
        return BotRecord(**json.loads(item["record"]["S"]))
    except (KeyError, TypeError, ValueError) as e:
        raise InvariantError(f"a stored bot does not fit this version: {e}") from e


def _as_now(record: BotRecord, head: Head) -> BotRecord:
    return dataclasses.replace(record, status=head.status, reason=head.reason)  # type: ignore[arg-type] # as written
