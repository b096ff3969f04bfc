"""Carry out a download: archives first, candles for what they do not have, then the import."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from botyard.errors import DataError, UserError
from botyard.market import importer
from botyard.market.download import plan
from botyard.market.download.archive import FOLDERS, ORIGIN, Archive, fetch, open_client
from botyard.market.download.candles import Page, fetch_page
from botyard.market.instruments import Kind
from botyard.ports import Progress
from botyard.records.market import MINUTE_MS, symbol_folder, timeframe_minutes

TASK = "download"


@dataclass(frozen=True, slots=True)
class Asked:
    """What to bring. Times are UTC ms at bar open."""

    venue: str
    symbol: str  # "BTC/USDT", "BTC/USDT:USDT"
    pair: str  # the venue's own name of it: "BTCUSDT"
    kind: Kind
    timeframe: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What came of one instrument: files of archives and pages of candles, new or there before."""

    imported: importer.Imported
    archives: int
    pages: int


def download(
    market: Path,
    folder: Path,
    asked: Asked,
    ask: Page,
    now_ms: int,
    progress: Progress,
    *,
    origin: str = "",
    sleep: Callable[[float], None] = time.sleep,
) -> Downloaded:
    """Bring one instrument's closed bars into the imported market.

    folder: where what was fetched is kept; now_ms: the venue's time; origin: of the archive, for tests.
    Raises: DataError, RetryableError, UserError; what was fetched so far is kept.
    """
    step = timeframe_minutes(asked.timeframe) * MINUTE_MS
    place = folder / asked.venue / symbol_folder(asked.symbol) / asked.timeframe
    first = _first_candle(ask, asked, now_ms)
    months = list(plan.months(first, now_ms))
    task = f"{TASK} {asked.symbol} {asked.timeframe}"
    progress.start(task, len(months))
    files: list[Path] = []
    n_archives = 0
    with open_client() as client:
        zipped: Zipped | None = None
        if asked.venue in FOLDERS:
            archive = Archive(asked.venue, asked.pair, asked.timeframe, origin or ORIGIN)
            zipped = partial(fetch, archive, folder=place, client=client, sleep=sleep)
        for year, month in months:
            zips, missing = _month(zipped, year, month, first, now_ms)
            files += zips
            n_archives += len(zips)
            for begin, end in missing:
                files += _pages(ask, place, begin, end, now_ms, step, sleep)
            progress.advance(task)
    files = sorted(set(files))
    told = importer.Told(asked.symbol, asked.timeframe, asked.kind, asked.venue)
    (result,) = importer.import_files(market, files, told)
    if isinstance(result, importer.Failed):
        raise DataError(result.text)
    progress.finish(task, f"{result.quality.n_bars:,} bars, {result.new_bars:,} of them new")
    return Downloaded(result, n_archives, len(files) - n_archives)


Span = tuple[int, int]


Zipped = Callable[[str], Path | None]
"""Brings one period's archive."""


def _month(zipped: Zipped | None, year: int, month: int, first: int, now_ms: int) -> tuple[list[Path], list[Span]]:
    # returns the month's archives, and what of it no archive has
    days = plan.days_of(year, month)
    begin, end = plan.start_ms(days[0]), plan.start_ms(days[-1]) + plan.DAY_MS
    if zipped is None:
        return [], [(max(begin, first), end)]
    if end <= now_ms:
        whole = zipped(f"{year}-{month:02d}")
        if whole is not None:
            return [whole], []
    found, missing = [], []
    for day in days:
        day_ms = plan.start_ms(day)
        if day_ms + plan.DAY_MS <= first or day_ms >= now_ms:
            continue
        is_over = day_ms + plan.DAY_MS <= now_ms
        one = zipped(day.isoformat()) if is_over else None
        if one is None:
            missing.append((max(day_ms, first), day_ms + plan.DAY_MS))
        else:
            found.append(one)
    return found, missing


def _pages(
    ask: Page, place: Path, begin: int, end: int, now_ms: int, step: int, sleep: Callable[[float], None]
) -> list[Path]:
    found = []
    for page_ms, page_end in plan.pages(begin, min(end, now_ms), step):
        span = max(begin, page_ms), min(end, page_end)  # what archives have is not asked for again
        page = fetch_page(ask, place / f"candles-{span[0]}.csv", *span, now_ms, step, sleep)
        if page is not None:
            found.append(page)
    return found


def _first_candle(ask: Page, asked: Asked, now_ms: int) -> int:
    if asked.since_ms >= now_ms:
        raise UserError(f"--since is {_day(asked.since_ms)}, which has not begun at {asked.venue}")
    rows = ask(asked.since_ms, 1)
    if not rows:
        raise UserError(f"{asked.venue} has no candles of {asked.symbol} since {_day(asked.since_ms)}")
    return max(asked.since_ms, int(rows[0][0]))


def _day(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d")
