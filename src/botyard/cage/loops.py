"""Loops and calls that could go on for ever or grow without bound."""

import ast
from collections.abc import Iterator

MOST_STEPS = 100_000
_GROWING = frozenset(("append", "extend", "insert", "setdefault", "update"))
_LOOPS = (ast.For, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def loop_violations(tree: ast.Module, most_loops: int) -> Iterator[tuple[int, str]]:
    """Yield (line, what is wrong) for loops, comprehensions and recursion."""
    yield from _recursion(tree)
    for function in tree.body:
        yield from _nesting(function, 0, most_loops)
    for node in ast.walk(tree):
        if isinstance(node, ast.For):
            yield from _loop(node)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            if len(node.generators) > 1 or node.generators[0].is_async:
                yield node.lineno, "a comprehension may have one for only; write loops"
            yield from ((node.lineno, t) for g in node.generators for t in _source(g.iter))


def _loop(node: ast.For) -> Iterator[tuple[int, str]]:
    yield from ((node.lineno, text) for text in _source(node.iter))
    over = {ast.dump(n) for n in ast.walk(node.iter) if isinstance(n, ast.Name | ast.Subscript)}
    for inner in (n for part in node.body for n in ast.walk(part)):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr in _GROWING:
            if ast.dump(inner.func.value) in over:
                yield inner.lineno, "what is looped over may not grow inside the loop; append to another list"
        elif isinstance(inner, ast.AugAssign) and isinstance(inner.op, ast.Add | ast.Mult | ast.Pow):
            if isinstance(inner.target, ast.Name) and _is_name(inner.value, inner.target.id):
                yield inner.lineno, "a value may not be doubled or squared in a loop"
        elif isinstance(inner, ast.Assign) and isinstance(inner.value, ast.BinOp):
            value = inner.value
            same = isinstance(value.op, ast.Add | ast.Mult) and ast.dump(value.left) == ast.dump(value.right)
            if same and isinstance(value.left, ast.Name):
                yield inner.lineno, "a value may not be doubled or squared in a loop"


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _source(iterated: ast.expr) -> Iterator[str]:
    for node in ast.walk(iterated):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
            numbers = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, int)]
            bounded = all(abs(n) <= MOST_STEPS for n in numbers)
            powers = any(isinstance(n, ast.Pow | ast.Mult) for a in node.args for n in ast.walk(a))
            if not bounded or powers:
                yield f"range may go to {MOST_STEPS} at most, given as a number, a name or a sum"


def _nesting(node: ast.AST, depth: int, most: int) -> Iterator[tuple[int, str]]:
    if isinstance(node, _LOOPS):
        depth += 1
        if depth > most:
            yield node.lineno, f"loops stand over {most} deep; take one of them apart"
            return
    for child in ast.iter_child_nodes(node):
        yield from _nesting(child, depth, most)


def _recursion(tree: ast.Module) -> Iterator[tuple[int, str]]:
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    calls = {
        name: {n.func.id for n in ast.walk(f) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        & set(functions)
        for name, f in functions.items()
    }
    for name, function in functions.items():
        reached: set[str] = set()
        waiting = list(calls[name])
        while waiting:
            other = waiting.pop()
            if other not in reached:
                reached.add(other)
                waiting += calls[other]
        if name in reached:
            yield function.lineno, f"{name} calls itself; write a loop with a bound"
