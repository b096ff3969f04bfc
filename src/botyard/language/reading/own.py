"""What an expression reads of the strategy's own position and account, and what of it may feed a function's memory."""

import ast
from collections.abc import Iterable

from botyard.language.catalog import ACCOUNT_INPUTS, FUNCTIONS, POSITION_INPUTS
from botyard.language.reading.syntax import Expression
from botyard.language.reading.tree import (
    AtEntry,
    Before,
    Call,
    Input,
    OnTimeframe,
    Sampled,
    Series,
    Tree,
    looks_back,
    walk,
)

LASTING = frozenset({*ACCOUNT_INPUTS, "bars_since_exit", "last_exit_price"})
"""Goes on from one position to the next, so that it may be remembered."""


def is_own(name: str) -> bool:
    """Whether an input is about the strategy's own position or account."""
    return name in POSITION_INPUTS or name in ACCOUNT_INPUTS


def reads_own(tree: Tree) -> bool:
    """Whether a tree reads the strategy's own position or account."""
    return any(isinstance(part, AtEntry) or (isinstance(part, Input) and is_own(part.name)) for part in walk(tree))


def is_remembered(tree: Tree) -> bool:
    """Whether it keeps something from bar to bar, and so is computed once a bar whatever it reads."""
    match tree:
        case OnTimeframe() | Sampled() | Before():
            return True
        case Series():
            return looks_back(tree)
        case Call(function=name):
            return name in FUNCTIONS and FUNCTIONS[name].has_memory
        case _:
            return False


def refuse_in_memory(e: Expression, node: ast.expr, what: str, trees: Iterable[Tree]) -> None:
    """Check that nothing feeds a memory that starts anew with each position.

    Raises: SpecError that names it.
    """
    for tree in trees:
        for part in walk(tree):
            if isinstance(part, AtEntry) or (
                isinstance(part, Input) and is_own(part.name) and part.name not in LASTING
            ):
                word = part.name if isinstance(part, Input) else "at_entry()"
                raise e.error(
                    node, f"{what} remembers bars; {word} may not feed it, since it starts anew with each position"
                )


def refuse_on_longer_bars(e: Expression, node: ast.expr, tree: Tree) -> None:
    """Check that on() looks at the market alone.

    Raises: SpecError that names what it does not.
    """
    for part in walk(tree):
        if isinstance(part, AtEntry) or (isinstance(part, Input) and is_own(part.name)):
            word = part.name if isinstance(part, Input) else "at_entry()"
            raise e.error(node, f"on() looks at longer bars of the market; {word} may not feed it; take it out of on()")
