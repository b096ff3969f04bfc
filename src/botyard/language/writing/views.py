"""Trees to Python text: what is the same wherever an expression is evaluated.

A view knows how one place of the emitted module gets at inputs and at values that were computed before:
`series.BarView` in on_bar, `orders.ArmView` in arm, `FilledView` for "as it would be if filled at this price".
"""

from abc import ABC, abstractmethod

from botyard.language.catalog import ACCOUNT_INPUTS, FUNCTIONS, POSITION_INPUTS
from botyard.language.reading.own import is_own, is_remembered, reads_own
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
    type_of,
)
from botyard.language.writing.code import NOT, UNARY, Code, binary, call, choice, compare, join, literal

NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}

COMPARISONS = {">": "above", "<": "below", ">=": "at_least", "<=": "at_most"}
"""Operator -> the op that gives 1, 0 or NaN."""


def is_compared(tree: Tree) -> bool:
    """Whether it is one comparison that an op gives as a number."""
    return isinstance(tree, Comparison) and len(tree.operators) == 1 and tree.operators[0] in COMPARISONS


class View(ABC):
    """One place where expressions are evaluated."""

    @abstractmethod
    def leaf(self, tree: Tree) -> Code | None:
        """Say how to get at a number (or a condition as 1, 0, NaN) that is computed elsewhere; None to write it out."""

    @abstractmethod
    def parameter(self, name: str) -> Code:
        """Write a parameter's value."""

    @abstractmethod
    def use(self, name: str) -> str:
        """Note that an op or a header name is needed, and return it as it is to be written."""

    @abstractmethod
    def at_entry(self, tree: AtEntry) -> Code:
        """Write the value latched at the entry."""

    def truth_of_series(self, series: Series, *, negated: bool) -> Code | None:  # noqa: ARG002 -- for views that do
        """Say how to get at a named condition that is computed elsewhere; None to write it out."""
        return None

    def own(self, name: str) -> Code:
        """Write a position or account input."""
        if name == "position_return":
            return call(self.use("position_return"), "s", self.last_close())
        slot = {**POSITION_INPUTS, **ACCOUNT_INPUTS}[name]
        return Code(f"s[{self.use(slot)}]")

    def last_close(self) -> str:
        """Write the last close."""
        return f"s[{self.use('LAST_CLOSE')}]"

    def number(self, tree: Tree) -> Code:
        """Write a number, or a condition as 1, 0 or NaN."""
        if type_of(tree) == "boolean":
            return self.truth(tree)
        match tree:
            case Number(value=value):
                return literal(value)
            case Parameter(name=name):
                return self.parameter(name)
            case Input(name=name) if is_own(name):
                return self.own(name)
            case AtEntry():
                return self.at_entry(tree)
        found = self.leaf(tree)
        return found if found is not None else self._written_out(tree)

    def _written_out(self, tree: Tree) -> Code:
        match tree:
            case Series(definition=inner):
                return self.number(inner)
            case Negative(operand=operand):
                return Code(f"-{self.number(operand).within(UNARY + 1)}", UNARY)
            case Arithmetic(operator="/", left=left, right=right):
                return self._quotient(left, right)
            case Arithmetic(operator="%", left=left, right=right):
                return call(self.use("safe_mod"), self.number(left).text, self.number(right).text)
            case Arithmetic(operator=operator, left=left, right=right):
                return binary(operator, self.number(left), self.number(right))
            case Choice(test=test, then=then, otherwise=otherwise):
                known = choice(self.condition(test, negated=True), self.number(otherwise), Code(self.use("nan")))
                return choice(self.condition(test), self.number(then), known)
            case Call(function=name, arguments=arguments):
                return self.pure_call(name, arguments)
            case _:
                raise AssertionError(f"{type(tree).__name__} has no text here")

    def _quotient(self, left: Tree, right: Tree) -> Code:
        if isinstance(right, Number) and right.value != 0.0:
            return Code(f"{self.number(left).within(6)} / {literal(right.value).within(7)}", 6)
        return call(self.use("safe_div"), self.number(left).text, self.number(right).text)

    def pure_call(self, name: str, arguments: tuple[Tree, ...]) -> Code:
        """Write a call of a function without memory."""
        function = FUNCTIONS[name]
        inputs = [self.number(Input(word)).text for word in function.inputs]
        assert function.op is not None
        op = function.op_name or function.op.__name__
        return call(self.use(op), *inputs, *(self.number(argument).text for argument in arguments))

    def truth(self, tree: Tree) -> Code:
        """Write a condition as 1.0, 0.0 or NaN."""
        match tree:
            case Parameter(name=name):
                return self.parameter(name)
            case AtEntry():
                return self.at_entry(tree)
            case Call():
                found = self.leaf(tree)
                return found if found is not None else self._written_out(tree)
        if not isinstance(tree, (Comparison, Junction, Negation, Choice)) and (found := self.leaf(tree)) is not None:
            return found
        if isinstance(tree, Series) and isinstance(tree.definition, Call | Parameter):
            return self.truth(tree.definition)
        if isinstance(tree, Comparison) and is_compared(tree):
            numbers = [self.number(operand).text for operand in tree.operands]
            return call(self.use(COMPARISONS[tree.operators[0]]), *numbers)
        yes, no = self.condition(tree), self.condition(tree, negated=True)
        return call(self.use("truth"), yes.text, no.text)

    def condition(self, tree: Tree, *, negated: bool = False) -> Code:
        """Write a Python condition that holds only where the tree is known to hold (or, negated, not to)."""
        match tree:
            case Negation(operand=operand):
                return self.condition(operand, negated=not negated)
            case Junction(operator=operator, parts=parts):
                joined = operator if not negated else {"and": "or", "or": "and"}[operator]
                return join(joined, [self.condition(part, negated=negated) for part in parts])
            case Comparison(operators=operators, operands=operands):
                return self._comparison(operators, operands, negated=negated)
            case Choice(test=test, then=then, otherwise=otherwise):
                yes = join("and", [self.condition(test), self.condition(then, negated=negated)])
                no = join("and", [self.condition(test, negated=True), self.condition(otherwise, negated=negated)])
                return join("or", [yes, no])
            case Series(definition=inner):
                found = self.truth_of_series(tree, negated=negated)
                if found is not None:
                    return found
                if self.leaf_condition(tree) is None:
                    return self.condition(inner, negated=negated)
        return compare("==", self.truth(tree), Code("0.0" if negated else "1.0"))

    def leaf_condition(self, tree: Series) -> Code | None:
        """Say how to get at a named condition as 1, 0, NaN; None to write it out."""
        return None if reads_own(tree) else self.leaf(tree)

    def _comparison(self, operators: tuple[str, ...], operands: tuple[Tree, ...], *, negated: bool) -> Code:
        numbers = [self.number(operand) for operand in operands]
        if not negated and len(operators) > 1 and "!=" not in operators:
            text = numbers[0].within(NOT + 2)
            for operator, number in zip(operators, numbers[1:], strict=True):
                text += f" {operator} {number.within(NOT + 2)}"
            return Code(text, NOT + 1)
        pairs = [
            compare(NEGATED[operator] if negated else operator, a, b)
            for operator, a, b in zip(operators, numbers[:-1], numbers[1:], strict=True)
        ]
        return join("or" if negated else "and", pairs)


class FilledView(View):
    """Another view, as if a position had just been opened at a price."""

    def __init__(self, inner: View, price: str) -> None:
        self.inner = inner
        self.price = price

    def leaf(self, tree: Tree) -> Code | None:
        """As the inner view; what is remembered was computed before the fill."""
        return None if reads_own(tree) and not is_remembered(tree) else self.inner.leaf(tree)

    def truth_of_series(self, series: Series, *, negated: bool) -> Code | None:
        """As the inner view."""
        return None if reads_own(series) else self.inner.truth_of_series(series, negated=negated)

    def parameter(self, name: str) -> Code:
        """As the inner view."""
        return self.inner.parameter(name)

    def use(self, name: str) -> str:
        """As the inner view."""
        return self.inner.use(name)

    def last_close(self) -> str:
        """As the inner view."""
        return self.inner.last_close()

    def at_entry(self, tree: AtEntry) -> Code:
        """At the decision, the value to be latched is the present one."""
        return self.inner.number(tree.operand)

    def own(self, name: str) -> Code:
        """Prices are the fill's; nothing has happened since."""
        if name in ACCOUNT_INPUTS or name in {"last_exit_price", "bars_since_exit"}:
            return self.inner.own(name)
        if name in {"bars_in_position", "bars_in_state", "position_return"}:
            return Code("0.0")
        return Code(self.price)
