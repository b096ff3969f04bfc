"""Parameter values of a trial: checked before every run, since a window beyond its capacity would spoil its neighbours."""

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from botyard.engine.bars import Floats
from botyard.errors import UserError
from botyard.records.spec import Parameter, Spec

Value = float | int | bool


def parameter_vector(spec: Spec, order: Sequence[str], values: Mapping[str, Value] | None) -> Floats:
    """Return values in the strategy's order; what is not given takes its default.

    Shape: (n_parameters,), at least 1 so that there is always an address.
    Raises: UserError naming the parameter that is unknown or outside its range, or the constraint that fails.
    """
    given = dict(values or {})
    for name in given:
        if name not in spec.parameters:
            raise UserError(f"parameter {name!r} is not known; there are {', '.join(spec.parameters) or 'none'}")
    chosen = {name: _checked(name, p, given.get(name, p.default)) for name, p in spec.parameters.items()}
    for constraint in spec.constraints:
        if not holds(constraint, chosen):
            shown = ", ".join(f"{name} = {value:g}" for name, value in chosen.items() if name in constraint)
            raise UserError(f"constraint {constraint!r} does not hold for {shown}")
    vector = np.zeros(max(1, len(order)))
    vector[: len(order)] = [chosen[name] for name in order]
    return vector


def _checked(name: str, parameter: Parameter, value: Value) -> float:
    if parameter.type == "int" and float(value) != int(value):
        raise UserError(f"parameter {name!r} is {value}, but it must be a whole number")
    if parameter.type == "bool":
        if value not in (0, 1):
            raise UserError(f"parameter {name!r} is {value}, but it must be true or false")
        return float(value)
    low = parameter.default if parameter.low is None else parameter.low
    high = parameter.default if parameter.high is None else parameter.high
    if not low <= value <= high:
        raise UserError(f"parameter {name!r} is {value}, outside its range {low} … {high}")
    return float(value)


_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Mod: lambda a, b: a % b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}


def holds(constraint: str, values: Mapping[str, float]) -> bool:
    """Whether a constraint such as "fast < slow" is true of these values; a division by zero is not.

    Raises: UserError when it is anything but a comparison of parameters and numbers.
    """
    try:
        return bool(_evaluated(_parsed(constraint), values))
    except ZeroDivisionError:
        return False


@lru_cache(maxsize=256)
def _parsed(constraint: str) -> ast.expr:
    try:
        return ast.parse(constraint, mode="eval").body
    except SyntaxError as e:
        raise UserError(f"constraint {constraint!r} cannot be read: {e.msg}") from e


def _evaluated(node: ast.expr, values: Mapping[str, float]) -> Any:
    match node:
        case ast.Constant(value=float() | int() as number):
            return number
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluated(operand, values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _evaluated(operand, values)
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_evaluated(part, values) for part in parts)
        case ast.BoolOp(op=ast.Or(), values=parts):
            return any(_evaluated(part, values) for part in parts)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_evaluated(left, values), _evaluated(right, values))
        case ast.Compare(left=left, ops=ops, comparators=rights) if all(type(op) in _OPERATORS for op in ops):
            sides = [_evaluated(side, values) for side in (left, *rights)]
            return all(_OPERATORS[type(op)](a, b) for op, a, b in zip(ops, sides, sides[1:], strict=False))
    raise UserError(f"constraint part {ast.unparse(node)!r} cannot be used: compare parameters and numbers only")
