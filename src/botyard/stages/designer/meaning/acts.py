"""What clauses of an idea do, typed: enter, leave, filter, guard a position, declare. All values are hashable."""

from dataclasses import dataclass
from typing import Literal

from botyard.stages.designer.meaning.values import Condition, Measure, Operand, Side

# distances of stops and targets


@dataclass(frozen=True, slots=True)
class Percent:
    """So many percent."""

    value: float


@dataclass(frozen=True, slots=True)
class Atrs:
    """So many average true ranges."""

    multiple: float
    atr: Measure


@dataclass(frozen=True, slots=True)
class Reward:
    """So many times the distance of the stop."""

    multiple: float


@dataclass(frozen=True, slots=True)
class At:
    """At a price level."""

    level: Operand


Distance = Percent | Atrs | Reward | At

# clauses


@dataclass(frozen=True, slots=True)
class Enter:
    """An entry; side None: of the side that the idea trades."""

    side: Side | None
    when: Condition


@dataclass(frozen=True, slots=True)
class Leave:
    """An exit; `sell` is an exit of a long, or a short entry where both sides are traded."""

    side: Side | Literal["sell"] | None
    when: Condition


@dataclass(frozen=True, slots=True)
class Action:
    """An entry or exit without a condition of its own."""

    what: Literal["long", "short", "sell", "exit", "enter"]


@dataclass(frozen=True, slots=True)
class Bare:
    """A condition without an action."""

    when: Condition


@dataclass(frozen=True, slots=True)
class Only:
    """Entries only when this holds."""

    when: Condition
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Never:
    """No entry when this holds, unless."""

    when: Condition | None
    unless: Condition | None = None
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What to do when the condition before does not hold."""

    what: Literal["long", "short", "sell", "exit", "enter"]


@dataclass(frozen=True, slots=True)
class TrendFilter:
    """Longs only above this, shorts only below."""

    measure: Operand


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop; `trailing` from the best price since entry."""

    distance: Distance
    trailing: bool = False
    of_closes: bool = False
    base: Literal["entry", "any", "above", "below"] = "any"
    is_the_exit: bool = False  # "exit with a trailing stop": nothing else closes the position
    of_rest: bool = False  # only of what is left after a part was closed


@dataclass(frozen=True, slots=True)
class Target:
    """A profit target."""

    distance: Distance


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the position is closed at a profit."""

    fraction: float
    distance: Distance


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The stop goes to the entry price after such a gain."""

    distance: Distance


@dataclass(frozen=True, slots=True)
class RangeIs:
    """The range that is spoken of is the one between these times."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing is done while this holds."""

    when: Condition


@dataclass(frozen=True, slots=True)
class Hold:
    """Out after so many bars, or a duration."""

    bars: float
    duration: str = ""


@dataclass(frozen=True, slots=True)
class DayEnd:
    """Out at the end of the day, nothing overnight."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The bar length that the idea names."""

    timeframe: str


@dataclass(frozen=True, slots=True)
class Sides:
    """The sides that the idea trades."""

    sides: Literal["long", "short", "both"]


@dataclass(frozen=True, slots=True)
class Topic:
    """What "it" is."""

    measure: Operand


@dataclass(frozen=True, slots=True)
class Lengths:
    """Numbers for a measure that was named without."""

    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """The time zone of the idea's clock; `note`: what was assumed with it."""

    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    """How much: a fraction of equity, or risk per trade, in percent."""

    kind: Literal["fraction", "risk"]
    percent: float


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on trading: a field of records.spec.Limits and its value."""

    field: Literal["max_losses_per_day", "max_daily_loss", "max_drawdown", "max_trades_per_day"]
    value: float


@dataclass(frozen=True, slots=True)
class Without:
    """The idea says that there is none."""

    what: Literal["stop", "target", "both"]


@dataclass(frozen=True, slots=True)
class Label:
    """What kind of strategy the idea calls itself; carries no rule, but may name the bands that follow."""

    named: Measure | None = None


Clause = (
    Enter | Leave | Action | Bare | Only | Never | Otherwise | TrendFilter | Stop | Target | Hold | DayEnd | Frame | Sides
    | Topic | Lengths | Zone | Size | Limit | Without | Label | Part | BreakEven | RangeIs | Nothing
)  # fmt: skip
