"""Move a bot with its whole history from one home to another: from AWS to this machine, or the other way.

It lives in one place at any time. The source's copy is ended first, with where it went as the reason, and a tick that is
under way is shut out; then everything is copied; the other copy comes alive last. Whatever dies in between, the same
command goes on: meanwhile the bot lives nowhere, and nothing is traded.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

from botyard.adapters.clock.system import SystemClock
from botyard.errors import NotFound, RetryableError, UserError
from botyard.ports import FleetStore
from botyard.records.fleet import BotRecord, Entry, Status

AT_ONCE = 200  # entries of one write
LEASE_MS = 60_000
TRIES = 20
_WENT = re.compile(r"moved to (?P<where>.+?); it was (?P<status>running|paused|halted)(?:: (?P<reason>.*))?", re.DOTALL)


class Home(Protocol):
    """Where bots live: a fleet, and what else of a bot lies around it."""

    @property
    def label(self) -> str:
        """Its name for people; another home has another."""
        ...

    @property
    def store(self) -> FleetStore:
        """Its fleet."""
        ...

    def check(self, bot: BotRecord, bundle: bytes) -> None:
        """Refuse a bot that could not live here. Raises: UserError."""
        ...

    def shut_out(self, name: str) -> None:
        """Let nothing be written any more by a tick that is under way. Raises: RetryableError."""
        ...

    def bundle(self, bot: BotRecord) -> bytes:
        """Read the bundle as a zip. Raises: ConfigError."""
        ...

    def keep_bundle(self, bot: BotRecord, data: bytes) -> str:
        """Keep a bundle; return where."""
        ...

    def account(self, bot: BotRecord) -> bytes:
        """Read the paper account whole."""
        ...

    def keep_account(self, bot: BotRecord, data: bytes) -> None:
        """Keep a paper account in the place of one that was here."""
        ...

    def settle_in(self, bot: BotRecord) -> None:
        """Make what wakes the bot here; twice is once."""
        ...

    def move_out(self, bot: BotRecord) -> None:
        """Take away what woke it."""
        ...


def move(name: str, source: Home, target: Home) -> str:
    """Carry it out, or go on with it, and say what became of it.

    Raises: NotFound; UserError when the bot cannot be moved or lives there already; RetryableError.
    """
    bot = source.store.bot(name)
    there = _at(target, bot, source)
    went = _WENT.fullmatch(bot.reason) if bot.status == "killed" else None
    if went is not None and went["where"] == target.label and there is not None and there.status != "killed":
        source.move_out(bot)
        return f"{name} lives in {target.label} already, {there.status}"
    if there is not None and there.status == bot.status == "killed":
        _same_way(name, source, target)
    bundle = source.bundle(bot)
    target.check(bot, bundle)
    status, reason = _freeze(bot, went, source, target, there)
    source.shut_out(name)
    here = dataclasses.replace(bot, status="killed", reason=f"arriving from {source.label}", bundle="")
    here = dataclasses.replace(here, bundle=target.keep_bundle(here, bundle))
    if there is None:
        target.store.add_bot(here)
    count = _copy(name, source.store, target.store)
    target.keep_account(here, source.account(bot))
    target.settle_in(here)
    text = reason if status == "halted" else f"moved here from {source.label}"
    target.store.set_status(name, status, text, expected="killed", at_ms=SystemClock().now_ms())
    source.move_out(bot)
    return f"{name} lives in {target.label} now, {status}, with {count} entries of its journal brought there"


def _at(target: Home, bot: BotRecord, source: Home) -> BotRecord | None:
    try:
        there = target.store.bot(bot.name)
    except NotFound:
        return None
    if there.deployment_hash != bot.deployment_hash:
        raise UserError(
            f"{target.label} has another bot named {bot.name} (of run {there.run_id}); two cannot share a name"
        )
    arrives = there.reason.startswith((f"arriving from {source.label}", f"moved to {source.label};"))
    if there.status == "killed" and not arrives:
        raise UserError(f"{bot.name} was ended in {target.label}: {there.reason}; what is ended does not come back")
    return there


def _same_way(name: str, source: Home, target: Home) -> None:
    """See that a move that was cut short is gone on with, not turned round: the longer journal tells where it went."""
    last = max((_last(home.store, name) for home in (source, target)), key=lambda entry: entry.sequence)
    went = _WENT.fullmatch(str(last.data.get("reason", "")))
    if went is not None and went["where"] != target.label:
        raise UserError(f"{name} is on its way to {went['where']}, and was cut short: go on with that first")


def _last(store: FleetStore, name: str) -> Entry:
    kept = store.snapshot(name)
    after = 0 if kept is None else kept.sequence - 1
    return max(store.entries(name, after), key=lambda entry: entry.sequence, default=Entry("note", 0, 0))


def _freeze(
    bot: BotRecord, went: re.Match[str] | None, source: Home, target: Home, there: BotRecord | None
) -> tuple[Status, str]:
    """End the source's copy and return the status and the reason that the bot had."""
    if went is not None and went["where"] == target.label:
        return went["status"], went["reason"] or ""  # type: ignore[return-value]  # one of the three
    if bot.status in ("killed", "killing"):
        raise UserError(f"{bot.name} is {bot.status} ({bot.reason}); only a living bot can be moved")
    if there is not None and there.status != "killed":
        raise UserError(f"{bot.name} lives in {target.label} too; kill one of the two: it may live in one place only")
    why = f": {bot.reason}" if bot.status == "halted" else ""
    reason = f"moved to {target.label}; it was {bot.status}{why}"
    source.store.set_status(bot.name, "killed", reason, expected=bot.status, at_ms=SystemClock().now_ms())
    return bot.status, bot.reason


def _copy(name: str, source: FleetStore, target: FleetStore) -> int:
    """Bring the journal's entries that are missing, and the snapshot, each in its place; return how many came."""
    last = max((entry.sequence for entry in target.entries(name)), default=0)
    snapshot = source.snapshot(name)
    lease = target.acquire(name, "botyard aws", SystemClock().now_ms(), LEASE_MS)
    if lease is None:
        raise RetryableError(f"somebody else is at the copy of {name} that arrives; run this again")
    count = 0
    try:
        for part in _parts(source.entries(name, last), 0 if snapshot is None else snapshot.sequence):
            is_snapshots = snapshot is not None and part[-1].sequence == snapshot.sequence
            target.append(lease, part, snapshot if is_snapshots else None)
            count += len(part)
    finally:
        target.release(lease)
    return count


def _parts(entries: Iterable[Entry], cut: int) -> Iterator[list[Entry]]:
    """Yield the entries in parts; one of them ends with the sequence number `cut`."""
    waiting = iter(entries)
    while part := list(islice(waiting, AT_ONCE)):
        first = [entry for entry in part if entry.sequence <= cut]
        yield from (some for some in (first, part[len(first) :]) if some)


def export_bot(name: str) -> str:
    """Move a bot from AWS to this machine. Raises: as `move`."""
    from botyard.apps.aws.control.homes import AwsHome, LocalHome

    return move(name, AwsHome(), LocalHome())


def import_bot(name: str) -> str:
    """Move a bot from this machine to AWS. Raises: as `move`."""
    from botyard.apps.aws.control.homes import AwsHome, LocalHome

    return move(name, LocalHome(), AwsHome())
