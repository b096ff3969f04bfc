"""What values an expression can take over all parameter ranges, as far as that shows without bars.

Prices are measured with the entry price at 100, so that a stop on the wrong side shows.
"""

from dataclasses import dataclass
from math import inf

from botyard.language.reading.tree import (
    Arithmetic,
    AtEntry,
    Call,
    Choice,
    Input,
    Negative,
    Number,
    Parameter,
    Series,
    Tree,
)
from botyard.records.spec import Spec

ENTRY = 100.0
_NEVER_NEGATIVE = frozenset({"atr", "true_range", "stdev", "variance", "abs", "sqrt", "exp"})
_BEYOND_ENTRY = {
    "entry_price": (ENTRY, ENTRY),
    "first_fill_price": (ENTRY, ENTRY),
    "highest_since_entry": (ENTRY, inf),
    "lowest_since_entry": (0.0, ENTRY),
    "highest_close_since_entry": (ENTRY, inf),
    "lowest_close_since_entry": (0.0, ENTRY),
    "bars_in_position": (0.0, inf),
    "bars_in_state": (0.0, inf),
    "volume": (0.0, inf),
    "open": (0.0, inf),
    "high": (0.0, inf),
    "low": (0.0, inf),
    "close": (0.0, inf),
}


@dataclass(frozen=True, slots=True)
class Range:
    """From low to high, both included."""

    low: float
    high: float


ANYTHING = Range(-inf, inf)


def bounds(tree: Tree, spec: Spec) -> Range:
    """Enclose the values of a number."""
    match tree:
        case Number(value=value):
            return Range(value, value)
        case Parameter(name=name):
            return _parameter(spec, name)
        case Input(name=name):
            return Range(*_BEYOND_ENTRY.get(name, (-inf, inf)))
        case Series(definition=inner) | AtEntry(operand=inner):
            return bounds(inner, spec)
        case Negative(operand=inner):
            inside = bounds(inner, spec)
            return Range(-inside.high, -inside.low)
        case Arithmetic(operator=operator, left=left, right=right):
            return _arithmetic(operator, bounds(left, spec), bounds(right, spec))
        case Choice(then=then, otherwise=otherwise):
            a, b = bounds(then, spec), bounds(otherwise, spec)
            return Range(min(a.low, b.low), max(a.high, b.high))
        case Call(function=name, arguments=arguments):
            return _call(name, arguments, spec)
        case _:
            return ANYTHING


def _parameter(spec: Spec, name: str) -> Range:
    parameter = spec.parameters[name]
    low = parameter.default if parameter.low is None else parameter.low
    high = parameter.default if parameter.high is None else parameter.high
    return Range(float(low), float(high))


def _arithmetic(operator: str, a: Range, b: Range) -> Range:
    if operator == "+":
        return Range(a.low + b.low, a.high + b.high)
    if operator == "-":
        return Range(a.low - b.high, a.high - b.low)
    if operator == "/" and (b.low > 0.0 or b.high < 0.0):
        return _products(a, Range(_reciprocal(b.high), _reciprocal(b.low)))
    if operator == "*":
        return _products(a, b)
    return ANYTHING


def _reciprocal(value: float) -> float:
    return 0.0 if value in (inf, -inf) else 1.0 / value


def _products(a: Range, b: Range) -> Range:
    # 0 times infinity is 0 here: the infinite end stands for "as large as you like", not for a value
    corners = [0.0 if 0.0 in (x, y) else x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Range(min(corners), max(corners))


def _call(name: str, arguments: tuple[Tree, ...], spec: Spec) -> Range:
    if name in {"min", "max"}:
        a, b = (bounds(argument, spec) for argument in arguments)
        pick = min if name == "min" else max
        return Range(pick(a.low, b.low), pick(a.high, b.high))
    if name in {"rsi", "adx", "plus_di", "minus_di", "percentile_rank", "aroon_up", "aroon_down"}:
        return Range(0.0, 100.0)
    return Range(0.0, inf) if name in _NEVER_NEGATIVE else ANYTHING
