"""What is never above what, whatever the bars are: low and close, a value and its highest."""

from botyard.language.reading.tree import Call, Input, Tree, Window

_BELOW = {
    ("low", "open"), ("low", "close"), ("low", "high"), ("open", "high"), ("close", "high"),
    ("high", "highest_since_entry"), ("close", "highest_since_entry"), ("open", "highest_since_entry"),
    ("low", "highest_since_entry"), ("lowest_since_entry", "low"), ("lowest_since_entry", "close"),
    ("lowest_since_entry", "open"), ("lowest_since_entry", "high"), ("close", "highest_close_since_entry"),
    ("lowest_close_since_entry", "close"), ("lowest_since_entry", "highest_since_entry"),
}  # fmt: skip
_MONOTONE = frozenset({"sma", "ema", "rma", "wma", "sum", "median", "highest", "lowest", "lag"})


def never_above(a: Tree, b: Tree) -> bool:
    """Whether a ≤ b is certain wherever both are known. Both without named series (see `tree.plain`)."""
    if a == b:
        return True
    if isinstance(a, Input) and isinstance(b, Input):
        return (a.name, b.name) in _BELOW
    return _by_top(a, b) or _by_bottom(a, b) or _by_parts(a, b)


def _by_top(a: Tree, b: Tree) -> bool:
    match b:
        case Call(function="highest", arguments=(x, Window())):
            return never_above(a, x)
        case Call(function="highest_since", arguments=(_, x)):
            return never_above(a, x)
        case Call(function="max", arguments=parts):
            return any(never_above(a, part) for part in parts)
        case Call(function="min", arguments=parts):
            return all(never_above(a, part) for part in parts)
    return False


def _by_bottom(a: Tree, b: Tree) -> bool:
    match a:
        case Call(function="lowest", arguments=(x, Window())):
            return never_above(x, b)
        case Call(function="lowest_since", arguments=(_, x)):
            return never_above(x, b)
        case Call(function="min", arguments=parts):
            return any(never_above(part, b) for part in parts)
        case Call(function="max", arguments=parts):
            return all(never_above(part, b) for part in parts)
    return False


def _by_parts(a: Tree, b: Tree) -> bool:
    match a, b:
        case Call(function=f, arguments=(x, m)), Call(function=g, arguments=(y, n)) if f == g and f in _MONOTONE:
            return m == n and isinstance(m, Window) and never_above(x, y)
    return False
