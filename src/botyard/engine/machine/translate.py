"""Plain Python functions over floats to LLVM IR: the subset that ops, rules, loop and strategies are written in.

Parameters are arrays of float64 (`State`, `Floats`), floats, ints, bools, or functions that are known beforehand.
Locals have one kind each; what is once an int and once a float is a float. Statements: assignments, if, while,
for over range, return, break, continue. Expressions: arithmetic without powers, comparisons, and, or, not, choices,
subscripts, calls of other such functions and of `math`'s floor, sqrt, log, exp, isnan. Anything else is refused.

Nothing is allocated and nothing raises: a division by 0 gives infinity or NaN, so sources use safe_div where CPython
would raise. No instruction may be reordered in a way that changes a bit.
"""

import ast
import sys
from collections.abc import Callable, Collection, Mapping
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from botyard.engine.machine.expressions import OPERATORS, STORED, Callees, Expressions
from botyard.engine.machine.ir import Value, Writer, constant
from botyard.engine.machine.signature import Signature
from botyard.engine.machine.stages import Settling, Stage

_DECLARATIONS = "\n".join(
    [f"declare double @llvm.{name}.f64(double)" for name in ("sqrt", "log", "exp", "floor", "fabs")]
    + ["declare double @llvm.copysign.f64(double, double)"]
)


class Program:
    """Functions that call each other, as one IR module with one public symbol."""

    def __init__(
        self,
        sources: Mapping[str, str],
        bound: Mapping[str, FunctionType],
        known: Mapping[tuple[str, int], float] | None = None,
        rare: Collection[FunctionType] = (),
        forgotten: int = 0,
        settling: Settling | None = None,
    ) -> None:
        """Make an empty module.

        sources: source of modules that are no files, by their name. bound: what parameters that are functions stand for.
        known: entries of arrays, by the parameter's name and place, that never change. rare: functions that stay calls.
        forgotten: places of `s` below it are of no use after the run; those that nothing reads are not written.
        settling: how the ops' first bars are told from the others.
        """
        self._sources = sources
        self.bound = bound
        self.known = known or {}
        self.forgotten = forgotten
        self.read: set[tuple[Stage, int]] = set()
        self.settling = settling or Settling()
        self._rare = frozenset(rare)
        self._done: dict[tuple[FunctionType, Stage], Signature] = {}
        self._texts: list[str] = []
        self._arrays: dict[tuple[float, ...], str] = {}

    def text(self, entry: Callable[..., Any], symbol: str, sizes: Mapping[str, int] | None = None) -> str:
        """Translate a function and all that it calls; the function gets the symbol.

        sizes: how many numbers an array holds at least, by the parameter's name.
        """
        assert isinstance(entry, FunctionType)
        signature = self.signature(entry, Stage.ANY)
        names = [name for name, kind in signature.parameters if kind is not None]
        parameters = ", ".join(
            f"{_argument(kind, (sizes or {}).get(name, 0))} %a{k}"
            for k, (name, kind) in enumerate(zip(names, signature.kinds, strict=True))
        )
        passed = ", ".join(f"{kind} %a{k}" for k, kind in enumerate(signature.kinds))
        outer = f"define void @{symbol}({parameters}) {{\n  call void {signature.symbol}({passed})\n  ret void\n}}"
        arrays = [
            f"{name} = internal constant [{len(values)} x double] [{', '.join(f'double {constant(v).text}' for v in values)}]"
            for values, name in self._arrays.items()
        ]
        text = "\n\n".join([_DECLARATIONS, *arrays, *self._texts, outer, "!0 = !{}"]) + "\n"
        return "".join(line for line in text.splitlines(keepends=True) if not self._is_useless(line))

    def _is_useless(self, line: str) -> bool:
        _, mark, what = line.partition(STORED)
        if not mark:
            return False
        stage, place = what.split()
        # a run that has settled stays so
        readers = {Stage.ANY, Stage.SETTLED, Stage.KNOWN} if Stage(stage).is_settled else set(Stage)
        return not any((reader, int(place)) in self.read for reader in readers)

    def signature(self, function: FunctionType, stage: Stage) -> Signature:
        """Translate a function for a stage unless that is done; say how it is called."""
        if (function, stage) not in self._done:
            node = self._node(function)
            self._done[function, stage] = signature = Signature(node, function.__module__, stage)
            body = _Body(self, node, signature, function.__globals__)
            is_rare = function in self._rare or (stage is Stage.FILLING and function in self.bound.values())
            self._texts.append(body.text(" noinline" if is_rare else ""))
        return self._done[function, stage]

    def conditions(self) -> int:
        """Count the conditions that are called settled in what is bound for the stage that counts them."""
        bound = self.bound.values()
        return sum(s.conditions for (f, stage), s in self._done.items() if stage is Stage.FILLING and f in bound)

    def array(self, values: tuple[float, ...]) -> str:
        """Name a constant array."""
        numbers = tuple(float(value) for value in values)
        return self._arrays.setdefault(numbers, f"@array{len(self._arrays)}")

    def _node(self, function: FunctionType) -> ast.FunctionDef:
        name = function.__module__
        source = self._sources.get(name) or _source(str(sys.modules[name].__file__))
        return _functions(source)[function.__name__]


@cache
def _source(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


@cache
def _functions(source: str) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}


def _argument(kind: str, size: int = 0) -> str:
    if kind != "ptr":
        return kind
    return f"ptr noalias align 8 dereferenceable({8 * size})" if size else "ptr noalias"


class _Body(Expressions):
    """One function."""

    def __init__(self, callees: Callees, node: ast.FunctionDef, signature: Signature, names: Mapping[str, Any]) -> None:
        super().__init__(callees, node, signature, names)
        self._loops: list[tuple[str, str]] = []  # where continue and break go

    def text(self, attributes: str) -> str:
        """Write it twice at least: until no local's kind grows any more."""
        while True:
            before = dict(self._kinds)
            self._writer = Writer()
            self._conditions = 0
            self._write()
            if before == self._kinds:
                break
        self._signature.conditions = self._conditions
        arguments = [(name, kind) for name, kind in self._signature.parameters if kind is not None]
        listed = ", ".join(f"{_argument(kind)} %a.{name}" for name, kind in arguments)
        begin = [f"  %l.{name} = alloca {kind}" for name, kind in self._kinds.items()]
        begin += [f"  store {kind} %a.{name}, ptr %l.{name}" for name, kind in arguments]
        head = f"define internal {self._signature.result} {self._signature.symbol}({listed}){attributes} {{"
        return "\n".join([head, "begin:", *begin, *self._writer.lines, "}"])

    def _write(self) -> None:
        for name, kind in self._signature.parameters:
            if kind is not None:
                self._kinds.setdefault(name, kind)
        self._block(self._node.body)
        self._writer.add("ret void" if not self._signature.results else "unreachable")

    def _block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            if not self._writer.is_open:
                return
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        w = self._writer
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case ast.Expr(value=ast.Call() as call):
                self._call(call)
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call() as call):
                for target, value in zip(targets, self._call(call), strict=True):
                    self._store(target, value)
            case ast.Assign(targets=targets, value=value):
                self._own = targets[0] if len(targets) == 1 else None
                given = self._value(value)
                self._own = None
                for target in targets:
                    self._store(target, given)
            case ast.AugAssign(target=target, op=op, value=value):
                self._own = target
                self._store(target, w.arithmetic(OPERATORS[type(op)], self._value(target), self._value(value)))
                self._own = None
            case ast.Return(value=value):
                self._return(value)
            case ast.Continue():
                w.jump(self._loops[-1][0])
            case ast.Break():
                w.jump(self._loops[-1][1])
            case _:
                self._control(node)

    def _control(self, node: ast.stmt) -> None:
        w = self._writer
        match node:
            case ast.If(test=test, body=body, orelse=otherwise):
                yes, no, end = w.fresh("yes"), w.fresh("no"), w.fresh("end")
                self._condition(test, yes, no)
                for label, part in ((yes, body), (no, otherwise)):
                    if w.is_reached(label):
                        w.label(label)
                        with self._inside():
                            self._block(part)
                        w.jump(end)
                if w.is_reached(end):
                    w.label(end)
            case ast.While(test=test, body=body, orelse=[]):
                top, inside, end = w.fresh("top"), w.fresh("do"), w.fresh("end")
                w.label(top)
                with self._inside():
                    self._condition(test, inside, end)
                w.label(inside)
                self._loop(body, top, end)
                w.jump(top)
                w.label(end)
            case ast.For(
                target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=bounds), body=body, orelse=[]
            ):
                self._for(name, [w.convert(self._value(bound), "i64") for bound in bounds], body)
            case _:
                raise self._refuse(node)

    def _return(self, node: ast.expr | None) -> None:
        w, results = self._writer, self._signature.results
        nodes = node.elts if isinstance(node, ast.Tuple) else [] if node is None else [node]
        if len(nodes) != len(results):
            raise self._refuse(self._node)
        values = [w.convert(self._value(part), kind) for part, kind in zip(nodes, results, strict=True)]
        if not values:
            w.add("ret void")
        elif len(values) == 1:
            w.add(f"ret {values[0].kind} {values[0].text}")
        else:
            text = "poison"
            for place, value in enumerate(values):
                text = w.value(
                    f"insertvalue {self._signature.result} {text}, {value.kind} {value.text}, {place}", "double"
                ).text
            w.add(f"ret {self._signature.result} {text}")
        w.is_open = False

    def _loop(self, body: list[ast.stmt], again: str, end: str) -> None:
        self._loops.append((again, end))
        with self._inside():
            self._block(body)
        self._loops.pop()

    def _for(self, name: str, bounds: list[Value], body: list[ast.stmt]) -> None:
        w = self._writer
        start, stop = (constant(0), bounds[0]) if len(bounds) == 1 else (bounds[0], bounds[1])
        step = bounds[2] if len(bounds) > 2 else constant(1)
        counter = f"each.{w.fresh('n')}"
        self._kinds[counter] = "i64"
        w.add(f"store i64 {start.text}, ptr %l.{counter}")
        top, inside, again, end = w.fresh("top"), w.fresh("do"), w.fresh("again"), w.fresh("end")
        w.label(top)
        here = w.value(f"load i64, ptr %l.{counter}", "i64")
        # the sign of a step is known: it is written as a literal
        w.branch(w.compare(">" if step.text.startswith("-") else "<", here, stop), inside, end)
        w.label(inside)
        self._store(ast.Name(name), here)
        self._loop(body, again, end)
        w.label(again)
        here = w.value(f"load i64, ptr %l.{counter}", "i64")
        w.add(f"store i64 {w.arithmetic('+', here, step).text}, ptr %l.{counter}")
        w.jump(top)
        w.label(end)
