"""What model-written code may say, per purpose: a witness, its smoke tests, a bot's strategy."""

from dataclasses import dataclass

NUMBERS = ("abs", "bool", "float", "int", "max", "min", "round", "sum")
COLLECTIONS = ("all", "any", "dict", "enumerate", "len", "list", "range", "reversed", "sorted", "tuple", "zip")
MATH = ("ceil", "exp", "floor", "inf", "isfinite", "isinf", "isnan", "log", "nan", "pi", "sqrt")
"""Offered by name, without an import."""

METHODS = frozenset(
    ("append", "clear", "copy", "count", "extend", "get", "index", "insert", "items", "keys", "pop", "setdefault",
     "update", "values")
)  # fmt: skip
"""Methods of lists and dicts; no others may be called."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """A purpose's own limits."""

    name: str
    functions: dict[str, tuple[str, ...]]  # that must be defined, with their parameters
    offered: frozenset[str]  # names that stand ready
    prefix: str = ""  # further functions must start so; "" allows any name
    more_functions: bool = True  # whether functions besides the required ones may be defined
    floats_only: bool = False  # numbers are floats, nothing loops, nothing grows (floats.py)
    most_chars: int = 20_000
    most_nodes: int = 4_000
    most_depth: int = 30  # of the syntax tree
    most_loops: int = 3  # inside one another


WITNESS = Dialect(
    name="witness",
    functions={"decide": ("memory", "bar", "parameters")},
    offered=frozenset(NUMBERS + COLLECTIONS + MATH),
)

SMOKE_TESTS = Dialect(
    name="smoke tests",
    functions={},
    prefix="test_",
    offered=frozenset((*NUMBERS, *COLLECTIONS, *MATH, "bars_of", "play")),
)


def strategy_dialect(offered: frozenset[str], *, has_orders: bool) -> Dialect:
    """Say what a model may write of a bot's strategy.py: its functions, on the names that its generated head offers."""
    functions: dict[str, tuple[str, ...]] = {
        "warm_up": ("p",),
        "on_bar": ("s", "p", "minutes", "open", "high", "low", "close", "volume"),
        "on_fill": ("s", "p", "transition", "exposure", "price"),
    }
    if has_orders:
        functions["arm"] = ("s", "p")
    return Dialect(
        name="strategy",
        functions=functions,
        offered=offered | {"abs", "int", "max", "min"},
        more_functions=False,
        floats_only=True,
        most_loops=0,
    )
