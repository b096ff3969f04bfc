"""`initial_stop`: the price of the protective stop as it was at the entry, written out in what the entry is known by.

For a stop at `lowest(low, 10)` it is `at_entry(lowest(low, 10))`, for one at `entry_price * 0.98` it is
`first_fill_price * 0.98`: nothing more has to be remembered.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from botyard.errors import SpecError
from botyard.language.catalog import ACCOUNT_INPUTS
from botyard.language.reading.own import is_own, reads_own
from botyard.language.reading.tree import (
    Arithmetic,
    AtEntry,
    Input,
    Negative,
    Number,
    Parameter,
    Series,
    Tree,
    Window,
    rebuilt,
    walk,
)

if TYPE_CHECKING:
    from botyard.language.reading.machine import Machine, Move, State

NAME = "initial_stop"
_KEPT = frozenset({"last_exit_price", "bars_since_exit"})  # what happened before the entry
_FIXED = (Number, Parameter, Window, Arithmetic, Negative, Series)  # a tree of these alone never changes
_ZERO = frozenset({"bars_in_position", "bars_in_state", "position_return"})


def refuse(tree: Tree, place: str) -> None:
    """Check that a tree outside the transitions does without it.

    Raises: SpecError where it is named.
    """
    if _is_in(tree):
        raise SpecError(f"{NAME} is known in a position only: it stands in the transitions that leave one", place=place)


def write_out(machine: "Machine") -> "Machine":
    """Write `initial_stop` out in every transition.

    Raises: SpecError where the position has no stop, or more than one stop it may have begun with.
    """
    if not any(_is_in(tree) for move in machine.moves for tree in (move.tree, move.guard) if tree is not None):
        return machine
    return replace(machine, moves=tuple(_written_out(machine, move) for move in machine.moves))


def _written_out(machine: "Machine", move: "Move") -> "Move":
    changed = move
    if _is_in(move.tree):
        changed = replace(changed, tree=_put(move.tree, _stop_of(machine, move, move.record.kind)))
    if move.guard is not None and _is_in(move.guard):
        changed = replace(changed, guard=_put(move.guard, _stop_of(machine, move, "if")))
    return changed


def _stop_of(machine: "Machine", move: "Move", field: str) -> Tree:
    place = f"{move.place}.{field}"
    found: set[Tree] = set()
    for source in move.sources:
        if source.sign == 0:
            raise SpecError(f"{NAME} needs a position, and {source.name} holds none", place=place)
        for state in _begun_in(machine, source):
            stop = next((m for m in machine.protective_stops(state) if not _is_in(m.tree)), None)
            if stop is None:
                raise SpecError(f"{NAME} needs a stop that leaves {state.name}; add one", place=place)
            found.add(_at_entry(stop.tree))
    if len(found) != 1:
        raise SpecError(
            f"{NAME} is not one price here: these positions begin with different stops; "
            "write one transition for each state",
            place=place,
        )
    return found.pop()


def _begun_in(machine: "Machine", state: "State") -> Sequence["State"]:
    """States in which a position that is in this one may have been opened."""
    seen, waiting = {state.index}, [state]
    begun = []
    while waiting:
        here = waiting.pop()
        arriving = [(m, source) for m in machine.moves if m.target == here for source in m.sources]
        if any(m.opens(source) for m, source in arriving):
            begun.append(here)
        for _, source in arriving:
            if source.sign == state.sign and source.index not in seen:
                seen.add(source.index)
                waiting.append(source)
    return begun


def _is_in(tree: Tree) -> bool:
    return any(part == Input(NAME) for part in walk(tree))


def _put(tree: Tree, stop: Tree) -> Tree:
    return stop if tree == Input(NAME) else rebuilt(tree, lambda part: _put(part, stop))


def _at_entry(tree: Tree) -> Tree:
    if isinstance(tree, AtEntry):
        return tree
    if isinstance(tree, Input) and is_own(tree.name):
        if tree.name in _ZERO:
            return Number(0.0)
        return tree if tree.name in _KEPT or tree.name in ACCOUNT_INPUTS else Input("first_fill_price")
    if not reads_own(tree):
        return tree if all(isinstance(part, _FIXED) for part in walk(tree)) else AtEntry(tree)
    return rebuilt(tree, _at_entry)
