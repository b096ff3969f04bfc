"""Text to Python syntax tree, of which only a small part is let through."""

import ast
import math
import re
import warnings
from dataclasses import dataclass

from botyard.errors import SpecError
from botyard.language.catalog import FUNCTIONS
from botyard.language.habits import instead_of_method

MAX_LENGTH = 500
MAX_DEPTH = 12

_NODES = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Subscript, ast.Name,
    ast.Constant, ast.Load, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.USub, ast.Not, ast.And, ast.Or,
    ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq,
)  # fmt: skip

_INSTEAD: dict[type[ast.AST], str] = {
    ast.Pow: "`**` is not in the language; write x * x, or sqrt(x)",
    ast.BitAnd: "`&` is not in the language; write `and`",
    ast.BitOr: "`|` is not in the language; write `or`",
    ast.BitXor: "`^` is not in the language; write x * x for a square",
    ast.Invert: "`~` is not in the language; write `not`",
    ast.FloorDiv: "`//` is not in the language; write floor(x / y)",
    ast.Attribute: "`.` is not in the language; every input is a plain name, such as close",
    ast.Is: "`is` is not in the language; write ==",
    ast.IsNot: "`is not` is not in the language; write !=",
    ast.In: "`in` is not in the language; write a chain of comparisons joined with `or`",
    ast.NotIn: "`not in` is not in the language; write a chain of comparisons joined with `and`",
    ast.UAdd: "leave out the leading +",
    ast.Slice: "x[k] takes one number of bars, not a slice",
    ast.Lambda: "functions cannot be written, only called",
    ast.NamedExpr: "nothing can be assigned; name it in `series`",
    ast.JoinedStr: "no formatted text; write plain text in quotes",
    ast.Starred: "`*` before an argument is not in the language",
    ast.Tuple: "one value is wanted, not several; take out the comma",
    ast.List: "lists are not in the language",
    ast.Dict: "an expression is one number or one condition, without braces",
    ast.Set: "an expression is one number or one condition, without braces",
    ast.MatMult: "`@` is not in the language; write `*` for a product",
    ast.LShift: "`<<` is not in the language; write `<`",
    ast.RShift: "`>>` is not in the language; write `>`",
    ast.ListComp: "loops are not in the language; write all_true(condition, n), sum(x, n) or another function of n bars",
    ast.GeneratorExp: "loops are not in the language; write all_true(condition, n), sum(x, n) or another function of n bars",
}


@dataclass(frozen=True, slots=True)
class Expression:
    """Parsed text, and the field it stands in."""

    text: str
    place: str
    root: ast.expr
    shift: int = 0  # blanks before the text

    def error(self, node: ast.AST | None, message: str) -> SpecError:
        """Build the error that points at a node."""
        return SpecError(message, place=self.place, column=self._column(node), source=self.text)

    def _column(self, node: ast.AST | None) -> int:
        offset = getattr(node, "col_offset", 0)
        # Python counts bytes of UTF-8, people count characters
        return len(self.text[self.shift :].encode()[:offset].decode(errors="ignore")) + self.shift


def parse(text: str, place: str) -> Expression:
    """Parse one expression.

    Raises: SpecError at the column of what is not in the language.
    """
    if len(text) > MAX_LENGTH:
        raise SpecError(
            f"{len(text)} characters are too many for one expression (at most {MAX_LENGTH}); name its parts in `series`",
            place=place,
        )
    if not text.strip():
        raise SpecError("an expression is missing", place=place)
    if "\n" in text or "\r" in text or "\0" in text:
        raise SpecError("an expression is one line of text", place=place)
    shift = len(text) - len(text.lstrip())
    expression = Expression(text, place, _python(text, shift, place), shift)
    for node in ast.walk(expression.root):
        _check_node(expression, node)
    if _depth(expression.root) > MAX_DEPTH:
        raise expression.error(expression.root, f"nested more than {MAX_DEPTH} deep; name its parts in `series`")
    return expression


def _python(text: str, shift: int, place: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text[shift:].rstrip(), mode="eval").body
    except SyntaxError as e:
        column = min(max((e.offset or 1) - 1 + shift, 0), len(text))
        message, column = _syntax_message(text, column, e)
        raise SpecError(message, place=place, column=column, source=text) from e
    except (ValueError, MemoryError, RecursionError) as e:
        raise SpecError(f"this cannot be read: {e or 'nested too deep'}", place=place) from e


def _syntax_message(text: str, column: int, error: SyntaxError) -> tuple[str, int]:
    for pattern, hint in _HABITS:
        found = re.search(pattern, text)
        if found:
            return hint, found.start()
    for wrong, right in (("!", "not"), ("=", "==")):
        if text[column:].lstrip().startswith(wrong):
            return f"`{wrong}` is not in the language; write `{right}`", column
    ends = re.search(r"(\band|\bor|\bnot|[-+*/%<>=,(])\s*$", text)
    if ends:
        return f"something is missing after `{ends[1]}`", len(text)
    starts = re.match(r"\s*(and|or|[*/%<>=,)])", text)
    if starts:
        return f"something is missing before `{starts[1]}`", starts.start(1)
    return f"this cannot be read: {error.msg}", column


_HABITS = (
    (r"&&", "`&&` is not in the language; write `and`"),
    (r"\|\|", "`||` is not in the language; write `or`"),
    (r"<>", "`<>` is not in the language; write `!=`"),
    (r"=>", "`=>` is not in the language; write `>=`"),
    (r"=<", "`=<` is not in the language; write `<=`"),
    (r":=", "nothing can be assigned with `:=`; name it in `series`"),
    (r"\?", "`? :` is not in the language; write a if condition else b"),
    (r";", "`;` is not in the language; each expression stands in a field of its own"),
    (
        r"^\s*(if|elif|while|for|def|return|import|from|class)\b",
        "statements are not in the language; write the condition alone",
    ),
    (r"\b0\d{2,3}\b", 'a time of day is written inside("09:30", "16:00"), or as minutes: minute_of_day >= 570'),
    (r"\b\d+\s+(bars?|days?|hours?|minutes?)\b", 'a number of bars stands alone, a duration is bars("3h")'),
    (r"\b\d+\s+of\b", "so many of several conditions are count_true(a, b, c) >= 2"),
    (r"(?<![\"\d])\d{1,2}:\d{2}(?![\"\d])", 'a time of day stands in quotes: inside("09:30", "16:00")'),
    (r"\b\d+[mhdwM]\b", 'a duration stands in quotes: bars("3h"), on("1h", x)'),
    (r"\d\s*%\s*($|[-+*/<>=)]|and\b|or\b)", "`%` is the remainder here; write 5 percent as 0.05"),
    (r"\$", "`$` is not in the language; a name stands as it is"),
    (r"#", "`#` is not in the language; say it in `logic`"),
    (r"\b(crosses|crossing|crossed|cross)\s+(above|over|up)", "write a cross as crosses_above(a, b)"),
    (r"\b(crosses|crossing|crossed|cross)\s+(below|under|down)", "write a cross as crosses_below(a, b)"),
    (r"\b(is\s+)?(below|under|less than)\b", "write `<` for below"),
    (r"\b(is\s+)?(above|over|greater than)\b", "write `>` for above"),
    (r"\bthen\b", "write a if condition else b"),
    (r"\bAND\b", "write `and` in small letters"),
    (r"\bOR\b", "write `or` in small letters"),
    (r"\bNOT\b", "write `not` in small letters"),
)
"""What a text that cannot be read holds -> what to write instead."""


def _check_node(expression: Expression, node: ast.AST) -> None:
    if isinstance(node, (ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context)):
        return  # judged with the node that carries them
    operators = [getattr(node, "op", None), *getattr(node, "ops", ())]
    for operator in operators:
        if operator is not None and not isinstance(operator, _NODES):
            raise expression.error(
                node, _INSTEAD.get(type(operator), f"{type(operator).__name__} is not in the language")
            )
    if not isinstance(node, _NODES):
        raise expression.error(node, _INSTEAD.get(type(node), f"{type(node).__name__} is not in the language"))
    if isinstance(node, ast.Call):
        _check_call(expression, node)
    if isinstance(node, ast.Constant):
        _check_constant(expression, node)


def _check_call(expression: Expression, node: ast.Call) -> None:
    if isinstance(node.func, ast.Attribute):
        word = node.func.attr
        known = word if word in FUNCTIONS else word.lower() if word.lower() in FUNCTIONS else ""
        hint = f"; write {FUNCTIONS[known].example}" if known else instead_of_method(word)
        raise expression.error(node, f"only functions of the catalogue can be called, by their plain name{hint}")
    if not isinstance(node.func, ast.Name):
        raise expression.error(node, "only functions of the catalogue can be called, by their plain name")
    if node.keywords:
        raise expression.error(node.keywords[0].value, "arguments go by place, without a name and `=`")


def _check_constant(expression: Expression, node: ast.Constant) -> None:
    value = node.value
    if isinstance(value, bool):
        raise expression.error(node, f"{value} is not in the language; write a comparison, or a condition and `not`")
    if isinstance(value, (int, float)):
        if abs(value) > 1e15 or not math.isfinite(float(value)):
            raise expression.error(node, "a number beyond 1e15 is surely a mistake")
    elif not isinstance(value, str):
        raise expression.error(node, f"{value!r} is not a number; nz(x, instead) stands in for what is not known")


def _depth(node: ast.AST) -> int:
    if isinstance(node, ast.BinOp):
        # a + b + c nests to the left in syntax, not for a reader
        left = _depth(node.left) - (1 if isinstance(node.left, ast.BinOp) else 0)
        return 1 + max(left, _depth(node.right))
    inner = [_depth(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return 1 + max(inner, default=0)
