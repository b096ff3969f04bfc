"""Which files cover a stretch of time: months and days that are over, and pages of candles for the rest."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

DAY_MS = 86_400_000
PAGE_BARS = 1000


def months(since_ms: int, until_ms: int) -> Iterator[tuple[int, int]]:
    """Yield (year, month) of each UTC month that `since_ms` to `until_ms` touches."""
    day = _day(since_ms).replace(day=1)
    while start_ms(day) < until_ms:
        yield day.year, day.month
        day = (day + timedelta(days=32)).replace(day=1)


def days_of(year: int, month: int) -> list[date]:
    """Return all days of a month."""
    return [date(year, month, number) for number in range(1, monthrange(year, month)[1] + 1)]


def start_ms(day: date) -> int:
    """Return a UTC day's begin."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def pages(since_ms: int, until_ms: int, step_ms: int) -> Iterator[tuple[int, int]]:
    """Yield (begin, end) of pages of PAGE_BARS bars on a fixed grid, so that every run asks for the same ones."""
    length = PAGE_BARS * step_ms
    at = since_ms // length * length
    while at < until_ms:
        yield at, at + length
        at += length


def _day(time_ms: int) -> date:
    return datetime.fromtimestamp(time_ms / 1000, UTC).date()
