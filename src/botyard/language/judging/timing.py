"""How many bars a tree needs before it is known, and how many of the past still matter."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from botyard.language.catalog import FUNCTIONS
from botyard.language.reading.durations import HIGHER_TIMEFRAMES, LONGEST_MONTH
from botyard.language.reading.tree import Call, OnTimeframe, Series, Tree, Window, children, looks_back
from botyard.ops.catalog import Function

RECURSION = 500
"""Bars of the past that matter to a series that looks back at itself, as for the SuperTrend."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A whole number of bars that depends on int parameters: constant + Σ factor · parameter."""

    constant: int = 0
    factors: tuple[tuple[str, int], ...] = ()

    def __add__(self, other: "Bars | int") -> "Bars":
        if isinstance(other, int):
            return Bars(self.constant + other, self.factors)
        total = dict(self.factors)
        for name, factor in other.factors:
            total[name] = total.get(name, 0) + factor
        return Bars(self.constant + other.constant, tuple(sorted(total.items())))

    __radd__ = __add__

    def __sub__(self, other: int) -> "Bars":
        return self + (-other)

    def __mul__(self, by: int) -> "Bars":
        return Bars(self.constant * by, tuple((name, factor * by) for name, factor in self.factors))

    __rmul__ = __mul__

    def at(self, values: Mapping[str, int]) -> int:
        """Give the number for given parameter values."""
        return self.constant + sum(factor * values[name] for name, factor in self.factors)

    def code(self) -> str:
        """Write it as an expression over the parameters' names."""
        terms = [name if factor == 1 else f"{factor}.0 * {name}" for name, factor in self.factors]
        if self.constant or not terms:
            terms.append(f"{self.constant}.0")
        return " + ".join(terms).replace("+ -", "- ")

    def covers(self, other: "Bars") -> bool:
        """Whether it is never below the other (parameters are at least 0)."""
        mine, theirs = dict(self.factors), dict(other.factors)
        return self.constant >= other.constant and all(mine.get(name, 0) >= f for name, f in theirs.items())


def longest(needs: Iterable[Bars]) -> list[Bars]:
    """Drop the ones that another always covers."""
    kept: list[Bars] = []
    for need in needs:
        if not any(other.covers(need) for other in kept):
            kept = [other for other in kept if not need.covers(other)] + [need]
    return kept


def warm_up(tree: Tree, minutes: int) -> list[Bars]:
    """Bars until the tree is known, the bar itself included."""
    inner = longest(need for child in children(tree) for need in warm_up(child, minutes)) or [Bars(1)]
    if isinstance(tree, OnTimeframe):
        # the first bucket may be cut and is dropped then
        ratio = bars_per(tree.timeframe, minutes)
        return [need * ratio + (ratio - 1) for need in inner]
    if isinstance(tree, Call):
        function = FUNCTIONS.get(tree.function)
        if function is None:  # is_new(): known at once
            return inner
        extra = function.bars(*(_bars(w) for w in _windows(tree)))
        return [need + extra for need in inner]
    return inner


def memory(tree: Tree, minutes: int, values: Mapping[str, int]) -> int:
    """Bars of the past that still matter, at given parameter values."""
    inner = max((memory(child, minutes, values) for child in children(tree)), default=1)
    if isinstance(tree, OnTimeframe):
        return (inner + 1) * bars_per(tree.timeframe, minutes)
    if isinstance(tree, Call):
        function = FUNCTIONS.get(tree.function)
        if function is None:
            return inner
        lengths = [values[w.name] if w.name else w.default for w in _windows(tree)]
        past = int(_memory_of(function)(*lengths))
        # what goes by the clock remembers minutes, not bars
        return inner + (-(-past // minutes) if "minutes" in function.inputs else past)
    if isinstance(tree, Series) and looks_back(tree):
        return inner + RECURSION
    return inner


def bars_per(timeframe: str, minutes: int) -> int:
    """Bars of the spec in one bar of a longer timeframe, at most."""
    return (HIGHER_TIMEFRAMES[timeframe] or LONGEST_MONTH) // minutes


def _memory_of(function: Function) -> Callable[..., int]:
    return function.memory or function.bars


def _windows(call: Call) -> list[Window]:
    return [argument for argument in call.arguments if isinstance(argument, Window)]


def _bars(window: Window) -> Bars:
    return Bars(0, ((window.name, 1),)) if window.name else Bars(window.default)
