"""Instruments, timeframes, costs and how a venue works orders."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from botyard.errors import UserError

TIMEFRAMES: dict[str, int] = {
    "1m": 1, "3m": 3, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "2h": 120, "4h": 240, "1d": 1440,
}  # fmt: skip
"""Bar lengths that a spec may run on, in minutes."""

MINUTE_MS = 60_000

COLUMN_FILES = ("open_ms.i64", "open.f64", "high.f64", "low.f64", "close.f64", "volume.f64")
"""A stored series' raw little-endian columns; open_ms is written last and says how many bars there are."""

SERIES_FILE = "series.json"
"""A stored series' SeriesInfo."""


def symbol_folder(symbol: str) -> str:
    """Return the folder that a symbol's series are stored under: "BTC/USDT" is BTC_USDT."""
    return symbol.replace("/", "_").replace(":", "_")


def source_timeframe(stored: Iterable[str], wanted: str) -> str | None:
    """Return the longest stored timeframe that `wanted` can be resampled from, or None."""
    minutes = timeframe_minutes(wanted)
    fitting = [name for name in stored if minutes % timeframe_minutes(name) == 0]
    return max(fitting, key=timeframe_minutes, default=None)


def timeframe_minutes(timeframe: str) -> int:
    """Return the minutes of a timeframe such as "5m".

    Raises: UserError when it is not one of TIMEFRAMES.
    """
    minutes = TIMEFRAMES.get(timeframe)
    if minutes is None:
        raise UserError(f"bar length {timeframe!r} is not known; choose one of {', '.join(TIMEFRAMES)}")
    return minutes


def parse_timeframe(text: str) -> str:
    """Read what a person types: "5", "5m", "60" and "1h" all name a timeframe.

    Raises: UserError naming the lengths that exist.
    """
    word = text.strip().lower()
    by_minutes = {minutes: name for name, minutes in TIMEFRAMES.items()}
    if word.isdecimal() and int(word) in by_minutes:
        return by_minutes[int(word)]
    if word in TIMEFRAMES:
        return word
    lengths = ", ".join(str(minutes) for minutes in by_minutes)
    raise UserError(
        f"bar length {text!r} is not one of {lengths} minutes; "
        'type the minutes, such as 5, or a name, such as "15m", "1h" or "1d"'
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A grid of prices or quantities: the value of n steps is n * numerator / denominator.

    Two integers instead of a float, so that a price on the grid is the float nearest to its decimal.
    """

    numerator: int
    denominator: int

    @property
    def value(self) -> float:
        """Size of one step."""
        return self.numerator / self.denominator


@dataclass(frozen=True, slots=True)
class Instrument:
    """What is traded, at which venue, on which grid."""

    symbol: str  # "BTC/USDT"
    venue: str  # "binance", "demo", …: where the bars come from
    base: str
    quote: str
    kind: Literal["spot", "perpetual"]
    tick: Step  # of prices, quote per unit
    lot: Step  # of quantities, units
    min_notional: float  # quote; an order below it is not sent
    synthetic: bool = False  # made-up bars: shown wherever the instrument shows
    assumed: tuple[str, ...] = ()  # fields inferred from the bars, not told by a venue

    @property
    def has_shorts(self) -> bool:
        """Whether a short position can be held."""
        return self.kind == "perpetual"


@dataclass(frozen=True, slots=True)
class Costs:
    """What a fill costs, in basis points (1 bps = 0.01 %) of its notional, and what holding costs."""

    taker_bps: float = 10.0
    maker_bps: float = 10.0
    slippage_bps: float = 2.0  # on market and stop fills, never on limits
    funding_bps: float = 0.0  # per 8 hours, against the position; perpetuals only


@dataclass(frozen=True, slots=True)
class ExecutionProfile:
    """Per order kind: does it rest at the venue, or is it worked at the tick (seen at the close, filled at the next open)."""

    exit_stop: Literal["rest", "tick"] = "rest"
    exit_limit: Literal["rest", "tick"] = "rest"
    entry_stop: Literal["rest", "tick"] = "rest"
    entry_limit: Literal["rest", "tick"] = "rest"


@dataclass(frozen=True, slots=True)
class TradingRules:
    """Everything the book needs to know of the world that a strategy trades in."""

    instrument: Instrument
    costs: Costs = field(default_factory=Costs)
    profile: ExecutionProfile = field(default_factory=ExecutionProfile)
    initial_cash: float = 10_000.0  # quote


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    """One stored series of bars, as `data list` shows it. Times are UTC ms at bar open."""

    instrument: Instrument
    timeframe: str
    first_ms: int
    last_ms: int
    n_bars: int
    content_hash: str  # sha256 of the columns
    source: str  # file it was imported from, or "demo"
    research_until_ms: int  # bars that open at or after this are withheld from all research
    is_point_in_time: bool = False  # one of all that were listed when its bars begin, as the person who brought it says


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a series is not as it should be."""

    kind: Literal[
        "gap", "duplicate", "order", "nan", "high_below_low", "outside_range", "zero_volume", "not_positive", "off_grid"
    ]
    at_ms: int
    count: int  # bars concerned
    text: str


@dataclass(frozen=True, slots=True)
class Quality:
    """What `data check` found, and the longest clean stretch that is served."""

    n_bars: int
    findings: tuple[Finding, ...]
    clean_from_ms: int
    clean_until_ms: int  # open of the first bar after the stretch
    notes: tuple[Finding, ...] = ()  # what was mended at import: sorted, dropped once, replaced by newer

    @property
    def is_clean(self) -> bool:
        """Whether the whole series is served."""
        return not any(f.kind != "zero_volume" for f in self.findings)
