"""The checked tree of an expression: typed, every name resolved, every abbreviation written out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Literal

ValueType = Literal["number", "boolean"]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal."""

    value: float


@dataclass(frozen=True, slots=True)
class Parameter:
    """A tunable value; a bool parameter is a boolean."""

    name: str
    type: ValueType


@dataclass(frozen=True, slots=True)
class Window:
    """A whole number of bars: a literal, or an int parameter whose `high` is the capacity."""

    name: str  # of the parameter, or "" for a literal
    low: int
    capacity: int
    default: int


@dataclass(frozen=True, slots=True)
class Input:
    """A bar, clock, position or account input."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative:
    """-x."""

    operand: "Tree"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """x + y and its kin."""

    operator: Literal["+", "-", "*", "/", "%"]
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Comparison:
    """a < b <= c: each operand against the next."""

    operators: tuple[str, ...]
    operands: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Junction:
    """Several conditions joined by `and` or `or`."""

    operator: Literal["and", "or"]
    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """Not x."""

    operand: "Tree"


@dataclass(frozen=True, slots=True)
class Choice:
    """A if c else b."""

    test: "Tree"
    then: "Tree"
    otherwise: "Tree"
    type: ValueType


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the catalogue that has an op."""

    function: str
    arguments: tuple["Tree", ...]
    type: ValueType


@dataclass(frozen=True, slots=True)
class Series:
    """A named series of the spec."""

    name: str
    definition: "Tree"


@dataclass(frozen=True, slots=True)
class Before:
    """What the series in whose definition it stands was one bar ago."""

    name: str


@dataclass(frozen=True, slots=True)
class AtEntry:
    """The value at the decision that left flat or reversed."""

    operand: "Tree"


@dataclass(frozen=True, slots=True)
class OnTimeframe:
    """Evaluated on closed bars of a longer timeframe."""

    timeframe: str
    operand: "Tree"


@dataclass(frozen=True, slots=True)
class Sampled:
    """Advances only when the condition holds."""

    condition: "Tree"
    operand: "Tree"


Tree = (
    Number | Parameter | Window | Input | Negative | Arithmetic | Comparison | Junction | Negation
    | Choice | Call | Series | Before | AtEntry | OnTimeframe | Sampled
)  # fmt: skip


def type_of(tree: Tree) -> ValueType:
    """Say whether the tree gives a number or a boolean."""
    match tree:
        case Comparison() | Junction() | Negation():
            return "boolean"
        case Choice(type=kind) | Call(type=kind) | Parameter(type=kind):
            return kind
        case Series(definition=inner) | AtEntry(operand=inner) | OnTimeframe(operand=inner) | Sampled(operand=inner):
            return type_of(inner)
        case _:
            return "number"


def children(tree: Tree) -> tuple[Tree, ...]:
    """Parts of a tree, in written order."""
    match tree:
        case Comparison(operands=parts) | Junction(parts=parts) | Call(arguments=parts):
            return parts
        case Negative(operand=x) | Negation(operand=x) | AtEntry(operand=x) | OnTimeframe(operand=x):
            return (x,)
        case Arithmetic(left=a, right=b) | Sampled(condition=a, operand=b):
            return (a, b)
        case Choice(test=a, then=b, otherwise=c):
            return (a, b, c)
        case Series(definition=x):
            return (x,)
        case _:
            return ()


def rebuilt(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """Change each direct part of a tree; the very same tree where nothing changes."""
    values: dict[str, Any] = {}
    is_changed = False
    for field in fields(tree):
        before = getattr(tree, field.name)
        after = before
        if isinstance(before, Tree):
            after = change(before)
            is_changed |= after is not before
        elif isinstance(before, tuple) and before and isinstance(before[0], Tree):
            after = tuple(change(part) for part in before)
            is_changed |= any(a is not b for a, b in zip(after, before, strict=True))
        values[field.name] = after
    return type(tree)(**values) if is_changed else tree


def walk(tree: Tree) -> Iterator[Tree]:
    """Every node, the tree itself first; what stands in several places is met once where it is one object."""
    seen: set[int] = set()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting.extend(reversed(children(node)))


def as_json(tree: Tree) -> dict[str, Any]:
    """Print a tree as plain data, for other languages: its kind, and its fields by name."""
    data: dict[str, Any] = {"kind": type(tree).__name__, "gives": type_of(tree)}
    for field in fields(tree):
        value = getattr(tree, field.name)
        if isinstance(value, tuple):
            data[field.name] = [as_json(part) if isinstance(part, Tree) else part for part in value]
        else:
            data[field.name] = as_json(value) if isinstance(value, Tree) else value
    return data


def looks_back(series: Series) -> bool:
    """Whether a series is computed from what it was a bar ago."""
    return Before(series.name) in set(walk(series.definition))


@lru_cache(maxsize=4096)
def plain(tree: Tree) -> Tree:
    """Write the tree with its named series expanded, so that equal computations are equal trees.

    A series keeps its name where that means something: it looks back at itself, or stands in sampled() and so runs
    on every bar, not on the sampled ones.
    """
    match tree:
        case Series(name=name, definition=inner):
            return Series(name, plain(inner)) if looks_back(tree) else plain(inner)
        case Sampled(condition=condition, operand=operand):
            return Sampled(plain(condition), operand)
        case _:
            return rebuilt(tree, plain)
