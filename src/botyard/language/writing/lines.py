"""Lines that are too long, broken where the house's formatter would break them."""

import ast
from dataclasses import dataclass
from typing import Any

WIDTH = 120
INDENT = "    "
_CHOICE, _OR, _AND, _NOT, _COMPARE, _ADD, _MULTIPLY, _UNARY, _ATOM = range(9)
_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Eq: "==", ast.NotEq: "!=", ast.And: "and", ast.Or: "or",
}  # fmt: skip
_CLOSED = (ast.Call, ast.Tuple, ast.Subscript, ast.Name, ast.Constant)


@dataclass(frozen=True, slots=True)
class Group:
    """Text that stands on one line where it fits; else each of its breaks is a new line."""

    parts: list[Any]


@dataclass(frozen=True, slots=True)
class Inner:
    """Text whose new lines are indented once more."""

    parts: list[Any]


@dataclass(frozen=True, slots=True)
class Break:
    """A new line where the group is broken, else its text; `broken` stands before the new line."""

    flat: str = ""
    broken: str = ""
    is_line: bool = True


SPACE, NOTHING, COMMA = Break(" "), Break(), Break("", ",", is_line=False)


def wrapped(lines: list[str]) -> list[str]:
    """Break every line that is too long; each is one statement, or the head of one."""
    return [part for line in lines for part in ([line] if len(line) <= WIDTH else _wrapped(line))]


def _wrapped(line: str) -> list[str]:
    text, mark, comment = line.partition("  # ")
    indent = text[: len(text) - len(text.lstrip())]
    above = [f"{indent}# {comment}"] if mark else []
    if len(text) <= WIDTH:
        return [*above, text]
    head, expression, tail = _split(text.strip())
    node = ast.parse(expression, mode="eval").body
    if not _needs_brackets(node):
        result = _render([head, *_parts(node, inside=False), tail], indent)
        if isinstance(node, _CLOSED) or _breaks_at_an_edge(result, head, tail):
            return [*above, *result]
    bracketed = Group(["(", Inner([NOTHING, Group(_parts(node, inside=True))]), NOTHING, ")"])
    return [*above, *_render([head, bracketed, tail], indent)]


def _split(text: str) -> tuple[str, str, str]:
    for word in ("if ", "elif ", "while "):
        if text.startswith(word):
            return word, text[len(word) : -1], ":"
    if text.startswith("return "):
        return "return ", text.removeprefix("return "), ""
    if text.endswith(","):
        return "", text[:-1], ","
    target, equals, value = text.partition(" = ")
    return (f"{target} = ", value, "") if equals else ("", text, "")


def _breaks_at_an_edge(lines: list[str], head: str, tail: str) -> bool:
    first = lines[0].strip().removeprefix(head)
    is_first = first == "(" or (first.endswith("(") and first[:-1].isidentifier())
    return (is_first or lines[-1].strip() == f"){tail}") and all(len(line) <= WIDTH for line in lines)


def _needs_brackets(node: ast.expr) -> bool:
    """Whether it has no brackets at its beginning or end that could be broken instead."""
    if isinstance(node, _CLOSED):
        return False
    found: list[int] = []
    edges: list[ast.expr] = []

    def visit(part: ast.expr, above: int) -> None:
        binds = _binds(part)
        if binds < above or binds == _ATOM:
            edges.append(part)
            return
        pieces = _pieces(part)
        found.extend([_OR if binds == _AND else binds] * (len(pieces) - 1))
        for at, (_, piece) in enumerate(pieces):
            visit(piece, _least(binds, at))

    visit(node, _CHOICE)
    lowest = min(found, default=_ATOM)
    has_brackets = [
        isinstance(edge, ast.Call | ast.Subscript) or _binds(edge) < _UNARY for edge in (edges[0], edges[-1])
    ]
    return found.count(lowest) > 1 or not any(has_brackets)


def _binds(node: ast.expr) -> int:
    match node:
        case ast.IfExp():
            return _CHOICE
        case ast.BoolOp(op=op):
            return _OR if isinstance(op, ast.Or) else _AND
        case ast.Compare():
            return _COMPARE
        case ast.BinOp(op=op):
            return _ADD if isinstance(op, ast.Add | ast.Sub) else _MULTIPLY
        case ast.UnaryOp():
            return _UNARY
        case _:
            return _ATOM


def _pieces(node: ast.expr) -> list[tuple[str, ast.expr]]:
    """Take an expression apart at its loosest operators: the operator before each piece, and the piece."""
    match node:
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            return [("", body), ("if", test), ("else", otherwise)]
        case ast.BoolOp(op=op, values=values):
            return [("" if at == 0 else _SIGNS[type(op)], value) for at, value in enumerate(values)]
        case ast.Compare(left=left, ops=ops, comparators=rights):
            return [("", left), *((_SIGNS[type(op)], right) for op, right in zip(ops, rights, strict=True))]
        case ast.BinOp(left=left, op=op, right=right):
            before = _pieces(left) if _binds(left) == _binds(node) else [("", left)]
            return [*before, (_SIGNS[type(op)], right)]
        case _:
            return [("", node)]


def _least(binds: int, at: int) -> int:
    """How tightly a piece must bind to stand without brackets; `and` inside `or` has them for the reader."""
    if binds == _OR:
        return _NOT
    return binds if binds == _ADD and at == 0 else binds + 1


def _parts(node: ast.expr, *, inside: bool) -> list[Any]:
    match node:
        case ast.Call(func=function, args=arguments):
            listed = _listed(arguments)
            return [ast.unparse(function), Group(["(", Inner([NOTHING, Group(listed)]), NOTHING, ")"])]
        case ast.Tuple(elts=values):
            return [Group(["(", Inner([NOTHING, *_listed(values)]), NOTHING, ")"])]
        case ast.Constant(value=str() as text):
            return [f'"{text}"']
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return ["-", *_piece(operand, _ATOM, inside=inside)]
        case _ if _binds(node) == _ATOM:
            return [ast.unparse(node)]
    binds = _binds(node)
    parts: list[Any] = []
    for at, (sign, piece) in enumerate(_pieces(node)):
        if at:
            parts += [SPACE if inside else " ", f"{sign} "]
        parts += _piece(piece, _least(binds, at), inside=inside)
    return parts


def _piece(node: ast.expr, least: int, *, inside: bool) -> list[Any]:
    if _binds(node) < least:
        return [Group(["(", Inner([NOTHING, Group(_parts(node, inside=True))]), NOTHING, ")"])]
    return [Group(_parts(node, inside=inside))]


def _listed(nodes: list[ast.expr]) -> list[Any]:
    parts: list[Any] = []
    for node in nodes:
        parts += [*([",", SPACE] if parts else []), Group(_parts(node, inside=True))]
    return [*parts, COMMA]


def _render(parts: list[Any], indent: str) -> list[str]:
    lines, line = [], indent
    waiting: list[tuple[str, bool, Any]] = [(indent, True, part) for part in reversed(parts)]
    while waiting:
        margin, is_broken, part = waiting.pop()
        match part:
            case str():
                line += part
            case Inner(parts=inner):
                waiting += [(margin + INDENT, is_broken, piece) for piece in reversed(inner)]
            case Group(parts=inner):
                is_broken = not _fits(inner, waiting, WIDTH - len(line))
                waiting += [(margin, is_broken, piece) for piece in reversed(inner)]
            case Break(flat=flat) if not is_broken:
                line += flat
            case Break(broken=broken, is_line=is_line):
                line += broken
                if is_line:
                    lines.append(line)
                    line = margin
    return [*lines, line]


def _fits(parts: list[Any], after: list[tuple[str, bool, Any]], room: int) -> bool:
    """Whether it fits flat, with what follows up to the next place where a line may end."""
    ahead = [(False, part) for part in reversed(parts)]
    rest = len(after)
    while room >= 0:
        if not ahead:
            if rest == 0:
                return True
            rest -= 1
            ahead.append((after[rest][1], after[rest][2]))
        is_broken, part = ahead.pop()
        match part:
            case str():
                room -= len(part)
            case Inner(parts=inner) | Group(parts=inner):
                # what follows may break as soon as it wants to
                ahead += [(is_broken, piece) for piece in reversed(inner)]
            case Break(is_line=True) if is_broken:
                return True
            case Break(flat=flat, broken=broken):
                room -= len(broken if is_broken else flat)
    return False
