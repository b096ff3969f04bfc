"""The gate: an allow-list over the syntax tree of code that a model wrote. Nothing is run to judge it.

What is not named here as allowed is refused. The gate keeps code inside a small, dull language: functions, plain
lists and dicts, bounded loops, no recursion. It does not bound time and memory exactly; the interpreters do.
"""

import ast
import builtins
import re
from collections.abc import Iterator

from botyard.cage.dialects import METHODS, WITNESS, Dialect
from botyard.cage.floats import float_violations
from botyard.cage.loops import loop_violations

MOST_VIOLATIONS = 20
MOST_NUMBER = 1e12
MOST_TEXT = 200  # characters of a string literal
MOST_REPEATS = 10_000  # of a list literal
MOST_BRACKETS = 40
MOST_POWER = 4

_ALLOWED = {
    ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.If,
    ast.For, ast.Expr, ast.Pass, ast.Break, ast.Continue, ast.Assert, ast.BoolOp, ast.And, ast.Or, ast.BinOp, ast.Add,
    ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.Compare,
    ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot, ast.Call, ast.keyword,
    ast.IfExp, ast.Attribute, ast.Subscript, ast.Slice, ast.Name, ast.Load, ast.Store, ast.List, ast.Tuple, ast.Dict,
    ast.Set, ast.Constant, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp, ast.comprehension, ast.JoinedStr,
    ast.FormattedValue,
}  # fmt: skip

_INSTEAD: dict[type[ast.AST], str] = {
    ast.Import: "an import; write without it: the functions offered stand ready by name",
    ast.ImportFrom: "an import; write without it: the functions offered stand ready by name",
    ast.While: "a while loop; write for … in range(…)",
    ast.ClassDef: "a class; keep what is remembered in a dict",
    ast.Lambda: "a lambda; write a function of its own",
    ast.Try: "try; test with if before the value is used",
    ast.Raise: "raise; return None where nothing can be decided",
    ast.With: "with; there are no files here",
    ast.Global: "global; keep what is remembered in a dict",
    ast.Nonlocal: "nonlocal; keep what is remembered in a dict",
    ast.Delete: "del; write .pop(key)",
    ast.Starred: "a starred value; write the arguments out",
    ast.NamedExpr: "an assignment inside an expression; write it on a line of its own",
    ast.Yield: "a generator function; return a list",
    ast.YieldFrom: "a generator function; return a list",
    ast.Await: "await; nothing waits here",
    ast.AsyncFunctionDef: "an async function; write a plain one",
    ast.MatMult: "the operator @; write a loop",
}
_NAMED_WITH_PARENT = (ast.expr_context, ast.alias, ast.match_case, ast.withitem, ast.operator, ast.cmpop)
_FORMAT = re.compile(r"[+, ]?\d?(\.\d)?[efg%d]?")
_COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=]")


def violations(source: str, dialect: Dialect = WITNESS) -> tuple[str, ...]:
    """Say what is wrong with code that a model wrote: the line, and what to write instead; () lets it through."""
    tree, wrong = _parsed(source, dialect)
    if tree is None:
        return (wrong,)
    found = sorted(set(_tree_violations(tree, dialect)))
    texts = [f"line {line}: {text}" if line else text for line, text in found]
    if len(texts) > MOST_VIOLATIONS:
        texts = [*texts[:MOST_VIOLATIONS], f"and {len(texts) - MOST_VIOLATIONS} more"]
    return tuple(texts)


def _parsed(source: str, dialect: Dialect) -> tuple[ast.Module | None, str]:
    if len(source) > dialect.most_chars:
        return None, f"{len(source)} characters are too many; write at most {dialect.most_chars}"
    odd = next((c for c in source if not (c.isascii() and (c.isprintable() or c == "\n"))), None)
    if odd is not None:
        line = source[: source.index(odd)].count("\n") + 1
        return None, f"line {line}: the character {odd!r} is not allowed; write plain ASCII, indent with spaces"
    if any(_COOKIE.match(line) for line in source.split("\n")[:2]):
        return None, "line 1: an encoding declaration is not allowed; leave it out"
    depth = deepest = 0
    for c in source:
        depth += (c in "([{") - (c in ")]}")
        deepest = max(deepest, depth)
    if deepest > MOST_BRACKETS:
        return None, f"brackets stand {deepest} deep; at most {MOST_BRACKETS} are allowed"
    try:
        return ast.parse(source), ""
    except SyntaxError as e:
        return None, f"line {e.lineno or 1}: {e.msg}; write valid Python"
    except (RecursionError, MemoryError, ValueError):
        return None, "it is nested too deeply to be read; write shorter expressions"


def _tree_violations(tree: ast.Module, dialect: Dialect) -> Iterator[tuple[int, str]]:
    too_large = _size_violation(tree, dialect)
    if too_large:
        yield too_large
        return
    yield from _module_violations(tree, dialect)
    known = _known_names(tree, dialect)
    functions = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        yield from ((line, text) for text in _node_violations(node))
        if isinstance(node, ast.Name):
            yield from ((line, text) for text in _name_violations(node, known, functions | dialect.offered))
    yield from _assigned_violations(tree, dialect)
    yield from _value_violations(tree, functions, functions | dialect.offered)
    yield from loop_violations(tree, dialect.most_loops)
    if dialect.floats_only:
        yield from float_violations(tree)


def _size_violation(tree: ast.Module, dialect: Dialect) -> tuple[int, str] | None:
    count = 0
    level: list[ast.AST] = [tree]
    depth = 0
    while level:
        count += len(level)
        depth += 1
        if count > dialect.most_nodes:
            return 0, f"the code has over {dialect.most_nodes} parts; write it shorter"
        if depth > dialect.most_depth:
            line = next((n.lineno for n in level if isinstance(n, ast.expr | ast.stmt)), 0)
            return line, f"it is nested over {dialect.most_depth} deep; name the parts on lines of their own"
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return None


def _module_violations(tree: ast.Module, dialect: Dialect) -> Iterator[tuple[int, str]]:
    found: dict[str, tuple[str, ...]] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            if node.name in found:
                yield node.lineno, f"{node.name} is defined twice; define it once"
            found[node.name] = tuple(a.arg for a in node.args.args)
            yield from _function_violations(node, dialect)
        elif type(node) in _ALLOWED and not _is_docstring(node) and not _is_constant(node):
            yield node.lineno, "only functions and constants may stand outside a function; move it into one"
    for name, parameters in dialect.functions.items():
        if found.get(name) != parameters:
            yield 0, f"the function {name}({', '.join(parameters)}) is missing; define it with just these parameters"
    if dialect.prefix and not any(name.startswith(dialect.prefix) for name in found):
        yield 0, f"no function {dialect.prefix}… is defined; define at least one"


def _function_violations(node: ast.FunctionDef, dialect: Dialect) -> Iterator[tuple[int, str]]:
    if node.decorator_list:
        yield node.lineno, "a decorator is not allowed; leave it out"
    a = node.args
    if a.vararg or a.kwarg or a.posonlyargs or a.kwonlyargs or a.defaults:
        yield node.lineno, f"{node.name} may have plain parameters only, without defaults or stars"
    if node.name.startswith(dialect.prefix or "test_") and dialect.prefix and a.args:
        yield node.lineno, f"{node.name} takes no parameters; make its bars inside it"
    if not dialect.more_functions and node.name not in dialect.functions:
        yield node.lineno, f"{node.name} may not be defined; define {', '.join(dialect.functions)} only"
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef) and inner is not node:
            yield inner.lineno, "a function inside a function is not allowed; move it out"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_constant(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Assign) or not all(isinstance(t, ast.Name) for t in node.targets):
        return False
    plain = (ast.Constant, ast.UnaryOp, ast.USub, ast.Tuple, ast.List, ast.Load)
    return all(isinstance(n, plain) for n in ast.walk(node.value))


def _known_names(tree: ast.Module, dialect: Dialect) -> frozenset[str]:
    names = set(dialect.offered)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.FunctionDef):
            names.add(node.name)
    return frozenset(names)


def _assigned_violations(tree: ast.Module, dialect: Dialect) -> Iterator[tuple[int, str]]:
    """Names of Python's own functions stay Python's: assigned in one place, they would be known in another."""
    required = {name for parameters in dialect.functions.values() for name in parameters}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            name = node.id
        elif isinstance(node, ast.arg) and node.arg not in required:
            name = node.arg
        elif isinstance(node, ast.FunctionDef):
            name = node.name
        else:
            continue
        if hasattr(builtins, name):
            yield node.lineno, f"{name} is a function of Python's own; choose another name"


def _name_violations(node: ast.Name, known: frozenset[str], functions: set[str] | frozenset[str]) -> Iterator[str]:
    if node.id.startswith("_") and node.id != "_":
        yield f"the name {node.id} is not allowed; names may not start with an underscore"
    elif node.id not in known:
        yield f"the name {node.id} is not known here; offered are: {', '.join(sorted(functions))}"
    elif isinstance(node.ctx, ast.Store) and node.id in functions:
        yield f"{node.id} is a function here and may not be assigned; choose another name"


def _node_violations(node: ast.AST) -> Iterator[str]:
    if type(node) not in _ALLOWED and not isinstance(node, _NAMED_WITH_PARENT):
        yield "not allowed: " + _INSTEAD.get(type(node), f"{type(node).__name__}; write plain assignments, if and for")
    if isinstance(node, ast.FunctionDef | ast.arg):
        name = node.name if isinstance(node, ast.FunctionDef) else node.arg
        if name.startswith("_"):
            yield f"the name {name} is not allowed; names may not start with an underscore"
    elif isinstance(node, ast.Attribute) and (node.attr not in METHODS or not isinstance(node.ctx, ast.Load)):
        yield f"the attribute .{node.attr} is not allowed; allowed are the methods {', '.join(sorted(METHODS))}"
    elif isinstance(node, ast.Constant):
        yield from _constant_violations(node.value)
    elif isinstance(node, ast.BinOp):
        yield from _operator_violations(node)
    elif isinstance(node, ast.FormattedValue):
        yield from _format_violations(node)
    elif isinstance(node, ast.keyword) and node.arg is None:
        yield "** in a call is not allowed; write the arguments out"


def _constant_violations(value: object) -> Iterator[str]:
    if isinstance(value, complex | bytes) or value is Ellipsis:
        yield f"the literal {value!r:.20} is not allowed; use numbers, strings, True, False and None"
    elif isinstance(value, int | float) and abs(value) > MOST_NUMBER:
        yield f"a number above {MOST_NUMBER:g} is not allowed; write inf for infinity"
    elif isinstance(value, str) and len(value) > MOST_TEXT * 10:
        yield f"a text of over {MOST_TEXT * 10} characters is not allowed; write it shorter"


def _operator_violations(node: ast.BinOp) -> Iterator[str]:
    sides = (node.left, node.right)
    texts = [
        s for s in sides if isinstance(s, ast.JoinedStr) or (isinstance(s, ast.Constant) and isinstance(s.value, str))
    ]
    if texts:
        yield "text cannot be calculated with; use texts as keys and answers only"
    lists = [s for s in sides if isinstance(s, ast.List | ast.Tuple | ast.ListComp)]
    if isinstance(node.op, ast.Mult) and lists:
        other = node.right if lists[0] is node.left else node.left
        times = other.value if isinstance(other, ast.Constant) else None
        if not isinstance(times, int) or times > MOST_REPEATS:
            yield f"a list may be repeated by a number up to {MOST_REPEATS} only; append in a loop"
    if isinstance(node.op, ast.Pow):
        power = node.right.value if isinstance(node.right, ast.Constant) else None
        if not isinstance(power, int | float) or abs(power) > MOST_POWER:
            yield f"a power needs a literal exponent up to {MOST_POWER}; write exp(n * log(x)) for others"
        if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Pow):
            yield "a power of a power is not allowed; write one power"


def _format_violations(node: ast.FormattedValue) -> Iterator[str]:
    if node.conversion != -1:
        yield "a conversion in a text is not allowed; leave it out"
    if node.format_spec is None:
        return
    parts = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
    text = "".join(str(p.value) if isinstance(p, ast.Constant) else "{" for p in parts)
    if not _FORMAT.fullmatch(text):
        yield f"the format {text!r:.20} is not allowed; write one like .2f"


def _value_violations(tree: ast.Module, functions: set[str], callable_names: set[str]) -> Iterator[tuple[int, str]]:
    """Functions and methods are called where they are named, never passed on: else recursion could hide."""
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in METHODS and id(node) not in called:
            yield node.lineno, f"the method .{node.attr} must be called where it is named"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            if node.id in functions and id(node) not in called:
                yield node.lineno, f"the function {node.id} must be called where it is named; it is not passed on"
            elif id(node) in called and node.id not in callable_names:
                yield node.lineno, f"{node.id} may not be called; call the functions offered, or one of your own"
        elif isinstance(node, ast.Call) and not isinstance(node.func, ast.Name | ast.Attribute):
            yield node.lineno, "only a function that is named may be called"
