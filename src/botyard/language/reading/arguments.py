"""Arguments as they are written: what is missing, and what stands in another one's place."""

import ast
import re
from collections.abc import Mapping, Sequence

from botyard.errors import SpecError
from botyard.language.catalog import DERIVED_INPUTS, FUNCTIONS, INPUTS, SPECIAL_FORMS, WEEKDAYS
from botyard.language.habits import instead_of_function
from botyard.language.reading.syntax import Expression
from botyard.ops.catalog import Argument, Function
from botyard.records.spec import Spec

_WORDS = {"window": "a period", "boolean": "a condition", "time": "a time of day"}


def missing(function: Function, argument: Argument) -> str:
    """Name an argument that is not there."""
    alike = [other for other in function.arguments if other.kind == argument.kind]
    return _WORDS.get(argument.kind, argument.name) if len(alike) == 1 else argument.name


def repeated(function: Function, count: int) -> tuple[Argument, ...]:
    """List the arguments for so many values: the last one stands for all that follow it."""
    wanted = function.arguments
    return wanted + (wanted[-1],) * (count - len(wanted)) if wanted else ()


def check_order(spec: Spec, e: Expression, function: Function, given: Sequence[ast.expr]) -> None:
    """Check that no number stands where values that change are wanted, and none of those where a number of bars is.

    Raises: SpecError that gives the order.
    """
    order = f"the order is {function.signature}: {function.example}"
    kinds = {argument.kind for argument in function.arguments}
    for argument, node in zip(function.arguments, given, strict=False):
        is_looked_at = argument.name in {"x", "y"} and "window" in kinds and "boolean" not in kinds
        if is_looked_at and _is_literal(node):
            raise e.error(node, f"{function.name} looks at values that change, {ast.unparse(node)} never does; {order}")
        if argument.kind == "window" and _changes(spec, node):
            text = ast.unparse(node)
            hint = f"; give {text} an int parameter of its own" if isinstance(node, ast.BinOp) else ""
            raise e.error(node, f"{text} is not a number of bars{hint}; {order}")


def unknown_call(spec: Spec, e: Expression, node: ast.Call, name: str) -> SpecError:
    """Build the error for a function that is not there."""
    if name in {*spec.series, *spec.parameters, *INPUTS, *DERIVED_INPUTS}:
        return e.error(node, f"{name} is not a function; write {name} without ( )")
    if name == "round":
        return e.error(node, "round is not in the language; write floor(x + 0.5)")
    return e.error(node, f"there is no function {name}{instead_of_function(name, [*FUNCTIONS, *SPECIAL_FORMS])}")


def instead_of_text(text: str) -> str:
    """Say what to write instead of text in quotes."""
    if text.lower() in WEEKDAYS:
        return f"; write {text.lower()}"
    time = re.fullmatch(r"(\d{1,2}):(\d{2})", text)
    if time:
        return f'; write inside("{text}", …), or minute_of_day and {int(time[1]) * 60 + int(time[2])}'
    return "; write names without quotes"


def _is_literal(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant) and isinstance(inner.value, int | float)


def _changes(spec: Spec, node: ast.expr) -> bool:
    match node:
        case ast.Name(id=name):
            return name not in spec.parameters and (name in spec.series or name in INPUTS or name in DERIVED_INPUTS)
        case ast.Call(func=ast.Name(id=name)):
            return name != "bars"
        case ast.BinOp() | ast.Compare() | ast.BoolOp() | ast.Subscript() | ast.IfExp():
            return True
        case _:
            return False


class Substitution(ast.NodeTransformer):
    """Puts arguments into the text of an abbreviation; errors point at the call."""

    def __init__(self, parts: Mapping[str, ast.expr], at: ast.expr) -> None:
        self.parts = parts
        self.at = at

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Put an argument in."""
        return self.parts.get(node.id, ast.copy_location(node, self.at))

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Give every part the place of the call."""
        return super().generic_visit(ast.copy_location(node, self.at) if isinstance(node, ast.expr) else node)
