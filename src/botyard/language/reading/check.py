"""Syntax to checked tree: names resolved, arguments counted, types right, abbreviations written out."""

import ast
from collections.abc import Callable, Mapping

from botyard.language.catalog import (
    ALWAYS,
    DERIVED_INPUTS,
    FUNCTIONS,
    INPUTS,
    POSITION_INPUTS,
    SPECIAL_FORMS,
    WEEKDAYS,
    nearest,
)
from botyard.language.habits import instead_of_name
from botyard.language.reading import own, recursion
from botyard.language.reading.arguments import (
    Substitution,
    check_order,
    instead_of_text,
    missing,
    repeated,
    unknown_call,
)
from botyard.language.reading.durations import bars_in, clock_minutes, higher_timeframe
from botyard.language.reading.syntax import Expression, parse
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
    OnTimeframe,
    Parameter,
    Sampled,
    Series,
    Tree,
    ValueType,
    Window,
    children,
    type_of,
    walk,
)
from botyard.ops.catalog import Argument, Function
from botyard.records.spec import Spec

_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%"}
MAX_SIZE = 3000
"""Parts of an expression whose series are written out; more is refused rather than compiled for minutes."""

_PERIODS = ("day", "week", "month")


class Checker:
    """Checks the expressions of one spec. Series are checked when they are first needed, and once."""

    def __init__(self, spec: Spec, minutes: int) -> None:
        self.spec = spec
        self.minutes = minutes
        self._series: dict[str, Tree] = {}
        self._sizes: dict[str, int] = {}
        self._open: list[str] = []  # series being checked, to find cycles
        self.declared: dict[
            int, tuple[Tree, tuple[float, float], str]
        ] = {}  # what the bounds of a call are known to be

    def number(self, text: str, place: str) -> Tree:
        """Check an expression that gives a number.

        Raises: SpecError at its column.
        """
        return self._wanted(parse(text, place), "number")

    def boolean(self, text: str, place: str) -> Tree:
        """Check a condition.

        Raises: SpecError at its column.
        """
        return self._wanted(parse(text, place), "boolean")

    def series(self, name: str) -> Tree:
        """Check a named series, of either type.

        Raises: SpecError at its column, also for a series that needs itself.
        """
        if name not in self._series:
            if name in self._open:
                raise recursion.circle(self._open, name)
            self._open.append(name)
            expression = parse(self.spec.series[name], f"series.{name}")
            tree = self.tree(expression, expression.root)
            recursion.check(name, expression, tree)
            self._sizes[name] = self._check_size(expression, tree)
            self._series[name] = tree
            self._open.pop()
        return self._series[name]

    def _wanted(self, expression: Expression, wanted: ValueType) -> Tree:
        tree = self.typed(expression, expression.root, wanted)
        self._check_size(expression, tree)
        return tree

    def _check_size(self, expression: Expression, tree: Tree) -> int:
        size = self._size(tree)
        if size > MAX_SIZE:
            raise expression.error(
                expression.root,
                f"with its series written out this has {size} parts, at most {MAX_SIZE} fit; make it simpler",
            )
        return size

    def _size(self, tree: Tree) -> int:
        if isinstance(tree, Series):
            return self._sizes[tree.name]
        return 1 + sum(self._size(child) for child in children(tree))

    def typed(self, e: Expression, node: ast.expr, wanted: ValueType) -> Tree:
        """Check a node that must be of a type."""
        tree = self.tree(e, node)
        if type_of(tree) == wanted:
            return tree
        if wanted == "boolean":
            raise e.error(node, "a condition is wanted here, this is a number; compare it, such as x > 0")
        raise e.error(node, "a number is wanted here, this is a condition; write `1 if ... else 0` to count it")

    def tree(self, e: Expression, node: ast.expr) -> Tree:
        """Check any node."""
        match node:
            case ast.Constant(value=int() | float() as value):
                return Number(float(value))
            case ast.Constant(value=value):
                raise e.error(node, f"text stands only where a function asks for it{instead_of_text(str(value))}")
            case ast.Name(id=name):
                return self._name(e, node, name)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Negation(self.typed(e, operand, "boolean"))
            case ast.UnaryOp(operand=operand):
                return _negative(self.typed(e, operand, "number"))
            case ast.BinOp(left=left, op=op, right=right):
                return Arithmetic(
                    _ARITHMETIC[type(op)],  # type: ignore[arg-type]
                    self.typed(e, left, "number"),
                    self.typed(e, right, "number"),
                )
            case ast.BoolOp(op=op, values=values):
                parts = tuple(self.typed(e, value, "boolean") for value in values)
                return Junction("and" if isinstance(op, ast.And) else "or", parts)
            case ast.Compare(left=left, ops=ops, comparators=others):
                operands = tuple(self.typed(e, part, "number") for part in (left, *others))
                return Comparison(tuple(_COMPARISONS[type(op)] for op in ops), operands)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                then = self.tree(e, body)
                return Choice(self.typed(e, test, "boolean"), then, self.typed(e, orelse, type_of(then)), type_of(then))
            case ast.Subscript(value=value, slice=index):
                return self._lag(e, node, value, index)
            case ast.Call():
                return self._call(e, node)
            case _:
                raise e.error(node, f"{type(node).__name__} is not in the language")

    def _name(self, e: Expression, node: ast.expr, name: str) -> Tree:
        if name in self.spec.parameters:
            kind: ValueType = "boolean" if self.spec.parameters[name].type == "bool" else "number"
            return Parameter(name, kind)
        if name in self.spec.series:
            return Series(name, self.series(name))
        if name == "last_trade_return":  # 0 before the first trade: "double after a win" must be able to begin
            return Call("nz", (Input(name), Number(0.0)), "number")
        if name in INPUTS:
            return Input(name)
        if name in DERIVED_INPUTS:
            return self._abbreviation(e, node, DERIVED_INPUTS[name], {})
        if name == ALWAYS:
            return Comparison((">",), (Input("close"), Number(0.0)))
        if name in WEEKDAYS:
            return Number(float(WEEKDAYS.index(name)))
        if name in FUNCTIONS or name in SPECIAL_FORMS:
            example = FUNCTIONS[name].example if name in FUNCTIONS else f"{name}(...)"
            raise e.error(node, f"{name} is a function; write {example}")
        known = [*self.spec.series, *self.spec.parameters, *INPUTS, *DERIVED_INPUTS]
        raise e.error(node, f"{name} is not a series, parameter or input{instead_of_name(name, known)}")

    def _lag(self, e: Expression, node: ast.expr, value: ast.expr, index: ast.expr) -> Tree:
        window = self.window(e, index, "k")
        if self._open and isinstance(value, ast.Name) and value.id == self._open[-1]:
            return recursion.before(e, node, value.id, window)
        x = self.tree(e, value)
        own.refuse_in_memory(e, node, "x[k]", (x,))
        if window.capacity == 0:
            return x
        return Call("lag", (x, window), type_of(x))

    def window(self, e: Expression, node: ast.expr, name: str) -> Window:
        """Check a number of bars: a whole number, an int parameter or bars("3h")."""
        least = 0 if name == "k" else 1
        match node:
            case ast.Constant(value=int() as value):
                window = Window("", value, value, value)
            case ast.Constant(value=float() as value) if value.is_integer():
                window = Window("", int(value), int(value), int(value))
            case ast.Name(id=parameter) if parameter in self.spec.parameters:
                window = self._parameter_window(e, node, parameter)
            case ast.Call(func=ast.Name(id="bars")):
                bars = self._bars(e, node)
                window = Window("", bars, bars, bars)
            case ast.UnaryOp(op=ast.USub()):
                raise e.error(node, "bars ahead cannot be seen: a number of bars is not negative")
            case ast.Name(id=word) if word not in self.spec.series and word not in INPUTS:
                ints = [known for known, p in self.spec.parameters.items() if p.type == "int"]
                raise e.error(node, f"{word} is not an int parameter{nearest(word, ints)}")
            case _:
                raise e.error(node, 'a number of bars is a whole number, an int parameter or bars("3h")')
        if window.low < least:
            raise e.error(node, f"a number of bars is at least {least} here, not {window.low}")
        return window

    def _parameter_window(self, e: Expression, node: ast.expr, name: str) -> Window:
        parameter = self.spec.parameters[name]
        if parameter.type != "int":
            raise e.error(node, f"{name} is of type {parameter.type}; a number of bars needs an int parameter")
        low = parameter.default if parameter.low is None else parameter.low
        high = parameter.default if parameter.high is None else parameter.high
        return Window(name, int(low), int(high), int(parameter.default))

    def _call(self, e: Expression, node: ast.Call) -> Tree:
        name = node.func.id  # type: ignore[attr-defined]
        special: dict[str, Callable[[Expression, ast.Call], Tree]] = {
            "on": self._on,
            "sampled": self._sampled,
            "at_entry": self._at_entry,
            "is_new": self._is_new,
            "is_first": self._is_first,
            "count_true": self._count_true,
        }
        if name == "bars":
            return Number(float(self._bars(e, node)))
        if name in special:
            return special[name](e, node)
        if name in {"highest_since_entry", "lowest_since_entry"}:
            return self._since_entry(e, node, name)
        if name not in FUNCTIONS:
            raise unknown_call(self.spec, e, node, name)
        function = FUNCTIONS[name]
        arguments = self._fill_in(e, node, function)
        if function.expression:
            names = [argument.name for argument in function.arguments]
            tree = self._abbreviation(e, node, function.expression, dict(zip(names, arguments, strict=True)))
            if isinstance(function.between, tuple):
                self.declared[id(tree)] = (tree, function.between, ast.unparse(node))
            return tree
        trees = tuple(
            self._argument(e, argument, value)
            for argument, value in zip(repeated(function, len(arguments)), arguments, strict=True)
        )
        if function.has_memory:
            own.refuse_in_memory(e, node, name, trees)
        if function.is_variadic:
            return _nested(name, trees)
        result = type_of(trees[0]) if function.result == "same" else function.result
        return Call(name, trees, result)

    def _fill_in(self, e: Expression, node: ast.Call, function: Function) -> list[ast.expr]:
        given = list(node.args)
        wanted = function.arguments
        if len(given) > len(wanted) and not function.is_variadic:
            raise e.error(given[len(wanted)], f"{function.name} takes {_count(len(wanted))}: {function.example}")
        check_order(self.spec, e, function, given)
        for argument in wanted[len(given) :]:
            if argument.default is None:
                raise e.error(node, f"`{ast.unparse(node)}` needs {missing(function, argument)}: {function.example}")
            given.append(ast.copy_location(ast.parse(argument.default, mode="eval").body, node))
        return given

    def _argument(self, e: Expression, argument: Argument, node: ast.expr) -> Tree:
        if argument.kind == "window":
            return self.window(e, node, argument.name)
        if argument.kind == "time":
            return Number(float(clock_minutes(e, node, self._text(e, node, 'a time of day, such as "09:30"'))))
        if argument.kind == "any":
            return self.tree(e, node)
        return self.typed(e, node, "boolean" if argument.kind == "boolean" else "number")

    def _abbreviation(self, e: Expression, node: ast.expr, text: str, parts: Mapping[str, ast.expr]) -> Tree:
        return self.tree(e, Substitution(parts, node).visit(ast.parse(text, mode="eval").body))

    def _text(self, e: Expression, node: ast.expr, what: str) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        raise e.error(node, f"{what} is wanted here, in quotes")

    def _arguments(self, e: Expression, node: ast.Call, count: int, example: str) -> list[ast.expr]:
        if len(node.args) != count:
            raise e.error(node, f"{node.func.id} takes {_count(count)}: {example}")  # type: ignore[attr-defined]
        return node.args

    def _bars(self, e: Expression, node: ast.Call) -> int:
        (duration,) = self._arguments(e, node, 1, 'bars("3h")')
        return bars_in(e, duration, self._text(e, duration, 'a duration, such as "3h"'), self.minutes)

    def _on(self, e: Expression, node: ast.Call) -> Tree:
        timeframe, operand = self._arguments(e, node, 2, 'on("1h", ema(close, 200))')
        if not (isinstance(timeframe, ast.Constant) and isinstance(timeframe.value, str)):
            raise e.error(timeframe, "on() takes a timeframe in quotes; for a condition write sampled(condition, x)")
        name = higher_timeframe(e, timeframe, timeframe.value, self.minutes)
        tree = self.tree(e, operand)
        own.refuse_on_longer_bars(e, operand, tree)
        if any(isinstance(part, OnTimeframe) for part in walk(tree)):
            raise e.error(operand, "on() inside on() is not in the language; give each its own series")
        return OnTimeframe(name, tree)

    def _sampled(self, e: Expression, node: ast.Call) -> Tree:
        condition, operand = self._arguments(e, node, 2, 'sampled(inside("09:30", "16:00"), ema(close, 20))')
        test, tree = self.typed(e, condition, "boolean"), self.tree(e, operand)
        own.refuse_in_memory(e, node, "sampled()", (test, tree))
        return Sampled(test, tree)

    def _at_entry(self, e: Expression, node: ast.Call) -> Tree:
        (operand,) = self._arguments(e, node, 1, "at_entry(atr(14))")
        tree = self.tree(e, operand)
        for part in walk(tree):
            if isinstance(part, AtEntry) or (isinstance(part, Input) and part.name in POSITION_INPUTS):
                raise e.error(
                    operand, "there is no position yet at the decision that enters: leave its inputs out of at_entry"
                )
        return AtEntry(tree)

    def _is_new(self, e: Expression, node: ast.Call) -> Tree:
        word = self._period(e, node, "is_new", (*_PERIODS, "session"))
        return Call("is_new_" + ("day" if word == "session" else word), (), "boolean")

    def _is_first(self, e: Expression, node: ast.Call) -> Tree:
        return Call(f"first_of_{self._period(e, node, 'is_first', _PERIODS)}", (), "boolean")

    def _period(self, e: Expression, node: ast.Call, name: str, known: tuple[str, ...]) -> str:
        (period,) = self._arguments(e, node, 1, f'{name}("day")')
        word = self._text(e, period, "a period")
        if word not in known:
            raise e.error(period, f"{name} knows {', '.join(known)}{nearest(word, list(known))}")
        return word

    def _count_true(self, e: Expression, node: ast.Call) -> Tree:
        if not node.args:
            raise e.error(node, "count_true needs conditions: count_true(close > open, volume > sma(volume, 20))")
        total: Tree | None = None
        for argument in node.args:
            one = Choice(self.typed(e, argument, "boolean"), Number(1.0), Number(0.0), "number")
            total = one if total is None else Arithmetic("+", total, one)
        assert total is not None
        return total

    def _since_entry(self, e: Expression, node: ast.Call, name: str) -> Tree:
        (operand,) = self._arguments(e, node, 1, f"{name}(close)")
        if not (isinstance(operand, ast.Name) and operand.id == "close"):
            raise e.error(
                operand, f"{name} goes by the bars' ranges, without ( ), and {name}(close) by closes; there is no other"
            )
        return Input(name.replace("_since", "_close_since"))


def _nested(name: str, trees: tuple[Tree, ...]) -> Tree:
    result = trees[0]
    for tree in trees[1:]:
        result = Call(name, (result, tree), "number")
    return result


def _negative(tree: Tree) -> Tree:
    return Number(-tree.value) if isinstance(tree, Number) else Negative(tree)


def _count(count: int) -> str:
    return "no argument" if count == 0 else "1 argument" if count == 1 else f"{count} arguments"
