"""Expressions of plain functions, written as LLVM IR."""

import ast
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import FunctionType
from typing import Any, Protocol

from botyard.engine.machine.ir import Kind, Value, Writer, common, constant
from botyard.engine.machine.signature import KINDS, Signature
from botyard.engine.machine.stages import Settling, Stage
from botyard.errors import InvariantError
from botyard.ops.types import settled

OPERATORS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
STORED = "  ; stored while "  # marks what is stored at a place of the state
_INTRINSICS = {math.sqrt: "sqrt", math.log: "log", math.exp: "exp"}


class Callees(Protocol):
    """What a function needs of the module around it."""

    bound: Mapping[str, FunctionType]
    known: Mapping[tuple[str, int], float]
    forgotten: int
    read: set[tuple[Stage, int]]
    settling: Settling

    def signature(self, function: FunctionType, stage: Stage) -> Signature:
        """Say how a function is called."""
        ...

    def conditions(self) -> int:
        """Count the conditions that are called settled."""
        ...

    def array(self, values: tuple[float, ...]) -> str:
        """Name a constant array."""
        ...


class Expressions:
    """Writes the expressions of one function."""

    def __init__(self, callees: Callees, node: ast.FunctionDef, signature: Signature, names: Mapping[str, Any]) -> None:
        self._callees = callees
        self._node = node
        self._signature = signature
        self._names = names
        self._writer = Writer()
        self._kinds: dict[str, Kind] = {}
        self._own: ast.expr | None = None  # what the present statement assigns to: reading it keeps nothing alive
        self._depth = 0  # how many conditions and loops stand around what is written
        self._conditions = 0
        assigned = [
            part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        ]
        self._once = {name for name in assigned if assigned.count(name) == 1 and name not in dict(signature.parameters)}
        self._known: set[str] = set()  # names of numbers that are finite
        if signature.stage is Stage.KNOWN:
            self._known = {name for name, kind in signature.parameters if kind == "double"} - set(assigned)

    def _refuse(self, node: ast.AST) -> InvariantError:
        line = getattr(node, "lineno", 0)
        return InvariantError(f"{self._signature.symbol} line {line}: {ast.unparse(node)!r} cannot be compiled")

    def _store(self, target: ast.expr, value: Value) -> None:
        w = self._writer
        match target:
            case ast.Name(id=name):
                self._kinds[name] = kind = common(self._kinds.get(name, value.kind), value.kind)
                w.add(f"store {kind} {w.convert(value, kind).text}, ptr %l.{name}")
                if value.is_known and name in self._once:
                    self._known.add(name)
            case ast.Subscript(value=ast.Name(id="p" | "x")):
                raise self._refuse(target)
            case ast.Subscript(value=array, slice=index):
                place = self._place(array, index)
                slot = self._slot(array, index)
                mark = ""
                if slot is not None and slot[0] == "s" and slot[1] < self._callees.forgotten:
                    mark = f"{STORED}{self._signature.stage.value} {slot[1]}"
                w.add(f"store double {w.convert(value, 'double').text}, ptr {place}{mark}")
            case _:
                raise self._refuse(target)

    def _slot(self, array: ast.expr, index: ast.expr) -> tuple[str, int] | None:
        """Array's name and place, where the place is a plain number."""
        if not isinstance(array, ast.Name):
            return None
        match index:
            case ast.Constant(value=int() as place):
                return array.id, place
            case ast.Name(id=name) if name not in self._kinds and isinstance(self._names.get(name), int):
                return array.id, int(self._names[name])
        return None

    def _load(self, array: ast.expr, index: ast.expr) -> Value:
        slot = self._slot(array, index)
        if slot is not None and slot in self._callees.known:
            return constant(self._callees.known[slot])
        if slot is not None and slot[0] == "s":
            own = self._own
            if not isinstance(own, ast.Subscript) or self._slot(own.value, own.slice) != slot:
                self._callees.read.add((self._signature.stage, slot[1]))
        fixed = ", !invariant.load !0" if isinstance(array, ast.Name) and array.id in {"p", "x"} else ""
        return self._writer.value(f"load double, ptr {self._place(array, index)}{fixed}", "double")

    def _place(self, array: ast.expr, index: ast.expr) -> str:
        w = self._writer
        base = self._value(array)
        at = self._value(index)
        if base.kind != "ptr" or at.kind != "i64":
            raise self._refuse(index)
        return w.value(f"getelementptr inbounds double, ptr {base.text}, i64 {at.text}", "ptr").text

    def _condition(self, node: ast.expr, yes: str, no: str) -> None:
        """Branch on a condition; `and` and `or` leave what need not be computed alone."""
        w = self._writer
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self._condition(operand, no, yes)
            case ast.BoolOp(op=op, values=values):
                for place, value in enumerate(values[:-1]):
                    more = w.fresh("more")
                    with self._inside(place > 0):
                        self._condition(value, *((more, no) if isinstance(op, ast.And) else (yes, more)))
                    if not w.is_reached(more):
                        return
                    w.label(more)
                with self._inside():
                    self._condition(values[-1], yes, no)
            case _:
                w.branch(w.truth(self._value(node)), yes, no)

    def _value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=bool() | int() | float() as number):
                return constant(number)
            case ast.Name(id=name):
                return self._name(node, name)
            case ast.Subscript(value=array, slice=index):
                return self._load(array, index)
            case ast.Call():
                return self._only(node, self._call(node))
            case ast.UnaryOp(op=ast.Not()) | ast.BoolOp():
                return self._either(node, ast.Constant(True), ast.Constant(False))
            case ast.IfExp(test=test, body=yes, orelse=no):
                return self._either(test, yes, no)
            case _:
                return self._operation(node)

    def _operation(self, node: ast.expr) -> Value:
        w = self._writer
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return constant(-number)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self._value(operand)
                if value.kind == "double":
                    return w.value(f"fneg double {value.text}", "double")
                return w.arithmetic("-", constant(0), value)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return w.arithmetic(OPERATORS[type(op)], self._value(left), self._value(right))
            case ast.Compare(left=ast.Name(id=a), ops=[ast.NotEq()], comparators=[ast.Name(id=b)]) if (
                a == b and a in self._known
            ):
                return constant(False)
            case ast.Compare(left=ast.Subscript() as left, ops=[ast.Lt()], comparators=[right]) if self._counts(left):
                return w.negation(self._settled(ast.Compare(left, [ast.GtE()], [right])))
            case ast.Compare(left=left, ops=ops, comparators=rights):
                return self._chain([OPERATORS[type(op)] for op in ops], [self._value(part) for part in (left, *rights)])
        raise self._refuse(node)

    def _only(self, node: ast.expr, results: list[Value]) -> Value:
        if len(results) != 1:
            raise self._refuse(node)
        return results[0]

    def _chain(self, operators: list[str], values: list[Value]) -> Value:
        w = self._writer
        pairs = zip(operators, values[:-1], values[1:], strict=True)
        first, *others = [w.compare(operator, a, b) for operator, a, b in pairs]
        for other in others:
            first = w.both(first, other)
        return first

    def _name(self, node: ast.expr, name: str) -> Value:
        if name in self._kinds:
            kind = self._kinds[name]
            loaded = self._writer.value(f"load {kind}, ptr %l.{name}", kind)
            return replace(loaded, is_known=name in self._known)
        known = self._names.get(name)
        if isinstance(known, bool | int | float):
            return constant(known)
        if isinstance(known, tuple):
            return Value(self._callees.array(known), "ptr")
        raise self._refuse(node)

    def _either(self, test: ast.expr, yes: ast.expr, no: ast.expr) -> Value:
        w = self._writer
        labels = [w.fresh("yes"), w.fresh("no")]
        end = w.fresh("end")
        local = f"pick.{end}"
        self._condition(test, labels[0], labels[1])
        for label, part in zip(labels, (yes, no), strict=True):
            if w.is_reached(label):
                w.label(label)
                with self._inside():
                    self._store(ast.Name(local), self._value(part))
                w.jump(end)
        w.label(end)
        return self._name(test, local)

    def _call(self, node: ast.Call) -> list[Value]:
        assert isinstance(node.func, ast.Name)
        function = self._names.get(node.func.id, node.func.id)
        stage = self._signature.stage
        if node.func.id in dict(self._signature.parameters):
            function = self._callees.bound[node.func.id]
            stage = self._callees.settling.stages.get(node.func.id, Stage.ANY)
        elif self._depth:
            stage = Stage.ANY
        if function is settled:
            return [self._settled(node.args[0])]
        if function is self._callees.settling.asks:
            return [self._has_settled()]
        if not isinstance(function, FunctionType):
            return [self._builtin(node, function, node.args)]
        return self._call_of(function, stage, node)

    def _call_of(self, function: FunctionType, stage: Stage, node: ast.Call) -> list[Value]:
        w = self._writer
        given = [value for argument in node.args if (value := self._argument(argument)) is not None]
        is_known = all(value.is_known for value in given if value.kind == "double")
        if stage is Stage.KNOWN and self._signature.stage is Stage.KNOWN and not is_known:
            stage = Stage.SETTLED
        signature = self._callees.signature(function, stage)
        self._conditions += signature.conditions
        for argument, (name, kind) in zip(node.args, signature.parameters, strict=True):
            # places are told by the array's name: state, parameters and constants keep theirs everywhere
            if kind == "ptr" and {ast.unparse(argument), name} & {"s", "p", "x"} and ast.unparse(argument) != name:
                raise self._refuse(node)
        values = [w.convert(value, kind) for value, kind in zip(given, signature.kinds, strict=True)]
        code = f"call {signature.result} {signature.symbol}({', '.join(f'{v.kind} {v.text}' for v in values)})"
        if not signature.results:
            w.add(code)
            return []
        result = w.value(code, signature.results[0])
        if len(signature.results) == 1:
            return [replace(result, is_known=stage is Stage.KNOWN and function in self._callees.settling.keeps)]
        return [
            w.value(f"extractvalue {signature.result} {result.text}, {place}", kind)
            for place, kind in enumerate(signature.results)
        ]

    def _argument(self, node: ast.expr) -> Value | None:
        """Give what is passed; functions are bound instead."""
        if isinstance(node, ast.Name) and dict(self._signature.parameters).get(node.id, "") is None:
            return None
        return self._value(node)

    @contextmanager
    def _inside(self, is_inside: bool = True) -> Iterator[None]:
        """Write what runs on some bars only."""
        self._depth += is_inside
        yield
        self._depth -= is_inside

    def _counts(self, node: ast.Subscript) -> bool:
        """Whether a place of the state only grows."""
        slot = self._slot(node.value, node.slice)
        return slot is not None and slot[0] == "s" and slot[1] in self._callees.settling.counted

    def _settled(self, condition: ast.expr) -> Value:
        """Give a condition that stays true: counted while the ops fill, taken for granted when they have."""
        w, stage = self._writer, self._signature.stage
        if stage.is_settled and not self._depth:
            return constant(True)
        holds = w.truth(self._value(condition))
        if stage is Stage.FILLING and not self._depth:
            self._conditions += 1
            count = ast.Subscript(ast.Name("s"), ast.Constant(self._callees.settling.counts_at))
            self._store(count, w.arithmetic("+", self._value(count), w.convert(holds, "double")))
        return holds

    def _has_settled(self) -> Value:
        """Compare what was counted in this bar with what there is to count, and begin anew."""
        w, settling = self._writer, self._callees.settling
        place = ast.Subscript(ast.Name("s"), ast.Constant(settling.counts_at))
        count = self._value(place)
        self._store(place, constant(0.0))
        return w.compare("==", count, constant(float(self._callees.conditions())))

    def _builtin(self, node: ast.Call, function: Any, arguments: list[ast.expr]) -> Value:
        w = self._writer
        if function == "float" and _calls(arguments[0], self._names, math.floor):
            # never through an integer, which holds less; -0.0 becomes 0.0 as it would there
            inner = w.convert(self._value(arguments[0].args[0]), "double")  # type: ignore[attr-defined]
            whole = w.value(f"call double @llvm.floor.f64(double {inner.text})", "double")
            return w.arithmetic("+", whole, constant(0.0))
        values = [self._value(argument) for argument in arguments]
        match function, values:
            case "float" | "int", [value]:
                return w.convert(value, KINDS[str(function)])
            case "abs", [Value(kind="double") as value]:
                return w.value(f"call double @llvm.fabs.f64(double {value.text})", "double")
            case "abs", [value]:
                return w.pick(w.compare("<", value, constant(0)), w.arithmetic("-", constant(0), value), value)
            case "min" | "max", [first, *others]:
                for other in others:
                    kind = common(first.kind, other.kind)
                    a, b = w.convert(first, kind), w.convert(other, kind)
                    first = w.pick(w.compare("<" if function == "min" else ">", b, a), b, a)
                return first
            case math.floor, [value]:
                number = w.convert(value, "double")
                whole = w.value(f"call double @llvm.floor.f64(double {number.text})", "double")
                return w.convert(whole, "i64")
            case math.isnan, [value]:
                return w.compare("!=", value, value)
        if function in _INTRINSICS and len(values) == 1:
            number = w.convert(values[0], "double")
            return w.value(f"call double @llvm.{_INTRINSICS[function]}.f64(double {number.text})", "double")
        raise self._refuse(node)


def _calls(node: ast.expr, names: Mapping[str, Any], function: Callable[..., Any]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and names.get(node.func.id) is function
