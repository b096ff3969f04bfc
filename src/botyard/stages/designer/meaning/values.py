"""What phrases mean, typed: measures, conditions, and the clauses of a strategy. All values are hashable."""

from dataclasses import dataclass
from typing import Literal

Way = Literal["up", "down"]
Side = Literal["long", "short"]

# measures


@dataclass(frozen=True, slots=True)
class Number:
    """A number that the idea states; percent where it says so."""

    value: float
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """A field of the bar: close open high low volume hl2 hlc3."""

    field: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A function of the language by its kind, with the lengths that the idea gives (None: left open).

    `kind`: ema sma wma … ma (average of unstated kind) rsi macd bb_upper … ; `role` tells fast and slow averages apart.
    """

    kind: str
    lengths: tuple[float | None, ...] = ()
    role: str = ""
    frame: str = ""  # of a higher bar length, such as "1h"
    source: "Operand | None" = None  # what it measures, when not the close
    days: bool = False  # the length was counted in days


@dataclass(frozen=True, slots=True)
class Extreme:
    """The highest high or lowest low of the last bars, the present one left out."""

    side: Literal["high", "low"]
    length: float | None
    field: str = ""  # "close" when of closes
    days: bool = False
    frame: str = ""


@dataclass(frozen=True, slots=True)
class Yesterday:
    """A price of the previous day."""

    field: str


@dataclass(frozen=True, slots=True)
class DayOpen:
    """The present day's first price."""


@dataclass(frozen=True, slots=True)
class Ago:
    """A value some bars ago."""

    base: "Operand"
    bars: int


@dataclass(frozen=True, slots=True)
class RangeEdge:
    """The high or low between two times of the day; times None: the range named before."""

    side: Literal["high", "low"]
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Scaled:
    """A base moved by percent: base * (1 + way * percent / 100)."""

    base: "Operand"
    percent: float
    way: Way


@dataclass(frozen=True, slots=True)
class Shifted:
    """A base moved by so many ATRs."""

    base: "Operand"
    multiple: float
    atr: Measure
    way: Way


@dataclass(frozen=True, slots=True)
class Times:
    """A factor times a base."""

    factor: float
    base: "Operand"


@dataclass(frozen=True, slots=True)
class Framed:
    """A measure on a higher bar length."""

    base: "Operand"
    frame: str


@dataclass(frozen=True, slots=True)
class It:
    """What was spoken of last."""


@dataclass(frozen=True, slots=True)
class Same:
    """The right side of the last comparison."""


Operand = (
    Number
    | Price
    | Measure
    | Extreme
    | Yesterday
    | DayOpen
    | Ago
    | RangeEdge
    | Scaled
    | Shifted
    | Times
    | Framed
    | It
    | Same
)

# conditions


@dataclass(frozen=True, slots=True)
class Compare:
    """left op right."""

    left: Operand
    op: Literal[">", ">=", "<", "<=", "=="]
    right: Operand


@dataclass(frozen=True, slots=True)
class Cross:
    """One value crosses another; way None: not said which."""

    left: Operand
    way: Way | None
    right: Operand


@dataclass(frozen=True, slots=True)
class Move:
    """Goes above or below: an event in an entry, a level in an exit."""

    left: Operand
    way: Way
    right: Operand


@dataclass(frozen=True, slots=True)
class Touch:
    """A price reaches a level within the bar."""

    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Slope:
    """Rising or falling from one bar to the next."""

    base: Operand
    way: Way


@dataclass(frozen=True, slots=True)
class Turn:
    """Rises after it did not, or falls after it did not."""

    base: Operand
    way: Way


@dataclass(frozen=True, slots=True)
class OverZone:
    """Overbought or oversold, of whatever oscillator."""

    base: Operand
    zone: Literal["overbought", "oversold"]


@dataclass(frozen=True, slots=True)
class Candles:
    """So many candles of one colour in a row."""

    way: Way
    count: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A named candle pattern."""

    name: str  # of the function of the language


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of the day: at, after, before, or between two."""

    how: Literal["at", "after", "before", "between", "end"]
    start: float
    end: float = 0.0


@dataclass(frozen=True, slots=True)
class Days:
    """On these weekdays (Monday 0)."""

    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NewExtreme:
    """The close makes a new high or low."""

    of: Extreme


@dataclass(frozen=True, slots=True)
class PairCross:
    """Two averages cross; lengths None: left open. Way None: not said which."""

    fast: Measure
    slow: Measure
    way: Way | None


@dataclass(frozen=True, slots=True)
class SqueezeEnds:
    """The Bollinger bands were inside the Keltner channel one bar ago and are no longer."""

    bollinger: tuple[float | None, ...] = ()
    keltner: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class SqueezeOn:
    """The Bollinger bands are inside the Keltner channel."""

    bollinger: tuple[float | None, ...] = ()
    keltner: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """The condition held on each of the last bars."""

    part: "Condition"
    bars: float


@dataclass(frozen=True, slots=True)
class Reached:
    """A measure comes to a level, from wherever it was at the entry; left It: of what the entry is about."""

    left: Operand
    right: Number


@dataclass(frozen=True, slots=True)
class Ended:
    """One of the entry's conditions, or all of them, no longer hold; way: they are on that other side."""

    how: Literal["any", "all"]
    way: Way | None = None


@dataclass(frozen=True, slots=True)
class Rested:
    """So many bars have passed since the last exit, or since the last loss."""

    bars: float
    is_loss: bool


@dataclass(frozen=True, slots=True)
class RestAt:
    """An order rests at a level and enters when the price comes there."""

    kind: Literal["limit", "stop"]
    level: Operand


@dataclass(frozen=True, slots=True)
class Opposite:
    """The opposite of the entry."""


@dataclass(frozen=True, slots=True)
class AtFrame:
    """Said of a condition: on the chart of this bar length, the one to trade on."""

    part: "Condition"
    timeframe: str


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class And:
    """All hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one holds."""

    parts: tuple["Condition", ...]


Condition = (
    Compare | Cross | Move | Touch | Slope | Turn | OverZone | Candles | Pattern | Clock | Days | NewExtreme | PairCross
    | SqueezeEnds | SqueezeOn | Opposite | Held | Reached | Ended | Rested | RestAt | AtFrame | Not | And | Or
)  # fmt: skip
