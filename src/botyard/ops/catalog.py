"""The shape of a catalogue entry: what the spec language knows of one function.

Every family of ops ends with CATALOGUE, its entries. An entry either names an op, or an expression of other
functions that stands for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any, Literal

ArgumentKind = Literal["number", "boolean", "any", "window", "time"]
ResultKind = Literal["number", "boolean", "same"]


ANYTHING = (-inf, inf)
PRICE = (0.0, inf)
PERCENT = (0.0, 100.0)


def _no_slots(*_windows: int) -> int:
    return 0


def _no_bars(*_windows: Any) -> Any:
    return 0


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: a window is a whole number of bars that sizes state, a time is "HH:MM"."""

    name: str
    kind: ArgumentKind
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the spec language.

    signature: "ema(x: number, n: window)"; "..." as last argument repeats the one before it.
    slots, bars: of the windows' capacities and lengths; `bars` is how many bars the function needs beyond those its
    inputs need. memory: how many bars of the past matter (7 spans for recursive averages);
    `bars` when it is None; minutes where the op reads the clock.
    between: bounds of the result: two numbers, or the name of the argument whose values it never leaves.
    inputs: bar inputs that the op is handed before its arguments; unknown: its slots that begin as NaN.
    """

    signature: str
    meaning: str
    formula: str
    example: str
    op: Callable[..., Any] | None = None
    expression: str = ""
    op_name: str = ""
    result: ResultKind = "number"
    inputs: tuple[str, ...] = ()
    slots: Callable[..., int] = _no_slots
    bars: Callable[..., Any] = _no_bars
    memory: Callable[..., int] | None = None
    unknown: tuple[int, ...] = ()
    between: tuple[float, float] | str = ANYTHING
    differs: str = ""
    source: str = ""
    name: str = field(init=False)
    arguments: tuple[Argument, ...] = field(init=False)
    is_variadic: bool = field(init=False)

    def __post_init__(self) -> None:
        name, _, rest = self.signature.partition("(")
        parts = [part.strip() for part in rest.rstrip(")").split(",") if part.strip()]
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "is_variadic", bool(parts) and parts[-1] == "...")
        object.__setattr__(self, "arguments", tuple(_argument(part) for part in parts if part != "..."))

    @property
    def has_memory(self) -> bool:
        """Whether the op keeps state between bars."""
        return self.op is not None and self.slots is not _no_slots


def _argument(text: str) -> Argument:
    text, _, default = (part.strip() for part in text.partition("="))
    name, _, kind = (part.strip() for part in text.partition(":"))
    return Argument(name, kind, default or None)  # type: ignore[arg-type]
