"""What values an expression can take over all parameter ranges, as far as that shows without bars.

Prices may be measured with the entry price at 100, so that a stop on the wrong side shows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, floor, inf

from botyard.language.catalog import FUNCTIONS
from botyard.language.reading.tree import (
    Arithmetic,
    AtEntry,
    Call,
    Choice,
    Input,
    Negative,
    Number,
    OnTimeframe,
    Parameter,
    Sampled,
    Series,
    Tree,
    Window,
    type_of,
)
from botyard.records.spec import Spec

ENTRY = 100.0
_MEASURED = {
    "entry_price": (ENTRY, ENTRY),
    "first_fill_price": (ENTRY, ENTRY),
    "highest_since_entry": (ENTRY, inf),
    "lowest_since_entry": (0.0, ENTRY),
    "highest_close_since_entry": (ENTRY, inf),
    "lowest_close_since_entry": (0.0, ENTRY),
}
_INPUTS = {
    **dict.fromkeys(("open", "high", "low", "close", "volume", *_MEASURED, "last_fill_price", "last_exit_price", "bars_in_position", "bars_in_state", "bars_since_exit", "trades_today", "year"), (0.0, inf)),
    "drawdown": (-inf, 0.0),
    "minute": (0.0, 59.0),
    "hour": (0.0, 23.0),
    "minute_of_day": (0.0, 1439.0),
    "weekday": (0.0, 6.0),
    "day": (1.0, 31.0),
    "month": (1.0, 12.0),
}  # fmt: skip

Declared = Mapping[int, tuple[Tree, tuple[float, float], str]]
"""id of a tree that a function stands for -> the tree, the function's bounds, its call as written."""


@dataclass(frozen=True, slots=True)
class Range:
    """From low to high, both included."""

    low: float
    high: float


ANYTHING = Range(-inf, inf)
NOTHING_DECLARED: Declared = {}


def bounds(tree: Tree, spec: Spec, declared: Declared = NOTHING_DECLARED, *, at_entry: bool = True) -> Range:
    """Enclose the values of a number. at_entry: measure prices with the entry price at 100."""
    return _Enclosure(spec, declared, _INPUTS | _MEASURED if at_entry else _INPUTS).of(tree)


class _Enclosure:
    def __init__(self, spec: Spec, declared: Declared, inputs: Mapping[str, tuple[float, float]]) -> None:
        self.spec = spec
        self.declared = declared
        self.inputs = inputs

    def of(self, tree: Tree) -> Range:
        found = self.declared.get(id(tree))
        if found is not None:
            return Range(*found[1])
        if type_of(tree) == "boolean":
            return Range(0.0, 1.0)
        match tree:
            case Number(value=value):
                return Range(value, value)
            case Parameter(name=name):
                return self._parameter(name)
            case Input(name=name):
                return Range(*self.inputs.get(name, (-inf, inf)))
            case (
                Series(definition=inner) | AtEntry(operand=inner) | OnTimeframe(operand=inner) | Sampled(operand=inner)
            ):
                return self.of(inner)
            case Negative(operand=inner):
                inside = self.of(inner)
                return Range(-inside.high, -inside.low)
            case Arithmetic(operator=operator, left=left, right=right):
                return _arithmetic(operator, self.of(left), self.of(right))
            case Choice(then=then, otherwise=otherwise):
                return _either(self.of(then), self.of(otherwise))
            case Call():
                return self._call(tree)
            case _:
                return ANYTHING

    def _parameter(self, name: str) -> Range:
        parameter = self.spec.parameters[name]
        low = parameter.default if parameter.low is None else parameter.low
        high = parameter.default if parameter.high is None else parameter.high
        return Range(float(low), float(high))

    def _call(self, call: Call) -> Range:
        special = _SPECIAL.get(call.function)
        if special is not None:
            return special(*(self.of(part) for part in call.arguments if not isinstance(part, Window)))
        function = FUNCTIONS.get(call.function)
        if function is None:
            return ANYTHING
        if isinstance(function.between, str):
            names = [argument.name for argument in function.arguments]
            return self.of(call.arguments[names.index(function.between)])
        return Range(*function.between)


def _size(a: Range) -> Range:
    nearest = 0.0 if a.low <= 0.0 <= a.high else min(abs(a.low), abs(a.high))
    return Range(nearest, max(abs(a.low), abs(a.high)))


def _either(a: Range, b: Range) -> Range:
    return Range(min(a.low, b.low), max(a.high, b.high))


def _rounded(whole: Callable[[float], int], a: Range) -> Range:
    low, high = (x if abs(x) == inf else float(whole(x)) for x in (a.low, a.high))
    return Range(low, high)


_SPECIAL: dict[str, Callable[..., Range]] = {
    "min": lambda a, b: Range(min(a.low, b.low), min(a.high, b.high)),
    "max": lambda a, b: Range(max(a.low, b.low), max(a.high, b.high)),
    "clamp": lambda x, low, high: Range(min(max(x.low, low.low), high.low), min(max(x.high, low.high), high.high)),
    "abs": _size,
    "nz": _either,
    "floor": lambda a: _rounded(floor, a),
    "ceil": lambda a: _rounded(ceil, a),
}


def _arithmetic(operator: str, a: Range, b: Range) -> Range:
    if operator == "+":
        return Range(a.low + b.low, a.high + b.high)
    if operator == "-":
        return Range(a.low - b.high, a.high - b.low)
    if operator == "/" and (b.low > 0.0 or b.high < 0.0):
        return _products(a, Range(_reciprocal(b.high), _reciprocal(b.low)))
    if operator == "/" and b.low == 0.0 < b.high:  # a division by zero is not known: what is known comes from above
        return _products(a, Range(_reciprocal(b.high), inf))
    if operator == "*":
        return _products(a, b)
    if operator == "%":
        return _remainder(a, b)
    return ANYTHING


def _remainder(a: Range, b: Range) -> Range:
    if a.low == a.high and b.low == b.high and b.low != 0.0:
        value = a.low % b.low
        return Range(value, value)
    return Range(0.0, b.high) if b.low >= 0.0 else ANYTHING


def _reciprocal(value: float) -> float:
    return 0.0 if value in (inf, -inf) else inf if value == 0.0 else 1.0 / value


def _products(a: Range, b: Range) -> Range:
    # 0 times infinity is 0 here: the infinite end stands for "as large as you like", not for a value
    corners = [0.0 if 0.0 in (x, y) else x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Range(min(corners), max(corners))
