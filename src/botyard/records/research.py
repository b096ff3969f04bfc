"""Researcher -> Deployer: the optimised spec, where each value came from, and the verdict."""

from dataclasses import dataclass
from typing import Literal

from botyard.records.spec import Spec
from botyard.records.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of one equity curve; None where undefined, with the reason in `undefined`."""

    net_return: float | None  # fraction
    sharpe: float | None  # of daily returns, annualised by 365 days
    sortino: float | None
    max_drawdown: float | None  # fraction, at most 0
    calmar: float | None
    volatility: float | None  # annualised
    trades: int
    win_rate: float | None
    profit_factor: float | None
    exposure: float | None  # share of bars in the market
    turnover: float | None  # traded notional per year over mean equity
    fees: float  # quote
    ambiguous_share: float | None  # share of bars in the market that touch several orders
    undefined: dict[str, str]


@dataclass(frozen=True, slots=True)
class StudySummary:
    """One Optuna study on one instrument."""

    symbol: str
    trials: int
    seed: int
    best_value: float | None
    best_parameters: dict[str, float | int | bool]
    default_value: float | None
    journal: str  # file in the run folder that optuna-dashboard opens
    metrics: Metrics  # of the best trial, in sample


@dataclass(frozen=True, slots=True)
class Fold:
    """One step of the walk-forward: ranked and searched on the past, tested on the next stretch."""

    index: int
    train_until_ms: int
    test_until_ms: int
    symbol: str  # the instrument that re-ranking and re-search chose
    parameters: dict[str, float | int | bool]
    train_sharpe: float | None
    test_sharpe: float | None
    test_return: float | None
    trades: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A line for a chart, thinned to at most some hundred points. Times are UTC ms."""

    times_ms: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TradeMark:
    """One closed trade, for the chart and the table."""

    entry_ms: int
    exit_ms: int
    entry_price: float
    exit_price: float
    side: Literal["long", "short"]
    profit: float  # quote, after fees
    exit_signal: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a value of the final spec came from."""

    name: str
    value: float | int | bool
    default: float | int | bool
    origin: Literal["idea", "assumption", "optimised", "fixed"]
    text: str


@dataclass(frozen=True, slots=True)
class Research:
    """What the Researcher found."""

    symbol: str  # the instrument that goes on
    spec: Spec  # with optimised values
    spec_hash: str
    study: StudySummary
    studies: tuple[StudySummary, ...]
    folds: tuple[Fold, ...]
    walk_forward: Metrics
    provenance: tuple[Provenance, ...]
    verdict: Verdict
    data_hash: str  # of the bars of all candidates
    equity: Curve  # in sample, of the chosen study
    drawdown: Curve
    walk_forward_equity: Curve
    buy_and_hold: Curve
    price: Curve
    trades: tuple[TradeMark, ...]
    warnings: tuple[str, ...] = ()
    walk_forward_daily: tuple[float, ...] = ()  # simple returns per UTC day, of the chained tests
