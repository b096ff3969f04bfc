"""Conditions that never or always hold, and those that another one leaves no turn."""

from collections.abc import Iterator

from botyard.errors import SpecError
from botyard.language.judging.holds import Judge
from botyard.language.judging.said import said
from botyard.language.reading.machine import Machine, Move
from botyard.language.reading.tree import Junction, Series, Tree


def check_conditions(judge: Judge, machine: Machine) -> None:
    """Check every `when` and every `if`.

    Raises: SpecError for one that never or always holds, or whose turn never comes.
    """
    for move in machine.moves:
        is_flat = all(source.sign == 0 for source in move.sources)
        if move.kind == "when":
            _check_one(judge, move.tree, f"{move.place}.when", is_flat=is_flat)
            _check_turn(judge, machine, move)
        if move.guard is not None:
            _check_one(judge, move.guard, f"{move.place}.if", is_flat=is_flat)


def idle_parts(judge: Judge, machine: Machine) -> Iterator[str]:
    """Warn of parts that filter nothing, or add nothing."""
    for move in machine.moves:
        tree = move.tree if move.kind == "when" else move.guard
        while isinstance(tree, Series):
            tree = tree.definition
        if not isinstance(tree, Junction):
            continue
        place = f"{move.place}.{'when' if move.kind == 'when' else 'if'}"
        for part in tree.parts:
            if judge.why_never((part, tree.operator == "or")):
                word = "always holds and filters nothing" if tree.operator == "and" else "never holds and adds nothing"
                yield f"{place}: {said(part, judge.declared)} {word}"


def _check_one(judge: Judge, tree: Tree, place: str, *, is_flat: bool) -> None:
    never = judge.why_never((tree, True), is_flat=is_flat)
    if never:
        raise SpecError(f"this can never hold: {never}", place=place)
    always = judge.why_never((tree, False))
    if always:
        hint = "; `always` says: at the next close" if place.endswith("when") else "; leave it out"
        raise SpecError(f"this always holds, since its opposite cannot: {always}{hint}", place=place)


def _check_turn(judge: Judge, machine: Machine, move: Move) -> None:
    earlier = [other for other in machine.moves[: move.index] if other.kind == "when"]
    taken = []
    for source in move.sources:
        first = next((e for e in earlier if source in e.sources and _covers(judge, e, move)), None)
        if first is None:
            return
        taken.append(first)
    raise SpecError(
        f"its turn never comes: whenever this holds, {taken[0].place}, which is asked before it, holds too; "
        "change the order or one of the conditions",
        place=f"{move.place}.when",
    )


def _covers(judge: Judge, first: Move, later: Move) -> bool:
    return bool(judge.why_never((later.tree, True), (first.tree, False)))
