"""A series that looks back at itself: `nz(line[1], close)` inside the definition of `line`."""

import ast
from collections.abc import Sequence

from botyard.errors import SpecError
from botyard.language.reading.own import refuse_in_memory
from botyard.language.reading.syntax import Expression
from botyard.language.reading.tree import (
    Before,
    Call,
    OnTimeframe,
    Sampled,
    Tree,
    Window,
    type_of,
    walk,
)


def circle(being_checked: Sequence[str], name: str) -> SpecError:
    """Build the error for series that need each other, or one that needs itself, at the very same bar."""
    path = [*being_checked[being_checked.index(name) :], name]
    place = f"series.{name}"
    if len(path) == 2:
        return SpecError(
            f"{name} needs itself at the same bar; what it was a bar ago is nz({name}[1], start), with the value to start from",
            place=place,
        )
    return SpecError(
        f"series need each other in a circle: {' -> '.join(path)}; only a series' own definition may look back at it, "
        f"as nz({name}[1], start)",
        place=place,
    )


def before(e: Expression, node: ast.expr, name: str, window: Window) -> Before:
    """Read `name[1]` inside the definition of that series.

    Raises: SpecError for another distance.
    """
    if window.name or window.capacity != 1:
        raise e.error(node, f"a series looks back at itself by one bar: {name}[1]; further back, name a second series")
    return Before(name)


def check(name: str, e: Expression, tree: Tree) -> None:
    """Check a definition that looks back at itself.

    Raises: SpecError where it would never be known, or remembers what starts anew with each position.
    """
    parts = list(walk(tree))
    if Before(name) not in parts:
        return
    if type_of(tree) != "number":
        raise e.error(e.root, f"a series that looks back at itself is a number: write 1 if ... else nz({name}[1], 0)")
    begun = {id(part.arguments[0]) for part in parts if isinstance(part, Call) and part.function == "nz"}
    if any(part == Before(name) and id(part) not in begun for part in parts):
        raise e.error(
            e.root, f"{name}[1] is not known on the first bar; write nz({name}[1], start), with the value to start from"
        )
    for part in parts:
        if isinstance(part, OnTimeframe | Sampled) and Before(name) in walk(part):
            raise e.error(
                e.root, f'{name}[1] may not stand inside on() or sampled(); write on("1h", {name}) where {name} is used'
            )
    refuse_in_memory(e, e.root, name, (tree,))
