"""What a compiler needs to know of an op: the kinds of its arguments, read off their names."""

from collections.abc import Callable
from typing import Any, Literal

Kind = Literal["state", "integer", "float"]

INTEGERS = frozenset({"i", "n", "m", "k", "j"})


def kinds(op: Callable[..., Any]) -> tuple[Kind, ...]:
    """Say what each argument is: the state array, an int64 or a float64."""
    code = op.__code__
    return tuple(_kind(name) for name in code.co_varnames[: code.co_argcount])


def is_procedure(op: Callable[..., Any]) -> bool:
    """Whether the op returns nothing."""
    return "return" in op.__annotations__ and op.__annotations__["return"] is None


def _kind(name: str) -> Kind:
    if name == "s":
        return "state"
    return "integer" if name in INTEGERS else "float"
