"""Bring bars from files into the imported market.

1. Collect the files (a folder with everything in it) and group them by series: by their names, or as told.
2. Read each file as it is (readers/), refuse what is evidently wrong, merge with what is stored already.
3. Check the whole (quality.py) and write it (store.py): everything to bars.parquet, the clean stretch to the columns.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from botyard.engine.bars import Bars
from botyard.errors import DataError
from botyard.market import instruments, quality, store
from botyard.market.instruments import Kind
from botyard.market.readers import FileName, is_bars_file, parse_name, parse_symbol, read_file
from botyard.records import codec
from botyard.records.market import MINUTE_MS, TIMEFRAMES, Finding, Quality, SeriesInfo

WITHHELD = 0.05  # of the clean stretch: kept from all research, served to the paper venue as now
WITHHELD_MS = 2 * 86_400_000  # at least
BARS_FILE = "bars.parquet"
QUALITY_FILE = "quality.json"


@dataclass(frozen=True, slots=True)
class Told:
    """What the person said of the files; empty where the names shall say."""

    symbol: str = ""
    timeframe: str = ""
    kind: Kind | None = None
    venue: str = ""
    is_point_in_time: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """One series as it is stored now."""

    info: SeriesInfo
    quality: Quality
    files: int
    new_bars: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A file, or the files of a series, that could not be imported."""

    source: str
    text: str


def collect(path: Path) -> list[Path]:
    """Return the files of bars at a path, a folder's in order of their names.

    Raises: DataError when there are none.
    """
    if not path.exists():
        raise DataError(f"{path} does not exist")
    if path.is_file():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.is_file() and is_bars_file(file))
    if not files:
        raise DataError(f"{path} holds no file of bars: feather, Parquet, JSON, CSV, or zip of CSV")
    return files


def import_files(
    market: Path, files: list[Path], told: Told, advance: Callable[[str], None] = lambda _: None
) -> list[Imported | Failed]:
    """Import files, series by series; a series that fails leaves the others alone."""
    results: list[Imported | Failed] = []
    groups: dict[tuple[str, str, Kind], list[tuple[Path, FileName]]] = {}
    for file in files:
        name = parse_name(file)
        kind = told.kind or name.kind
        try:
            symbol = parse_symbol(told.symbol or name.symbol or _ask(file), kind)
        except DataError as e:
            results.append(Failed(file.name, str(e)))
            advance(file.name)
            continue
        groups.setdefault((symbol, told.timeframe or name.timeframe, kind), []).append((file, name))
    for (symbol, timeframe, kind), members in groups.items():
        try:
            with store.locked(market):
                results.append(_import_series(market, symbol, timeframe, kind, members, told, advance))
        except DataError as e:
            results.append(Failed(", ".join(file.name for file, _ in members[:3]), str(e)))
    return results


def read_quality(folder: Path) -> Quality:
    """Return what was found at the last import of a stored series."""
    return codec.load(Quality, (folder / QUALITY_FILE).read_bytes())


def read_stored(folder: Path) -> Bars:
    """Return all bars of a stored series, sorted, with their faults."""
    return read_file(folder / BARS_FILE)[0]


def _ask(file: Path) -> str:
    raise DataError(f"{file.name}: the name does not say which symbol it is; add --symbol, such as --symbol BTC/USDT")


def _import_series(
    market: Path,
    symbol: str,
    named: str,
    kind: Kind,
    members: list[tuple[Path, FileName]],
    told: Told,
    advance: Callable[[str], None],
) -> Imported:
    parts = []
    for file, name in members:
        parts += _read(file, name)
        advance(file.name)
    source = members[0][0].name if len(members) == 1 else f"{members[0][0].name} and {len(members) - 1} more"
    bars, notes = quality.sort_and_drop(_joined(parts))
    minutes = quality.find_minutes(bars, named, source)
    timeframe = next(name for name, length in TIMEFRAMES.items() if length == minutes)
    folder = store.series_folder(market, symbol, timeframe)
    known = _stored(folder)
    before = len(known[1]) if known else 0
    if known:
        bars, replaced = _merged(known[1], bars)
        notes = [*known[2], *notes, *replaced]
    found = quality.check(bars, minutes)
    if found.clean_until_ms == found.clean_from_ms:
        raise DataError(f"{source}: not one bar is clean: {found.findings[0].text}")
    served = bars.slice_ms(found.clean_from_ms, found.clean_until_ms)
    instrument = instruments.infer_instrument(symbol, _venue(told.venue, known, members), kind, served)
    if known:
        instrument = instruments.merge_instruments(known[0].instrument, instrument)
    info = SeriesInfo(
        instrument=instrument,
        timeframe=timeframe,
        first_ms=found.clean_from_ms,
        last_ms=found.clean_until_ms - minutes * MINUTE_MS,
        n_bars=len(served),
        content_hash=store.content_hash(served),
        source=source,
        research_until_ms=_research_until(found, minutes),
        is_point_in_time=told.is_point_in_time,
    )
    report = replace(found, notes=_united(notes))
    with store.replacing(folder) as temporary:
        _write_parquet(temporary / BARS_FILE, bars)
        store.write_columns(temporary, served)
        (temporary / QUALITY_FILE).write_bytes(codec.dump(report))
        store.write_info(temporary, info)
    return Imported(info=info, quality=report, files=len(members), new_bars=len(bars) - before)


def _read(file: Path, name: FileName) -> list[Bars]:
    parts = read_file(file)
    for bars in parts:
        quality.refuse_swapped(bars, file.name)
        first = quality.utc(int(bars.open_ms.min()))
        if name.month and not first.startswith(name.month):
            raise DataError(
                f"{file.name}: the name says {name.month}, but its bars begin on {first[:10]}; "
                "the time stamps are in another unit or the file has another's name"
            )
    return parts


def _joined(parts: list[Bars]) -> Bars:
    return Bars(*(np.concatenate(columns) for columns in zip(*(part.columns() for part in parts), strict=True)))


def _merged(old: Bars, new: Bars) -> tuple[Bars, list[Finding]]:
    # a bar that was imported before may have been open then: the newer word wins
    again = np.isin(old.open_ms, new.open_ms)
    bars = _joined([old.slice(0, 0) if again.all() else Bars(*(column[~again] for column in old.columns())), new])
    order = np.argsort(bars.open_ms, kind="stable")
    return Bars(*(column[order] for column in bars.columns())), _changed(old, new, again)


def _changed(old: Bars, new: Bars, again: quality.Flags) -> list[Finding]:
    if not again.any():
        return []
    at = np.searchsorted(new.open_ms, old.open_ms[again])
    differs = np.zeros(int(again.sum()), dtype=bool)
    for before, after in zip(old.columns()[1:], new.columns()[1:], strict=True):
        differs |= (before[again] != after[at]) & ~(np.isnan(before[again]) & np.isnan(after[at]))
    if not differs.any():
        return []
    first, count = int(old.open_ms[again][differs][0]), int(differs.sum())
    return [
        Finding("duplicate", first, count, f"{count} bars were imported before with other values; the newer are kept")
    ]


def _stored(folder: Path) -> tuple[SeriesInfo, Bars, tuple[Finding, ...]] | None:
    if not (folder / BARS_FILE).exists():
        return None
    return store.read_info(folder), read_stored(folder), read_quality(folder).notes


def _united(notes: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(set(notes), key=lambda note: (note.at_ms, note.kind, note.text)))


def _venue(
    told: str, known: tuple[SeriesInfo, Bars, tuple[Finding, ...]] | None, members: list[tuple[Path, FileName]]
) -> str:
    if told or known is None:
        return told or members[0][1].venue or "unknown"
    return known[0].instrument.venue


def _research_until(found: Quality, minutes: int) -> int:
    span = found.clean_until_ms - found.clean_from_ms
    withheld = min(max(int(WITHHELD * span), WITHHELD_MS), span // 2)
    step = minutes * MINUTE_MS
    return (found.clean_until_ms - withheld) // step * step


def _write_parquet(path: Path, bars: Bars) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    names = ("open_time", "open", "high", "low", "close", "volume")
    table = pa.table([pa.array(column) for column in bars.columns()], names=list(names))
    parquet.write_table(table, path, compression="zstd")
