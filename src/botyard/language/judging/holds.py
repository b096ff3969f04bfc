"""Whether a condition can hold at all, over all parameter values and bars, where that can be shown.

A condition becomes cases, each a list of facts that hold together; a fact bounds a sum of values such as `a - b`.
Where the facts of every case contradict each other, or the bounds that functions and inputs are known to keep, the
condition never holds. Nothing is claimed that cannot be shown: what is not understood may hold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import inf

from botyard.language.catalog import POSITION_INPUTS
from botyard.language.judging.bounds import Declared, Range, bounds
from botyard.language.judging.order import never_above
from botyard.language.judging.said import said
from botyard.language.reading.tree import (
    Arithmetic,
    AtEntry,
    Call,
    Choice,
    Comparison,
    Input,
    Junction,
    Negation,
    Negative,
    Number,
    Parameter,
    Series,
    Tree,
    children,
    plain,
    walk,
)
from botyard.records.spec import Spec

_WHILE_HELD = frozenset(POSITION_INPUTS) - {"bars_in_state", "bars_since_exit", "last_fill_price", "last_exit_price"}
MAX_CASES = 128
MAX_PARTS = 400  # of a condition; a larger one is not looked into
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Compared:
    """a < b, a >= b and so on."""

    left: Tree
    operator: str
    right: Tree


@dataclass(frozen=True, slots=True)
class Opaque:
    """A condition that is not looked into, known to hold or known not to."""

    tree: Tree
    is_true: bool


Fact = Compared | Opaque


@dataclass
class _Limits:
    low: float
    high: float
    is_low_open: bool = False
    is_high_open: bool = False

    def take(self, operator: str, b: Range) -> None:
        if operator in {">", ">=", "=="} and (b.low > self.low or (b.low == self.low and operator == ">")):
            self.low, self.is_low_open = b.low, operator == ">"
        if operator in {"<", "<=", "=="} and (b.high < self.high or (b.high == self.high and operator == "<")):
            self.high, self.is_high_open = b.high, operator == "<"

    def is_empty(self) -> bool:
        if self.low == self.high:
            return self.is_low_open or self.is_high_open
        return self.low > self.high + 1e-12 * max(1.0, abs(self.low), abs(self.high))


class Judge:
    """Judges the conditions of one spec."""

    def __init__(self, spec: Spec, declared: Declared, constraints: Sequence[Tree] = ()) -> None:
        self.spec = spec
        self.declared = declared
        self._atoms: dict[Tree, Tree] = {}  # without named series -> as it was first met
        self.given = [fact for tree in constraints for fact in next(iter(_cases(tree, is_true=True)), [])]

    def why_never(self, *conditions: tuple[Tree, bool], is_flat: bool = False) -> str:
        """Say why these can never hold together, each (or, with False, its opposite); "" where they may.

        is_flat: they are asked while there is no position, whose inputs are not known then.
        """
        if sum(1 for tree, _ in conditions for _ in walk(tree)) > MAX_PARTS:
            return ""
        ways = [list(islice(_cases(tree, is_true=is_true), MAX_CASES + 1)) for tree, is_true in conditions]
        reason = ""
        for count, case in enumerate(product(*ways)):
            facts = [fact for part in case for fact in part]
            found = ""
            if count < MAX_CASES:
                found = (_unknown(facts) if is_flat else "") or self._contradiction(facts)
            if not found:
                return ""
            reason = reason or found
        return reason

    def _contradiction(self, facts: list[Fact]) -> str:
        seen: dict[Tree, Opaque] = {}
        compared: list[Compared] = []
        for fact in facts:
            if isinstance(fact, Compared):
                compared.append(fact)
                continue
            before = seen.setdefault(fact.tree, fact)
            if before.is_true != fact.is_true:
                return f"{self._said(fact.tree)} cannot hold and not hold at once"
        for fact in compared:
            if self._is_empty([fact]):
                return self._why(fact)
        given = [fact for fact in self.given if isinstance(fact, Compared)]
        if compared and self._is_empty([*compared, *given]):
            return self._pair(compared, given)
        return ""

    def _pair(self, compared: list[Compared], given: list[Compared]) -> str:
        for place, a in enumerate(compared):
            for b in compared[:place]:
                if self._is_empty([a, b]):
                    return f"{self._fact(b)} and {self._fact(a)} contradict each other"
            for b in given:
                if self._is_empty([a, b]):
                    return f"{self._fact(a)} contradicts the constraint {self._fact(b)}"
        return "its parts contradict each other"

    def _is_empty(self, facts: list[Compared]) -> bool:
        limits: dict[frozenset[tuple[Tree, float]], _Limits] = {}
        for fact in facts:
            form, rest = self._form(fact)
            scale = form[min(form, key=_name)] if form else 1.0
            key = frozenset((atom, factor / scale) for atom, factor in form.items())
            if key not in limits:
                limits[key] = self._enclosure(dict(key))
            operator = _TURNED[fact.operator] if scale < 0 else fact.operator
            ends = sorted((-rest.low / scale, -rest.high / scale))
            if operator == "!=":
                mine = limits[key]
                if mine.low == mine.high == ends[0] == ends[1]:
                    return True
                continue
            limits[key].take(operator, Range(ends[0], ends[1]))
        return any(limit.is_empty() for limit in limits.values())

    def _form(self, fact: Compared) -> tuple[dict[Tree, float], Range]:
        """Write left - right as Σ factor · atom + rest; the rest lies between two numbers."""
        form: dict[Tree, float] = {}
        constant = self._gather(fact.left, 1.0, form) + self._gather(fact.right, -1.0, form)
        form = {atom: factor for atom, factor in form.items() if abs(factor) > 1e-12}
        rest = Range(constant, constant)
        if any(not isinstance(atom, Parameter) for atom in form):
            for atom in [atom for atom in form if isinstance(atom, Parameter)]:
                span = self._scaled(atom, form.pop(atom))
                rest = Range(rest.low + span.low, rest.high + span.high)
        return form, rest

    def _gather(self, tree: Tree, factor: float, form: dict[Tree, float]) -> float:
        """Add factor · tree to a form; what is added to its constant."""
        if id(tree) not in self.declared:
            match tree:
                case Number(value=value):
                    return factor * value
                case Series(definition=inner):
                    return self._gather(inner, factor, form)
                case Negative(operand=inner):
                    return self._gather(inner, -factor, form)
                case Arithmetic(operator="+" | "-" as operator, left=left, right=right):
                    sign = 1.0 if operator == "+" else -1.0
                    return self._gather(left, factor, form) + self._gather(right, sign * factor, form)
                case Arithmetic(operator="*", left=Number(value=value), right=inner):
                    return self._gather(inner, factor * value, form)
                case Arithmetic(operator="*", left=inner, right=Number(value=value)):
                    return self._gather(inner, factor * value, form)
                case Arithmetic(operator="/", left=inner, right=Number(value=value)) if value != 0.0:
                    return self._gather(inner, factor / value, form)
        atom = self._atoms.setdefault(plain(tree), tree)
        form[atom] = form.get(atom, 0.0) + factor
        return 0.0

    def _scaled(self, atom: Tree, factor: float) -> Range:
        span = bounds(atom, self.spec, self.declared, at_entry=False)
        ends = sorted((span.low * factor, span.high * factor))
        return Range(ends[0], ends[1])

    def _enclosure(self, form: dict[Tree, float]) -> _Limits:
        limits = _Limits(0.0, 0.0)
        for atom, factor in form.items():
            span = self._scaled(atom, factor)
            limits.low += span.low
            limits.high += span.high
        if len(form) == 2:
            (a, x), (b, y) = form.items()
            if x == -y:
                above, below = (a, b) if x > 0 else (b, a)
                if never_above(plain(above), plain(below)):
                    limits.high = min(limits.high, 0.0)
                if never_above(plain(below), plain(above)):
                    limits.low = max(limits.low, 0.0)
        return limits

    def _why(self, fact: Compared) -> str:
        left, right = plain(fact.left), plain(fact.right)
        for a, b, small, large in ((left, right, fact.left, fact.right), (right, left, fact.right, fact.left)):
            if never_above(a, b) and a != b:
                word = f"{self._said(small)} is never above {self._said(large)}"
                ends = (
                    (b, large) if _counts_itself(b, "highest") else (a, small) if _counts_itself(a, "lowest") else None
                )
                if ends is None:
                    return word
                return f"{word}, which counts this very bar; write {self._said(ends[1])}[1] for the bars before"
        for side, other in ((fact.left, fact.right), (fact.right, fact.left)):
            span = bounds(side, self.spec, self.declared, at_entry=False)
            if isinstance(side, Number) or (abs(span.low) == inf and abs(span.high) == inf):
                continue
            if isinstance(other, Number | Parameter) or not any(isinstance(p, Input | Call) for p in walk(other)):
                return f"{self._fact(fact)}, but {self._said(side)} {_between(span)}"
        return f"{self._fact(fact)} is impossible"

    def _fact(self, fact: Compared) -> str:
        return f"{self._said(fact.left)} {fact.operator} {self._said(fact.right)}"

    def _said(self, tree: Tree) -> str:
        text = said(tree, self.declared)
        return text if len(text) <= 60 else f"{text[:57]}..."


def _unknown(facts: list[Fact]) -> str:
    for fact in facts:
        if isinstance(fact, Compared):
            for part in (*_needed(fact.left), *_needed(fact.right)):
                if isinstance(part, AtEntry) or (isinstance(part, Input) and part.name in _WHILE_HELD):
                    name = part.name if isinstance(part, Input) else "at_entry()"
                    return f"there is no position in this state, and {name} is known in a position only"
    return ""


def _needed(tree: Tree) -> Iterator[Tree]:
    """Parts that must be known for the tree to be."""
    yield tree
    if not isinstance(tree, Choice | AtEntry) and not (isinstance(tree, Call) and tree.function == "nz"):
        for part in children(tree):
            yield from _needed(part)


def _name(tree: Tree) -> str:
    return repr(tree)


def _between(span: Range) -> str:
    if span.low == span.high:
        return f"is always {span.low:g}"
    if span.high == inf:
        return f"is at least {span.low:g}"
    return f"is at most {span.high:g}" if span.low == -inf else f"lies between {span.low:g} and {span.high:g}"


def _counts_itself(tree: Tree, function: str) -> bool:
    return isinstance(tree, Call) and tree.function == function


def _cases(tree: Tree, *, is_true: bool) -> Iterator[list[Fact]]:
    """Every way in which a condition comes to hold, or, with False, not to hold."""
    match tree:
        case Series(definition=inner):
            yield from _cases(inner, is_true=is_true)
        case Negation(operand=inner):
            yield from _cases(inner, is_true=not is_true)
        case Junction(operator=word, parts=parts):
            ways = [(part, is_true) for part in parts]
            yield from _all(ways) if (word == "and") == is_true else _any(ways)
        case Comparison(operators=operators, operands=operands):
            pairs = list(zip(operands[:-1], operators, operands[1:], strict=True))
            if is_true:
                facts: list[Fact] = [Compared(a, operator, b) for a, operator, b in pairs]
                yield facts
            else:
                for a, operator, b in pairs:
                    yield [Compared(a, _OPPOSITE[operator], b)]
        case Choice(test=test, then=then, otherwise=otherwise):
            yield from _all([(test, True), (then, is_true)])
            yield from _all([(test, False), (otherwise, is_true)])
        case Call():
            yield from _call(tree, is_true=is_true)
        case _:
            yield [Opaque(plain(tree), is_true)]


def _all(parts: list[tuple[Tree, bool]]) -> Iterator[list[Fact]]:
    ways = [list(islice(_cases(tree, is_true=is_true), MAX_CASES + 1)) for tree, is_true in parts]
    for case in product(*ways):
        yield [fact for facts in case for fact in facts]


def _any(parts: list[tuple[Tree, bool]]) -> Iterator[list[Fact]]:
    for tree, is_true in parts:
        yield from _cases(tree, is_true=is_true)


def _call(tree: Call, *, is_true: bool) -> Iterator[list[Fact]]:
    own = Opaque(plain(tree), is_true)
    match tree:
        case Call(function="crosses_above" | "crosses_below" as name, arguments=(a, b)) if is_true:
            yield [own, Compared(a, ">" if name == "crosses_above" else "<", b)]
        case Call(function="all_true", arguments=(condition, _)) if is_true and not _is_deep(condition):
            yield from ([own, *facts] for facts in _cases(condition, is_true=True))
        case Call(function="any_true", arguments=(condition, _)) if not is_true and not _is_deep(condition):
            yield from ([own, *facts] for facts in _cases(condition, is_true=False))
        case Call(function="inside", arguments=(Number(value=start), Number(value=end))) if is_true and start < end:
            yield [
                own,
                *_within(Input("minute_of_day"), start, end - 1.0),
                *_within(Input("hour"), start // 60.0, (end - 1.0) // 60.0),
            ]
        case _:
            yield [own]


def _within(clock: Input, low: float, high: float) -> list[Fact]:
    return [Compared(clock, ">=", Number(low)), Compared(clock, "<=", Number(high))]


def _is_deep(tree: Tree) -> bool:
    return any(isinstance(part, Junction | Choice) for part in (tree, *children(tree)))
