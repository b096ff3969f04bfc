"""What people look up of a function: the catalogue's entries, with their warm-up worked out."""

from dataclasses import dataclass
from math import inf

from botyard.errors import UserError
from botyard.language.catalog import FAMILIES, FUNCTIONS, nearest
from botyard.language.judging.timing import Bars, longest, warm_up
from botyard.language.reading.check import Checker
from botyard.language.reading.syntax import parse
from botyard.language.reading.tree import Tree, type_of
from botyard.ops.catalog import Argument, Function
from botyard.records import schema
from botyard.records.spec import Spec

_MINUTES = 5
_SHORTEST, _LONGEST = 1, 100  # of the windows that stand for any

_STAND_INS = {"number": "close", "boolean": "close > open", "any": "close", "time": '"09:30"'}


@dataclass(frozen=True, slots=True)
class Entry:
    """One function as the reference shows it."""

    name: str
    family: str  # the file that holds it
    signature: str
    gives: str  # number or boolean
    meaning: str
    formula: str
    warm_up: str  # bars until it is known, this one included
    example: str
    between: str  # what bounds it keeps, "" for none
    differs: str  # from TA-Lib or TradingView
    source: str


def entries() -> tuple[Entry, ...]:
    """Every function, family by family."""
    return tuple(
        _entry(function, family.__name__.rpartition(".")[2]) for family in FAMILIES for function in family.CATALOGUE
    )


def entry(name: str) -> Entry:
    """One function.

    Raises: UserError when there is none of that name.
    """
    for found in entries():
        if found.name == name:
            return found
    raise UserError(f"there is no function {name}{nearest(name, list(FUNCTIONS))}; `botyard functions` lists them")


def _entry(function: Function, family: str) -> Entry:
    tree, windows = _tree(function)
    return Entry(
        name=function.name,
        family=family,
        signature=function.signature,
        gives="as x" if function.result == "same" else type_of(tree),
        meaning=function.meaning,
        formula=function.formula,
        warm_up=_in_words(longest(warm_up(tree, _MINUTES)), windows),
        example=function.example,
        between=_bounds_in_words(function),
        differs=function.differs,
        source=function.source,
    )


def _bounds_in_words(function: Function) -> str:
    if isinstance(function.between, str):
        return f"the least and the greatest {function.between}"
    low, high = function.between
    if high == inf:
        return "" if low == -inf else f"{low:g} and no end"
    return f"{low:g} and {high:g}"


def _tree(function: Function) -> tuple[Tree, dict[str, Argument]]:
    windows = {f"{argument.name}_": argument for argument in function.arguments if argument.kind == "window"}
    spec = _spec_with(tuple(windows))
    arguments = [f"{a.name}_" if a.kind == "window" else _stand_in(a) for a in function.arguments]
    expression = parse(f"{function.name}({', '.join(arguments)})", "function")
    return Checker(spec, _MINUTES).tree(expression, expression.root), windows


def _stand_in(argument: Argument) -> str:
    return argument.default or _STAND_INS[argument.kind]


def _spec_with(windows: tuple[str, ...]) -> Spec:
    return schema.load_spec(
        {
            "name": "reference",
            "timeframe": "5m",
            "parameters": {name: {"type": "int", "default": 2, "low": _SHORTEST, "high": _LONGEST} for name in windows},
            "state_machine": {
                "initial": "flat",
                "states": {"flat": 0, "long": 1},
                "transitions": [
                    {"from": "flat", "to": "long", "signal": "enter_long", "when": "close > open"},
                    {"from": "long", "to": "flat", "signal": "exit_long", "when": "close < open"},
                ],
            },
        }
    )


def _in_words(needs: list[Bars], windows: dict[str, Argument]) -> str:
    largest: list[Bars] = []
    for need in needs:
        if not any(_covers(other, need, windows) for other in largest):
            largest = [other for other in largest if not _covers(need, other, windows)] + [need]
    parts = [_sum(need, windows) for need in largest]
    return parts[0] if len(parts) == 1 else f"the largest of {', '.join(parts)}"


def _covers(a: Bars, b: Bars, windows: dict[str, Argument]) -> bool:
    """Whether a is never below b: every window is at least 1, a number of bars back at least 0."""
    mine, theirs = dict(a.factors), dict(b.factors)
    more = {name: mine.get(name, 0) - theirs.get(name, 0) for name in windows}
    least = sum(factor for name, factor in more.items() if windows[name].name != "k")
    return min(more.values(), default=0) >= 0 and a.constant - b.constant + least >= 0


def _sum(need: Bars, windows: dict[str, Argument]) -> str:
    terms = [f"{'' if factor == 1 else f'{factor} · '}{windows[name].name}" for name, factor in need.factors]
    text = " + ".join(terms)
    if not terms:
        return str(need.constant)
    if need.constant:
        text += f" {'+' if need.constant > 0 else '-'} {abs(need.constant)}"
    return text
