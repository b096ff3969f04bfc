"""A bot's strategy: floats of fixed size and straight lines only, so that no tick can hang or grow.

A whole number could double its digits at every multiplication; a float cannot. So what is multiplied, divided or kept
in the state is a float, by a small inference over each function; whole numbers serve as lengths and places.
"""

import ast
from collections.abc import Iterator

_REFUSED: tuple[tuple[tuple[type[ast.AST], ...], str], ...] = (
    ((ast.For, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), "a loop; the functions offered look back"),
    ((ast.List, ast.Dict, ast.Set, ast.JoinedStr, ast.Slice), "a list, a dict, a set or a text; keep floats in s"),
    ((ast.Assert, ast.Break, ast.Continue), "assert, break and continue"),
    ((ast.Attribute,), "an attribute; call the functions offered by name"),
    ((ast.Pow, ast.FloorDiv, ast.Mod), "** // and %; multiply, or call a function offered"),
    ((ast.In, ast.NotIn, ast.Is, ast.IsNot), "in and is; compare numbers"),
)
_ROUNDS = 5  # of the inference; names depend on names


def float_violations(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, what is wrong)."""
    texts = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        for kinds, instead in _REFUSED:
            if isinstance(node, kinds) and line:
                yield line, f"not allowed in a strategy: {instead}"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.FloorDiv | ast.Mod):
            yield line, "not allowed in a strategy: ** // and %; multiply, or call a function offered"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            yield line, "not allowed in a strategy: a text; use numbers"
    for function in tree.body:
        if isinstance(function, ast.FunctionDef):
            yield from _Function(function).violations()
        elif not isinstance(function, ast.Expr):
            yield function.lineno, "only functions may stand in a strategy; its constants are in the head"


class _Function:
    def __init__(self, function: ast.FunctionDef) -> None:
        self._function = function
        self._whole: set[str] = set()  # names that may hold a whole number or a truth value
        for _ in range(_ROUNDS):
            for node in ast.walk(function):
                if isinstance(node, ast.Assign) and self._is_whole(node.value):
                    self._whole |= {t.id for t in node.targets if isinstance(t, ast.Name)}
                elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                    self._whole |= {node.target.id} if self._is_whole(node.value) else set()

    def violations(self) -> Iterator[tuple[int, str]]:
        arguments = {id(a) for n in ast.walk(self._function) if isinstance(n, ast.Call) for a in n.args}
        for node in ast.walk(self._function):
            if isinstance(node, ast.BinOp):
                yield from ((node.lineno, text) for text in self._operation(node.op, node.left, node.right))
            elif isinstance(node, ast.Assign):
                yield from ((node.lineno, text) for t in node.targets for text in self._assignment(t, node.value))
            elif isinstance(node, ast.AnnAssign):
                yield node.lineno, "a typed assignment; write it without its type"
            elif isinstance(node, ast.AugAssign):
                yield from ((node.lineno, text) for text in self._operation(node.op, node.target, node.value))
                yield from ((node.lineno, text) for text in self._assignment(node.target, node.value))
            elif isinstance(node, ast.Subscript):
                yield from ((node.lineno, text) for text in self._place(node))
            elif isinstance(node, ast.Name) and node.id == "minutes" and id(node) not in arguments:
                yield node.lineno, "minutes may only be given to a function; nothing may wait for a date"

    def _operation(self, op: ast.operator, left: ast.expr, right: ast.expr) -> Iterator[str]:
        if isinstance(op, ast.Mult | ast.Div) and (self._is_whole(left) or self._is_whole(right)):
            yield "only floats are multiplied and divided; write 2.0 for 2, and take p[…] without int"
        if isinstance(op, ast.Div) and not (isinstance(right, ast.Constant) and right.value):
            yield "division is by a number that is written out; call safe_div for others"

    def _assignment(self, target: ast.expr, value: ast.expr) -> Iterator[str]:
        if isinstance(target, ast.Subscript):
            if not (isinstance(target.value, ast.Name) and target.value.id == "s"):
                yield "only s may be written to"
            elif self._is_whole(value):
                yield "the state s holds floats only; write 0.0 for 0"
        elif not isinstance(target, ast.Name):
            yield "assign one name, or one place of s"
        elif target.id in {a.arg for a in self._function.args.args}:
            yield f"{target.id} may not be assigned; choose another name"

    def _place(self, node: ast.Subscript) -> Iterator[str]:
        index = node.slice
        is_number = isinstance(index, ast.Constant) and isinstance(index.value, int) and index.value >= 0
        is_cast = isinstance(index, ast.Call) and isinstance(index.func, ast.Name) and index.func.id == "int"
        if not isinstance(node.value, ast.Name):
            yield "only a name may be looked into, as in s[3]"
        elif not (is_number or is_cast or (isinstance(index, ast.Name) and index.id.isupper())):
            yield "a place is a number or a name of the head, as in s[STATE]"

    def _is_whole(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Constant):
            return not isinstance(node.value, float)
        if isinstance(node, ast.Name):
            return node.id in self._whole
        if isinstance(node, ast.BinOp):
            return self._is_whole(node.left) and self._is_whole(node.right)
        if isinstance(node, ast.UnaryOp):
            return isinstance(node.op, ast.Not) or self._is_whole(node.operand)
        if isinstance(node, ast.IfExp):
            return self._is_whole(node.body) or self._is_whole(node.orelse)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("abs", "max", "min"):
                return any(self._is_whole(a) for a in node.args)
            return node.func.id == "int"
        return isinstance(node, ast.Compare | ast.BoolOp | ast.Tuple)
