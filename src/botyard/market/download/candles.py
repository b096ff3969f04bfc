"""Pages of closed candles, kept as CSV; a page whose time is over is never asked for again."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botyard.errors import DataError, RetryableError
from botyard.market.download.archive import write

Page = Callable[[int, int], list[list[Any]]]
"""Asks a venue for at most so many candles from a time (UTC ms) on: open_ms, open, high, low, close, volume."""

TRIES = 6


def fetch_page(
    ask: Page, place: Path, begin_ms: int, end_ms: int, now_ms: int, step_ms: int, sleep: Callable[[float], None]
) -> Path | None:
    """Bring one page, unless it is there; None when nothing was traded in it. Only candles closed by `now_ms` count.

    Raises: RetryableError when the venue does not answer; DataError when it answers nonsense or the disk is full.
    """
    if place.exists():
        return place
    rows: dict[int, list[str]] = {}
    at = begin_ms
    while at < min(end_ms, now_ms):
        found = _patiently(ask, at, sleep)
        fresh = [row for row in found if at <= int(row[0]) < end_ms]
        for row in fresh:
            if int(row[0]) + step_ms <= now_ms:
                rows[int(row[0])] = _checked(row)
        if not fresh:
            break
        at = int(fresh[-1][0]) + step_ms
    if not rows:
        return None
    lines = [",".join([str(open_ms), *rows[open_ms]]) for open_ms in sorted(rows)]
    is_over = end_ms <= now_ms
    target = place if is_over else place.with_name(f"{place.stem}-part.csv")
    write(target, ("\n".join(lines) + "\n").encode())
    if is_over:
        place.with_name(f"{place.stem}-part.csv").unlink(missing_ok=True)
    return target


def _checked(row: list[Any]) -> list[str]:
    if len(row) < 6 or not all(math.isfinite(float(value)) for value in row[1:6]):
        raise DataError(f"the venue sent a candle that is none: {row!r}")
    return [str(value) for value in row[1:6]]


def _patiently(ask: Page, since_ms: int, sleep: Callable[[float], None]) -> list[list[Any]]:
    import tenacity

    patient = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(RetryableError),
        wait=tenacity.wait_exponential(multiplier=1, max=60),
        stop=tenacity.stop_after_attempt(TRIES),
        sleep=sleep,
        reraise=True,
    )
    return patient(ask, since_ms, 1000)
