"""What a process knows of a bot beyond the table: its lease, and the decisions that wait for the next write."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from botyard.adapters.fleet_store.dynamodb_items import Head
from botyard.errors import InvariantError
from botyard.records.fleet import Entry, Lease, Snapshot


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
class Hold:
    """A bot's head in the table, and what is not written yet."""

    base: Head
    lease: Lease | None = None
    entries: list[Entry] = field(default_factory=list)
    snapshot: Snapshot | None = None
    decided_ms: int = -1  # by the last entry, written or not
    account_changes: int = -1  # of the account as `base` and `entries` have it
    known_s: float = 0.0  # when the table last said so, by the wall
    trusted: int = 0  # ticks since then

    def keep(self, bot: str, entries: Iterable[Entry], snapshot: Snapshot) -> None:
        """Hold decisions back. Raises: InvariantError for a second one of a bar."""
        for entry in entries:
            if entry.kind == "decision":
                if entry.bar_ms <= self.decided_ms:
                    raise InvariantError(f"bot {bot}: a second decision {entry.bar_ms} was about to be written")
                self.decided_ms = entry.bar_ms
            self.entries.append(entry)
        self.snapshot = dataclasses.replace(snapshot, sequence=self.base.sequence + len(self.entries))


def may_wait(hold: Hold, entries: Iterable[Entry], behind_ms: int, repeatable: tuple[str, ...]) -> bool:
    """Whether these are decisions to do nothing that whoever has not seen them makes again, from bars not older than that.

    repeatable: kinds of entries that follow from the bars, and from what is kept with the bot.
    """
    if not behind_ms or hold.base.decided_ms < 0 or hold.base.until_ms != 0:
        return False
    return all(
        entry.kind in repeatable
        and entry.bar_ms - hold.base.decided_ms < behind_ms
        # the model wants nothing at the next open
        and (entry.kind != "decision" or (entry.data["row"][0] < 0.0 and not entry.data["model_fills"]))
        for entry in entries
    )


def marks(head: Head) -> tuple[int, int, int, int]:
    """Tell heads apart: another registration, or another write since, has others."""
    return head.number, head.fence, head.sequence, head.until_ms


def parts_of(entries: list[Entry], most_fills: int) -> list[list[Entry]]:
    """Cut entries into writes, in order, each with so many fills at most."""
    parts: list[list[Entry]] = [[]]
    n_fills = 0
    for entry in entries:
        if entry.kind == "fill":
            n_fills += 1
            if n_fills % most_fills == 1 and n_fills > 1:
                parts.append([])
        parts[-1].append(entry)
    return parts
