"""What is wrong with a series of bars, where, and which stretch of it is clean."""

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from botyard.engine.bars import Bars
from botyard.errors import DataError
from botyard.market.exact import Integers
from botyard.records.market import MINUTE_MS, TIMEFRAMES, Finding, Quality

Flags = NDArray[np.bool_]

_MOST = 0.5  # a fault in more than half of the bars is a fault of the file
_FEW = 0.01
_OTHER_STEPS = 0.05  # share of steps of another bar length that makes a file mixed
_PRICES = ("open", "high", "low", "close")


def check(bars: Bars, minutes: int) -> Quality:
    """Find gaps, duplicates, NaN, impossible prices and volumes in bars that are sorted by time.

    The clean stretch is the longest run of bars one step apart without any fault; zero volume alone is no fault.
    """
    step = minutes * MINUTE_MS
    faults = _faults(bars, step)
    findings = [finding for kind, flags in faults.items() for finding in _runs(bars, flags, kind)]
    findings += _gaps(bars, step)
    first, last = _longest(bars, step, faults)
    times = bars.open_ms
    return Quality(
        n_bars=len(bars),
        findings=tuple(sorted(findings, key=lambda finding: (finding.at_ms, finding.kind))),
        clean_from_ms=int(times[first]) if last > first else 0,
        clean_until_ms=int(times[last - 1]) + step if last > first else 0,
    )


def sort_and_drop(bars: Bars) -> tuple[Bars, list[Finding]]:
    """Sort by time and drop rows that say the same again; bars that contradict each other stay, to be found."""
    notes = []
    steps = np.diff(bars.open_ms)
    if np.all(steps > 0):
        return bars, []
    if np.any(steps < 0):
        at = int(np.flatnonzero(steps < 0)[0]) + 1
        count = int((steps < 0).sum())
        notes.append(Finding("order", int(bars.open_ms[at]), count, f"{count} bars stood after a later one; sorted"))
    order = np.lexsort(bars.columns()[::-1])
    bars = Bars(*(column[order] for column in bars.columns()))
    same = np.ones(max(len(bars) - 1, 0), dtype=bool)
    for column in bars.columns():
        same &= (column[1:] == column[:-1]) | (np.isnan(column[1:]) & np.isnan(column[:-1]))
    if np.any(same):
        at, count = int(bars.open_ms[1:][same][0]), int(same.sum())
        notes.append(Finding("duplicate", at, count, f"{count} bars came twice with the same values; dropped once"))
        bars = Bars(*(column[np.concatenate(([True], ~same))] for column in bars.columns()))
    return bars, notes


def refuse_swapped(bars: Bars, source: str) -> None:
    """Refuse a file whose columns are evidently not what their names say.

    Raises: DataError naming the columns that look swapped.
    """
    known = np.all([np.isfinite(getattr(bars, name)) for name in _PRICES], axis=0)
    n_known = max(int(known.sum()), 1)
    inverted = float((bars.high < bars.low)[known].sum()) / n_known
    if inverted > _MOST:
        raise DataError(
            f"{source}: high is below low in {100 * inverted:.0f} % of the bars: {_likely_swap(bars)}; mend the header"
        )
    outside = float(_outside(bars)[known].sum()) / n_known
    if outside > _MOST:
        raise DataError(
            f"{source}: open or close is outside low to high in {100 * outside:.0f} % of the bars: "
            f"{_likely_swap(bars)}; mend the header"
        )


def find_minutes(bars: Bars, named: str, source: str) -> int:
    """Return the length in minutes of sorted bars, from the name or else from the bars; both must agree.

    Raises: DataError when they do not, when lengths are mixed, or when the length is not one of TIMEFRAMES.
    """
    steps = np.diff(bars.open_ms)
    steps = steps[steps > 0]
    if not len(steps):
        if named:
            return TIMEFRAMES[named]
        raise DataError(f"{source}: one bar does not say how long bars are; add --timeframe")
    lengths = {minutes * MINUTE_MS: name for name, minutes in TIMEFRAMES.items()}
    sizes, counts = np.unique(steps, return_counts=True)
    usual = int(sizes[np.argmax(counts)])
    share = {int(size): int(count) / len(steps) for size, count in zip(sizes, counts, strict=True)}
    mixed = [lengths[size] for size in share if size in lengths and share[size] > _OTHER_STEPS]
    if len(mixed) > 1 and len(steps) >= 20:
        raise DataError(f"{source} mixes bars of {' and '.join(mixed)}; import each bar length from its own file")
    if usual not in lengths:
        raise DataError(f"{source}: bars are {usual / MINUTE_MS:g} minutes apart; {', '.join(TIMEFRAMES)} can be used")
    if named and lengths[usual] != named and share[usual] > _MOST:
        raise DataError(f"{source}: the name or --timeframe says {named}, but the bars are {lengths[usual]} apart")
    return TIMEFRAMES[named] if named else usual // MINUTE_MS


def utc(time_ms: int) -> str:
    """Write a time for a message."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def _faults(bars: Bars, step: int) -> dict[str, Flags]:
    prices = np.stack([getattr(bars, name) for name in _PRICES])
    unknown = ~np.all(np.isfinite(prices), axis=0) | ~np.isfinite(bars.volume)
    twice = np.zeros(len(bars), dtype=bool)
    twice[1:] = np.diff(bars.open_ms) == 0
    twice[:-1] |= twice[1:].copy()
    return {
        "duplicate": twice,
        "nan": unknown,
        "not_positive": ~unknown & (np.any(prices <= 0, axis=0) | (bars.volume < 0)),
        "high_below_low": ~unknown & (bars.high < bars.low),
        "outside_range": ~unknown & (bars.high >= bars.low) & _outside(bars),
        "off_grid": bars.open_ms % step != 0,
        "zero_volume": bars.volume == 0,
    }


_TEXTS = {
    "duplicate": "bars of the same time that contradict each other",
    "nan": "bars with a missing value",
    "not_positive": "bars with a price of zero or less, or a negative volume",
    "high_below_low": "bars whose high is below their low",
    "outside_range": "bars that open or close outside low to high",
    "off_grid": "bars that do not open on a multiple of their length",
    "zero_volume": "bars in which nothing was traded",
}


def _outside(bars: Bars) -> Flags:
    result: Flags = (
        (bars.open > bars.high) | (bars.open < bars.low) | (bars.close > bars.high) | (bars.close < bars.low)
    )
    return result


def _runs(bars: Bars, flags: Flags, kind: str) -> list[Finding]:
    # one finding per run of neighbouring bars
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False]))))
    findings = []
    for first, end in edges.reshape(-1, 2).tolist():
        at, count = int(bars.open_ms[first]), end - first
        findings.append(Finding(kind, at, count, f"{utc(at)}: {count} {_TEXTS[kind]}"))  # type: ignore[arg-type] # a key of _TEXTS
    return findings


def _gaps(bars: Bars, step: int) -> list[Finding]:
    steps = np.diff(bars.open_ms)
    findings = []
    for index in np.flatnonzero(steps > step).tolist():
        at = int(bars.open_ms[index]) + step
        count = -(-int(steps[index]) // step) - 1
        if count:
            until = int(bars.open_ms[index + 1])
            findings.append(Finding("gap", at, count, f"{utc(at)} to {utc(until)}: {count} bars are missing"))
    return findings


def _longest(bars: Bars, step: int, faults: dict[str, Flags]) -> tuple[int, int]:
    # (first, end) of the longest clean run; of two equal ones the later
    clean = ~np.any([flags for kind, flags in faults.items() if kind != "zero_volume"], axis=0)
    if not len(bars) or not clean.any():
        return 0, 0
    joined = clean.copy()
    joined[1:] &= clean[:-1] & (np.diff(bars.open_ms) == step)
    joined[0] = False
    starts: Integers = np.flatnonzero(clean & ~joined)
    ends = np.flatnonzero(clean & ~np.concatenate((joined[1:], [False]))) + 1
    lengths = ends - starts
    best = len(lengths) - 1 - int(np.argmax(lengths[::-1]))
    return int(starts[best]), int(ends[best])


def _likely_swap(bars: Bars) -> str:
    # of the exchanges of two columns that make nearly every bar possible, the one with the calmest bars
    names = ("open", "high", "low", "close", "volume")
    columns = {name: getattr(bars, name) for name in names}
    found = []
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            swapped = {**columns, one: columns[other], other: columns[one]}
            trial = Bars(bars.open_ms, *(swapped[name] for name in names))
            if np.mean(_outside(trial) | (trial.high < trial.low)) < _FEW:
                range_ = np.nanmean((trial.high - trial.low) / trial.high)
                found.append((float(range_), f"the columns {one} and {other} look swapped"))
    return min(found)[1] if found else "the columns are not what their names say"
