"""An expression said in words."""

import ast
import re

from botyard.language.catalog import FUNCTIONS
from botyard.language.reading.check import Checker
from botyard.language.reading.durations import duration_minutes
from botyard.language.reading.syntax import parse
from botyard.language.reading.tree import type_of
from botyard.language.words.phrases import (
    ARITHMETIC,
    CALLS,
    COMPARISONS,
    INPUTS,
    NEGATED,
    TIMES,
    WEEKDAYS,
    WITHOUT_TIMES,
    ago,
    bar_length,
    percent,
)
from botyard.records.market import timeframe_minutes
from botyard.records.spec import Spec

SHORT = 48
"""A series said in so many letters, without sums and other series, is said where it first stands, its name after it."""

_OPPOSITE = {ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}


class Speaker:
    """Says the expressions of one spec; it remembers which of its series were introduced."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        checker = Checker(spec, timeframe_minutes(spec.timeframe))
        self.conditions = {name for name in spec.series if type_of(checker.series(name)) == "boolean"}
        self._roots = {name: parse(text, f"series.{name}").root for name, text in spec.series.items()}
        self.short: set[str] = set()
        self._introduced: set[str] = set()
        self.short = {name for name in spec.series if self._is_simple(name) and len(self._definition(name)) <= SHORT}
        self._introduced = set(spec.series) - self.short

    def _is_simple(self, name: str) -> bool:
        root = self._roots[name]
        mentioned = {part.id for part in ast.walk(root) if isinstance(part, ast.Name)}
        return not isinstance(root, ast.BinOp | ast.BoolOp | ast.IfExp) and not mentioned & set(self._roots)

    def _definition(self, name: str) -> str:
        self._introduced = set(self.spec.series)
        return self.say(self._roots[name])

    def define(self, name: str) -> str:
        """Say what a series is."""
        return self.say(self._roots[name])

    def text(self, expression: str, place: str) -> str:
        """Say an expression. Raises: SpecError when it cannot be read."""
        return self.say(parse(expression, place).root)

    def say(self, node: ast.expr, *, negated: bool = False) -> str:
        """Say a part of an expression, or its opposite."""
        match node:
            case ast.Constant(value=value):
                return f"{value:g}" if isinstance(value, float) else str(value)
            case ast.Name(id=name):
                return self._name(name, negated=negated)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.say(operand, negated=not negated)
            case ast.UnaryOp(operand=ast.Constant(value=int() | float() as value)):
                return f"{-value:g}"
            case ast.UnaryOp(operand=operand):
                return f"minus {self.say(operand)}"
            case ast.BinOp():
                return self._arithmetic(node)
            case ast.BoolOp(op=op, values=values):
                return self._junction(op, values, negated=negated)
            case ast.Compare():
                return self._comparison(node, negated=negated)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return f"{self.say(body)} if {self.say(test)}, else {self.say(orelse)}"
            case ast.Subscript(value=value, slice=index):
                return self._past(value, self.say(index), negated=negated)
            case ast.Call():
                said = self._call(node)
                return f"it is not so that {said}" if negated else said
            case _:
                return ast.unparse(node)

    def _name(self, name: str, *, negated: bool) -> str:
        if name in self.spec.parameters:
            value = self.spec.parameters[name].default
            if isinstance(value, bool):
                return f"{name} is {'on' if value != negated else 'off'}"
            return f"{value:g}"
        if name in self.conditions:
            return self._condition(name, negated=negated)
        if name in self.short and name not in self._introduced:
            self._introduced.add(name)
            return f"{self.say(self._roots[name])} ({name})"
        return INPUTS.get(name, name)

    def _condition(self, name: str, *, negated: bool) -> str:
        if negated:
            return f"{name} does not hold"
        if name in self._introduced:
            return f"{name} holds"
        self._introduced.add(name)
        return f"{self.say(self._roots[name])} ({name})"

    def _past(self, value: ast.expr, bars: str, *, negated: bool) -> str:
        match value:
            case ast.Call(
                func=ast.Name(id="highest" | "lowest" as name), args=[ast.Name(id="high" | "low" as what), window]
            ) if bars == "1":
                return f"the {name} {what} of the {self.say(window)} bars before"
            case ast.Call(func=ast.Name(id="donchian_high" | "donchian_low" as name), args=[window]) if bars == "1":
                return f"the {'highest high' if name.endswith('high') else 'lowest low'} of the {self.say(window)} bars before"
            case ast.Name(id=name) if name in self.conditions:
                said = self._name(name, negated=False)
                return (
                    f"{name} {'did not hold' if negated else 'held'} {ago(bars)}"
                    if said.endswith("holds")
                    else f"{said} {ago(bars)}"
                )
            case _:
                return f"{self._tight(value)} {ago(bars)}"

    def _arithmetic(self, node: ast.BinOp) -> str:
        match node:
            case ast.BinOp(
                left=base,
                op=ast.Mult(),
                right=ast.BinOp(left=ast.Constant(value=1 | 1.0), op=ast.Add() | ast.Sub() as op, right=part),
            ):
                share = self._constant(part)
                if share is not None:
                    return f"{percent(share)} {'above' if isinstance(op, ast.Add) else 'below'} {self._tight(base)}"
        joins, takes = isinstance(node.op, ast.Add | ast.Sub), isinstance(node.op, ast.Sub)
        loose_left = joins or (isinstance(node.op, ast.Mult) and _is_product(node.left))
        loose_right = isinstance(node.op, ast.Add) or (takes and _is_product(node.right))
        left = self.say(node.left) if loose_left else self._tight(node.left)
        right = self.say(node.right) if loose_right else self._tight(node.right)
        return f"{left} {ARITHMETIC[type(node.op)]} {right}"

    def _constant(self, node: ast.expr) -> float | None:
        match node:
            case ast.Constant(value=int() | float() as value):
                return float(value)
            case ast.Name(id=name) if name in self.spec.parameters:
                return float(self.spec.parameters[name].default)
            case ast.Name(id=name) if name.capitalize() in WEEKDAYS and name not in self.spec.series:
                return float(WEEKDAYS.index(name.capitalize()))
            case ast.BinOp(left=left, op=ast.Div(), right=ast.Constant(value=100 | 100.0)):
                share = self._constant(left)
                return None if share is None else share / 100.0
            case _:
                return None

    def _tight(self, node: ast.expr) -> str:
        """Say an operand: in parentheses where it is an operation itself."""
        said = self.say(node)
        is_operation = isinstance(node, ast.BinOp | ast.IfExp) and self._constant(node) is None
        return f"({said})" if is_operation else said

    def _junction(self, op: ast.boolop, values: list[ast.expr], *, negated: bool) -> str:
        word = "and" if isinstance(op, ast.And) != negated else "or"
        parts = [self.say(value, negated=negated) for value in values]
        mixed = [
            f"({part})" if isinstance(value, ast.BoolOp) else part for part, value in zip(parts, values, strict=True)
        ]
        return f" {word} ".join(mixed)

    def _comparison(self, node: ast.Compare, *, negated: bool) -> str:
        if len(node.ops) == 1:
            special = self._clock(node.left, node.ops[0], node.comparators[0], negated=negated)
            if special:
                return special
        table = NEGATED if negated else COMPARISONS
        parts = [self.say(part) for part in (node.left, *node.comparators)]
        if len(node.ops) == 2 and not negated and all(isinstance(op, ast.Lt | ast.LtE) for op in node.ops):
            return f"{parts[1]} is between {parts[0]} and {parts[2]}"
        joint = " or " if negated else " and "
        return joint.join(
            f"{a} {table[type(op)]} {b}" for a, op, b in zip(parts[:-1], node.ops, parts[1:], strict=True)
        )

    def _clock(self, left: ast.expr, op: ast.cmpop, right: ast.expr, *, negated: bool) -> str:
        value = self._constant(right)
        if not isinstance(left, ast.Name) or value is None or not value.is_integer():
            return ""
        kind = _OPPOSITE[type(op)] if negated else type(op)
        if left.id == "minute_of_day" and 0 <= value < 1440:
            return TIMES[kind].format(f"{int(value) // 60:02d}:{int(value) % 60:02d}")
        if left.id == "weekday" and 0 <= value < 7 and kind in {ast.Eq, ast.NotEq}:
            return f"it is {'' if kind is ast.Eq else 'not '}a {WEEKDAYS[int(value)]}"
        return ""

    def _call(self, node: ast.Call) -> str:
        name = node.func.id  # type: ignore[attr-defined]
        if name == "on" and len(node.args) == 2 and isinstance(node.args[0], ast.Constant):
            return f"{self._tight(node.args[1])} on {bar_length(str(node.args[0].value))} bars"
        if name == "bars" and len(node.args) == 1:
            return self._bars(ast.unparse(node.args[0]).strip("'\""))
        if name == "at_entry" and node.args:
            return f"{self._tight(node.args[0])} at entry"
        if (
            name in {"highest", "lowest"}
            and len(node.args) == 2
            and ast.unparse(node.args[0]) in {"high", "low", "close"}
        ):
            return f"the {name} {ast.unparse(node.args[0])} of {self.say(node.args[1])} bars"
        if not node.args and name in WITHOUT_TIMES:
            return WITHOUT_TIMES[name]
        parts = [self._tight(argument) for argument in node.args]
        if name in FUNCTIONS:
            parts += [a.default.strip('"') for a in FUNCTIONS[name].arguments[len(parts) :] if a.default is not None]
        pattern = CALLS.get(name)
        if name in {"value_when", "bars_since"} and len(parts) > (2 if name == "value_when" else 1):
            pattern = _earlier(name, parts.pop()) or pattern
        if name == "bars_since":
            parts[0] = re.sub(r" holds$", " held", parts[0])
        if pattern is None or any(f"{{{place}}}" in pattern for place in range(len(parts), 5)):
            return f"{name}({', '.join(parts)})" if parts else name.replace("_", " ")
        return pattern.replace("{all}", " and ".join(parts)).format(*parts)

    def _bars(self, duration: str) -> str:
        minutes = duration_minutes(duration)
        return f"{minutes // timeframe_minutes(self.spec.timeframe)} ({duration})" if minutes else duration


def _earlier(name: str, which: str) -> str:
    if which == "0":
        return ""
    if name == "value_when":
        return "{1} on the last bar but " + which + " where {0}"
    return "the number of bars since the last time but " + which + " that {0}"


def _is_product(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)
