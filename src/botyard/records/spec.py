"""The spec: a trading idea as typed data. Designer writes it, Researcher updates its values, Deployer reads it."""

from dataclasses import dataclass, field
from typing import Literal

SPEC_VERSION = 1

SignalName = Literal[
    "enter_long", "enter_short", "exit_long", "exit_short", "scale_in", "scale_out",
    "reverse", "stop", "target", "time_exit",
]  # fmt: skip

Number = float | int | str
"""A number, or an expression that gives one."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One tunable value: `default` inside `low`..`high`; `step` and `log` shape the search."""

    type: Literal["int", "float", "bool"]
    default: float | int | bool
    low: float | int | None = None
    high: float | int | None = None
    step: float | int | None = None
    log: bool = False
    fixed: bool = False  # never searched


@dataclass(frozen=True, slots=True)
class Transition:
    """One way out of a state; exactly one of `when`, `stop` and `limit` is set."""

    source: tuple[str, ...]  # JSON "from": a state or a list of states
    target: str  # JSON "to"
    signal: str
    when: str | None = None
    stop: str | None = None
    limit: str | None = None
    guard: str | None = None  # JSON "if": the resting order is worked only while this holds
    ratchet: bool = False
    rebalance: bool = False

    @property
    def kind(self) -> Literal["when", "stop", "limit"]:
        """How the transition fires."""
        if self.when is not None:
            return "when"
        return "stop" if self.stop is not None else "limit"

    @property
    def expression(self) -> str:
        """The condition or the price."""
        return self.when or self.stop or self.limit or ""


@dataclass(frozen=True, slots=True)
class StateMachine:
    """States with their exposure, and the transitions in written order."""

    initial: str
    states: dict[str, Number]  # name -> signed fraction of the unit position, or an expression
    transitions: tuple[Transition, ...]


@dataclass(frozen=True, slots=True)
class Sizing:
    """How large the unit position is; fixed at the decision and kept until flat."""

    type: Literal["fraction", "quote", "units", "risk"] = "fraction"
    of_equity: Number | None = None  # fraction
    amount: Number | None = None  # quote
    quantity: Number | None = None  # units
    per_trade: Number | None = None  # risk: fraction of equity lost at the stop
    stop_distance: Number | None = None  # risk: quote per unit, where no stop leaves the target state
    max_leverage: float = 1.0
    max_quote: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Entries stop for the rest of the UTC day (or for good, for the drawdown) once one is hit; exits never do."""

    max_losses_per_day: int | None = None
    max_daily_loss: float | None = None  # fraction of the day's first equity
    max_drawdown: float | None = None  # fraction of the highest equity
    max_trades_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """`strategy_spec.json`."""

    name: str
    idea: str
    timeframe: str
    state_machine: StateMachine
    logic: str = ""
    timezone: str = "UTC"
    assumptions: tuple[str, ...] = ()
    parameters: dict[str, Parameter] = field(default_factory=dict)
    constraints: tuple[str, ...] = ()
    series: dict[str, str] = field(default_factory=dict)
    sizing: Sizing = field(default_factory=lambda: Sizing(of_equity=1.0))
    limits: Limits = field(default_factory=Limits)
    spec_version: int = SPEC_VERSION
