"""The fleet in memory: a fake of the FleetStore port that keeps the same promises."""

import dataclasses
from collections.abc import Iterable, Iterator

from botyard.errors import InvariantError, NotFound, RetryableError, UserError
from botyard.records.fleet import BotRecord, Entry, Lease, Snapshot, Status


class MemoryFleet:
    """The FleetStore port on dictionaries."""

    def __init__(self) -> None:
        self._bots: dict[str, BotRecord] = {}
        self._journals: dict[str, list[Entry]] = {}
        self._snapshots: dict[str, Snapshot] = {}
        self._leases: dict[str, Lease] = {}
        self._fences: dict[str, int] = {}

    def add_bot(self, bot: BotRecord) -> None:
        """Register a bot. Raises: UserError when the name is taken."""
        if bot.name in self._bots:
            raise UserError(f"a bot named {bot.name!r} exists already")
        self._bots[bot.name] = bot
        self._journals[bot.name] = []

    def remove_bot(self, name: str) -> None:
        """Take back a registration. Raises: NotFound; InvariantError when it has fills."""
        self.bot(name)
        if any(e.kind == "fill" for e in self._journals[name]):
            raise InvariantError(f"bot {name} has traded")
        for kept in (self._bots, self._journals, self._snapshots, self._leases):
            kept.pop(name, None)

    def bot(self, name: str) -> BotRecord:
        """Read a bot. Raises: NotFound."""
        if name not in self._bots:
            raise NotFound(f"there is no bot {name!r}; the fleet has {', '.join(self._bots)}")
        return self._bots[name]

    def bots(self) -> list[BotRecord]:
        """All bots, oldest first."""
        return list(self._bots.values())

    def set_status(self, name: str, status: Status, reason: str, *, expected: str, at_ms: int = 0) -> None:
        """Change the status and journal it. Raises: RetryableError; NotFound."""
        bot = self.bot(name)
        if bot.status != expected:
            raise RetryableError(f"bot {name} is {bot.status}, not {expected}")
        self._bots[name] = dataclasses.replace(bot, status=status, reason=reason)
        self._add(name, [Entry("status", 0, at_ms, {"from": expected, "to": status, "reason": reason})])

    def acquire(self, name: str, owner: str, now_ms: int, for_ms: int) -> Lease | None:
        """Grant the lease unless somebody else holds it."""
        self.bot(name)
        held = self._leases.get(name)
        if held is not None and held.until_ms > now_ms:
            return None
        self._fences[name] = self._fences.get(name, 0) + 1
        lease = Lease(name, owner, self._fences[name], now_ms + for_ms)
        self._leases[name] = lease
        return lease

    def release(self, lease: Lease) -> None:
        """Give the lease back."""
        if self._leases.get(lease.bot) == lease:
            del self._leases[lease.bot]

    def append(self, lease: Lease, entries: Iterable[Entry], snapshot: Snapshot | None = None) -> None:
        """Append in one write. Raises: RetryableError; InvariantError."""
        if self._fences.get(lease.bot) != lease.fence:
            raise RetryableError(f"another tick of {lease.bot} took over")
        self._add(lease.bot, entries)
        if snapshot is not None:
            self._snapshots[lease.bot] = dataclasses.replace(snapshot, sequence=len(self._journals[lease.bot]))

    def entries(self, name: str, after: int = 0) -> Iterator[Entry]:
        """Read the journal in order."""
        return iter(self._journals.get(name, [])[after:])

    def snapshot(self, name: str) -> Snapshot | None:
        """Read the last one, or None."""
        return self._snapshots.get(name)

    def _add(self, name: str, entries: Iterable[Entry]) -> None:
        journal = list(self._journals[name])
        once = {_once(e) for e in journal} - {None}
        for entry in entries:
            key = _once(entry)
            if key is not None and key in once:
                raise InvariantError(f"bot {name}: a second {key}")
            once.add(key)
            journal.append(dataclasses.replace(entry, sequence=len(journal) + 1))
        self._journals[name] = journal


def _once(entry: Entry) -> tuple[str, object] | None:
    if entry.kind in ("decision", "funding"):
        return entry.kind, entry.bar_ms
    if entry.kind == "intent":
        return entry.kind, entry.data["client_id"]
    if entry.kind == "fill":
        return entry.kind, entry.data["trade_id"]
    return None
