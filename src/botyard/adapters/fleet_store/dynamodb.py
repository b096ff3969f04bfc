"""The fleet in one DynamoDB table: a bar costs one conditional write of one small item, beside taking and giving the lease.

How a bot lies in the table is told in dynamodb_items.py. Standard library only: it goes into the bundle.
"""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from botyard.adapters.fleet_store import dynamodb_items as items
from botyard.adapters.fleet_store.dynamodb_items import FLEET, HEAD, Head, key, partition
from botyard.adapters.fleet_store.dynamodb_wire import ConditionFailedError
from botyard.errors import InvariantError, NotFound, RetryableError, UserError
from botyard.records import codec
from botyard.records.fleet import BotRecord, Entry, Lease, Snapshot, Status

TRIES = 5
MOST_AT_ONCE = 90  # fills of one transaction; DynamoDB takes 100 items
PER_BATCH = 25  # DynamoDB's most for deleting

Call = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""An operation and its parameters, such as Wire.call."""


class DynamoFleet:
    """The FleetStore port. While this process holds a bot's lease it knows the bot's head and does not read it again."""

    def __init__(self, call: Call, table: str) -> None:
        self._call = call
        self._table = table
        self._records: dict[str, tuple[int, BotRecord]] = {}
        self._held: dict[str, Head] = {}

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
            self._transact([self._put(one, "attribute_not_exists(pk)") for one in (record, head)])
        except ConditionFailedError as e:
            raise UserError(f"a bot named {bot.name!r} exists already; deploy under another name") from e

    def remove_bot(self, name: str) -> None:
        """Take back a registration that never traded.

        Raises: NotFound; InvariantError when it has fills; RetryableError when it is being ticked.
        """
        head = self._read(name)
        if self._query(partition(name), items.fill_key(""), items.fill_key("~"), most=1):
            raise InvariantError(f"bot {name} has traded; its journal stays")
        rest = [one["sk"]["S"] for one in self._query(partition(name), items.journal_key(0), names="sk")]
        for start in range(0, len(rest), PER_BATCH):
            part = [{"DeleteRequest": {"Key": key(partition(name), sk)}} for sk in rest[start : start + PER_BATCH]]
            self._call("BatchWriteItem", {"RequestItems": {self._table: part}})
        gone = {"Delete": {"TableName": self._table, "Key": key(FLEET, name)}}
        unchanged = {"Delete": {"TableName": self._table, "Key": key(partition(name), HEAD), **_unchanged(head)}}
        self._transact([gone, unchanged])
        self._records.pop(name, None)
        self._held.pop(name, None)

    def bot(self, name: str) -> BotRecord:
        """Read a bot as it is now. Raises: NotFound, naming the bots there are."""
        head = self._read(name)
        number, record = self._records.get(name, (0, None))
        if record is None or number != head.number:
            item = self._get(FLEET, name)
            if item is None:
                raise NotFound(self._unknown(name))
            record = _record(item)
            self._records[name] = (head.number, record)
        return _as_now(record, head)

    def bots(self) -> list[BotRecord]:
        """All bots, oldest first."""
        records = sorted(self._query(FLEET), key=lambda one: int(one["k"]["N"]))
        found = []
        for one in records:
            item = self._get(partition(one["sk"]["S"]), HEAD)
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
            if self._add(name, head, [entry], None, status=status, reason=reason):
                return
        raise RetryableError(f"bot {name} is being written all the time; try again")

    def acquire(self, name: str, owner: str, now_ms: int, for_ms: int) -> Lease | None:
        """Grant the lease when it is free or run out, in one write that also reads the bot's head."""
        try:
            answer = self._call(
                "UpdateItem",
                {
                    "TableName": self._table,
                    "Key": key(partition(name), HEAD),
                    "UpdateExpression": "SET o = :owner, u = :until ADD f :one",
                    "ConditionExpression": "attribute_exists(pk) AND u <= :now",
                    "ExpressionAttributeValues": {
                        ":owner": {"S": owner},
                        ":until": {"N": str(now_ms + for_ms)},
                        ":now": {"N": str(now_ms)},
                        ":one": {"N": "1"},
                    },
                    "ReturnValues": "ALL_NEW",
                },
            )
        except ConditionFailedError:
            self._read(name)  # tells when there is no such bot
            return None
        head = items.read_head(answer["Attributes"])
        self._held[name] = head
        return Lease(name, owner, head.fence, head.until_ms)

    def release(self, lease: Lease) -> None:
        """Give the lease back; a lost one is no error."""
        self._held.pop(lease.bot, None)
        parameters = {
            "TableName": self._table,
            "Key": key(partition(lease.bot), HEAD),
            "UpdateExpression": "SET u = :zero REMOVE o",
            "ConditionExpression": "f = :fence",
            "ExpressionAttributeValues": {":zero": {"N": "0"}, ":fence": {"N": str(lease.fence)}},
        }
        try:
            self._call("UpdateItem", parameters)
        except ConditionFailedError:
            return

    def append(self, lease: Lease, entries: Iterable[Entry], snapshot: Snapshot | None = None) -> None:
        """Append to the journal, and replace the snapshot, in one conditional write.

        More than MOST_AT_ONCE fills take several writes, in order, the snapshot with the last.

        Raises: RetryableError when the lease's fence is not the newest, or when nobody can tell whether the write
        arrived (the next tick sees); InvariantError for a second decision of a bar, a second intent of a client id or a
        second fill of a trade id.
        """
        parts = _parts(list(entries))
        for i, part in enumerate(parts):
            self._append(lease, part, snapshot if i == len(parts) - 1 else None)

    def entries(self, name: str, after: int = 0) -> Iterator[Entry]:
        """Read the journal in order, from the entry after sequence number `after`."""
        head = self._known(name)
        if head is None:
            return
        if after < head.stored:
            first, last = items.journal_key(after + 1), items.journal_key(head.stored)
            for item in self._query(partition(name), first, last):
                for entry in items.unpack_entries(items.binary(item["t"]), int(item["n"]["N"])):
                    if entry.sequence > after:
                        yield entry
        for entry in items.unpack_entries(head.tail, head.sequence):
            if entry.sequence > after:
                yield entry

    def snapshot(self, name: str) -> Snapshot | None:
        """Read the last one, or None."""
        head = self._known(name)
        return None if head is None else items.unpack_snapshot(name, head.snapshot)

    # --- writing -------------------------------------------------------------------------------------------------

    def _append(self, lease: Lease, entries: list[Entry], snapshot: Snapshot | None) -> None:
        for _ in range(TRIES):
            head = self._held.get(lease.bot) or self._read(lease.bot)
            if head.fence != lease.fence:
                break
            if self._add(lease.bot, head, entries, snapshot):
                return
            self._held.pop(lease.bot, None)  # a person changed the status in between, or another tick took over
        self._held.pop(lease.bot, None)
        raise RetryableError(f"another tick of {lease.bot} took over; this one stops")

    def _add(self, name: str, head: Head, entries: list[Entry], snapshot: Snapshot | None, **changes: str) -> bool:
        """Write a head with more entries, as long as it is as it was read; False when it is not any more."""
        last = head.sequence + len(entries)
        tail = [*items.unpack_entries(head.tail, head.sequence), *entries]
        new = dataclasses.replace(head, sequence=last, tail=items.pack_entries(tail), **changes)  # type: ignore[arg-type] # texts
        if snapshot is not None:
            new.snapshot = items.pack_snapshot(snapshot, last)
        items.advance(name, new, entries)
        writes = []
        if len(new.tail) > items.TAIL_BYTES:
            chunk = {**key(partition(name), items.journal_key(last)), "n": {"N": str(last)}}
            writes.append(self._put({**chunk, "t": items.head_item(name, new)["t"]}))
            new.tail, new.stored = b"", last
        trades = [str(entry.data["trade_id"]) for entry in entries if entry.kind == "fill"]
        if len(set(trades)) < len(trades):
            raise InvariantError(f"bot {name}: a fill was about to be written twice: {trades}")
        writes += [self._put(key(partition(name), items.fill_key(one)), "attribute_not_exists(pk)") for one in trades]
        put = self._put(items.head_item(name, new), **_unchanged(head))
        try:
            if writes:
                self._transact([put, *writes])
            else:
                self._call("PutItem", put["Put"])
        except ConditionFailedError as e:
            if "ConditionalCheckFailed" in e.reasons[1:] and e.reasons[0] == "None":
                raise InvariantError(f"bot {name}: a second fill was about to be written: {trades}") from e
            return False
        if name in self._held:
            self._held[name] = new
        return True

    def _next_number(self) -> int:
        answer = self._call(
            "UpdateItem",
            {
                "TableName": self._table,
                "Key": key("count", "bots"),
                "UpdateExpression": "ADD k :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
                "ReturnValues": "UPDATED_NEW",
            },
        )
        return int(answer["Attributes"]["k"]["N"])

    def _put(self, item: Mapping[str, Any], condition: str = "", **more: Any) -> dict[str, dict[str, Any]]:
        put = {"TableName": self._table, "Item": item, **more}
        return {"Put": put | ({"ConditionExpression": condition} if condition else {})}

    def _transact(self, writes: list[dict[str, dict[str, Any]]]) -> None:
        self._call("TransactWriteItems", {"TransactItems": writes})

    # --- reading -------------------------------------------------------------------------------------------------

    def _known(self, name: str) -> Head | None:
        """Return the head as this process holds it, or as it is now; None for no such bot."""
        held = self._held.get(name)
        if held is not None:
            return held
        item = self._get(partition(name), HEAD)
        return None if item is None else items.read_head(item)

    def _read(self, name: str) -> Head:
        item = self._get(partition(name), HEAD)
        if item is None:
            raise NotFound(self._unknown(name))
        return items.read_head(item)

    def _unknown(self, name: str) -> str:
        names = [bot.name for bot in self.bots()]
        there = "the fleet has " + ", ".join(names) if names else "the fleet is empty"
        return f"there is no bot {name!r}; {there}"

    def _get(self, pk: str, sk: str) -> dict[str, Any] | None:
        answer = self._call("GetItem", {"TableName": self._table, "Key": key(pk, sk), "ConsistentRead": True})
        item: dict[str, Any] | None = answer.get("Item")
        return item

    def _query(
        self, pk: str, first: str = " ", last: str = "~", *, names: str = "", most: int = 0
    ) -> list[dict[str, Any]]:
        """Read the items of a partition whose sort keys lie between two, in order."""
        parameters: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": {":pk": {"S": pk}, ":first": {"S": first}, ":last": {"S": last}},
            "ConsistentRead": True,
        }
        if names:
            parameters["ProjectionExpression"] = names
        if most:
            parameters["Limit"] = most
        found: list[dict[str, Any]] = []
        while True:
            answer = self._call("Query", parameters)
            found += answer["Items"]
            if most or "LastEvaluatedKey" not in answer:
                return found
            parameters["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _unchanged(head: Head) -> dict[str, Any]:
    return {
        "ConditionExpression": "f = :f AND n = :n AND u = :u",
        "ExpressionAttributeValues": {
            ":f": {"N": str(head.fence)},
            ":n": {"N": str(head.sequence)},
            ":u": {"N": str(head.until_ms)},
        },
    }


def _parts(entries: list[Entry]) -> list[list[Entry]]:
    parts: list[list[Entry]] = [[]]
    n_fills = 0
    for entry in entries:
        if entry.kind == "fill":
            n_fills += 1
            if n_fills % MOST_AT_ONCE == 1 and n_fills > 1:
                parts.append([])
        parts[-1].append(entry)
    return parts


def _record(item: Mapping[str, Any]) -> BotRecord:
    try:
        return BotRecord(**json.loads(item["record"]["S"]))
    except (KeyError, TypeError, ValueError) as e:
        raise InvariantError(f"a stored bot does not fit this version: {e}") from e


def _as_now(record: BotRecord, head: Head) -> BotRecord:
    return dataclasses.replace(record, status=head.status, reason=head.reason)  # type: ignore[arg-type] # as written
