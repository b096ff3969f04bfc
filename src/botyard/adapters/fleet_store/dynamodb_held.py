"""What a process holds of a bot while it has its lease."""

from dataclasses import dataclass

from botyard.adapters.fleet_store.dynamodb_items import Head
from botyard.errors import RetryableError
from botyard.records.fleet import Entry, Lease


@dataclass(slots=True)
class Hold:
    """A bot's head as it is in the table, and the lease."""

    base: Head
    lease: Lease


def marks(head: Head) -> tuple[int, int, int, int]:
    """Tell heads apart: another registration, or another write since, has others."""
    return head.number, head.fence, head.sequence, head.until_ms


def took_over(bot: str) -> RetryableError:
    """Make the error of a tick that was overtaken."""
    return RetryableError(f"another tick of {bot} took over; this one stops")


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
