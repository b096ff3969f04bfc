"""What is refused though every expression is right: it can never trade, never ends, or must not be run."""

import operator as operators
from dataclasses import replace
from math import isnan

from botyard.errors import SpecError
from botyard.language.judging.bounds import ENTRY, bounds
from botyard.language.judging.conditions import check_conditions
from botyard.language.judging.holds import Judge
from botyard.language.reading.check import Checker
from botyard.language.reading.machine import Machine, Move, State
from botyard.language.reading.tree import Arithmetic, Comparison, Input, Negative, Number, Parameter, Tree, walk
from botyard.records.spec import Spec

_COMPARE = {
    "<": operators.lt, "<=": operators.le, ">": operators.gt, ">=": operators.ge, "==": operators.eq, "!=": operators.ne,
}  # fmt: skip


def refuse(spec: Spec, checker: Checker, machine: Machine, sizing: dict[str, Tree]) -> Judge:
    """Check what only shows in the whole; what was learned of it is given back.

    Raises: SpecError with the reason.
    """
    judge = _check_constraints(spec, checker)
    _check_reach(machine)
    _check_ways_out(machine)
    for move in machine.moves:
        _check_side(spec, machine, move)
    _check_martingale(machine, sizing)
    _check_risk(spec, machine)
    check_conditions(judge, machine)
    return judge


def _check_constraints(spec: Spec, checker: Checker) -> Judge:
    trees = []
    for index, text in enumerate(spec.constraints):
        place = f"constraints[{index}]"
        tree = checker.boolean(text, place)
        for part in walk(tree):
            if not isinstance(part, Number | Parameter | Arithmetic | Negative | Comparison):
                word = getattr(part, "name", getattr(part, "function", "and, or, not"))
                raise SpecError(
                    f"a constraint compares parameters and numbers only, without {word}; write one for each comparison",
                    place=place,
                )
        trees.append(tree)
    judge = Judge(spec, checker.declared, trees)
    for index, tree in enumerate(trees):
        never = judge.why_never((tree, True))
        if never:
            raise SpecError(
                f"no values of the parameters within their ranges meet it: {never}", place=f"constraints[{index}]"
            )
        if not _holds_at_defaults(spec, tree):
            raise SpecError(
                f"the parameters' defaults do not meet {spec.constraints[index]!r}; change one of them",
                place=f"constraints[{index}]",
            )
    return judge


def _holds_at_defaults(spec: Spec, tree: Tree) -> bool:
    fixed = {name: replace(p, low=p.default, high=p.default) for name, p in spec.parameters.items()}
    at_defaults = replace(spec, parameters=fixed)
    if not isinstance(tree, Comparison):
        return True
    values = [bounds(operand, at_defaults) for operand in tree.operands]
    pairs = zip(tree.operators, values[:-1], values[1:], strict=True)
    return all(a.low == a.high and b.low == b.high and _COMPARE[operator](a.low, b.low) for operator, a, b in pairs)


def _check_reach(machine: Machine) -> None:
    reached = {machine.initial}
    while True:
        more = {m.target.index for m in machine.moves if any(s.index in reached for s in m.sources)} - reached
        if not more:
            break
        reached |= more
    for state in machine.states:
        if state.index not in reached:
            raise SpecError(
                "no transition leads here from the initial state; add one or take the state out",
                place=f"state_machine.states.{state.name}",
            )


def _check_ways_out(machine: Machine) -> None:
    if all(not move.has_order(source) for move in machine.moves for source in move.sources):
        raise SpecError("no transition changes the exposure: this can never trade", place="state_machine.transitions")
    for state in machine.states:
        others = [move for move in machine.leaving(state) if move.target != state]
        rebalances = any(move.record.rebalance for move in machine.leaving(state))
        if not others and not rebalances:
            raise SpecError(
                "no transition leaves this state for another: what gets here stays for good; say how it ends",
                place=f"state_machine.states.{state.name}",
            )
        if state.sign != 0 and not rebalances and not _can_shrink(machine, state):
            raise SpecError(
                "a position of this state is never reduced, closed or turned round; say when to get out",
                place=f"state_machine.states.{state.name}",
            )


def _can_shrink(machine: Machine, start: State) -> bool:
    seen, waiting = {start.index}, [start]
    while waiting:
        state = waiting.pop()
        for move in machine.leaving(state):
            target = move.target
            if target.sign != state.sign or target.value is None or state.value is None:
                return True
            if abs(target.value) < abs(state.value):
                return True
            if target.index not in seen:
                seen.add(target.index)
                waiting.append(target)
    return False


def _check_side(spec: Spec, machine: Machine, move: Move) -> None:
    if move.kind == "when" or move.guard is not None:
        return
    for state in move.sources:
        opened = any(m.opens(s) for m in machine.moves if m.target == state for s in m.sources)
        if state.sign == 0 or not opened or move.buys(state) != (state.sign < 0):
            continue
        values = bounds(move.tree, spec)
        if isnan(values.low) or isnan(values.high):
            continue
        above, below = values.low >= ENTRY, values.high <= ENTRY
        side = "long" if state.sign > 0 else "short"
        if move.kind == "stop" and (above if state.sign > 0 else below):
            word = "below" if state.sign > 0 else "above"
            raise SpecError(
                f"this stop is never {word} the entry price, so a {side} position would be stopped at once; "
                f"a stop of a {side} position lies {word}",
                place=f"{move.place}.stop",
            )
        if move.kind == "limit" and (below if state.sign > 0 else above):
            word = "above" if state.sign > 0 else "below"
            raise SpecError(
                f"this target is never {word} the entry price, so a {side} position would be closed at once; "
                f"a target of a {side} position lies {word}",
                place=f"{move.place}.limit",
            )


def _check_martingale(machine: Machine, sizing: dict[str, Tree]) -> None:
    has_stop = {state.index: machine.protective_stop(state) is not None for state in machine.states}
    grows_after_loss = any(
        isinstance(part, Input) and part.name == "last_trade_return" for tree in sizing.values() for part in walk(tree)
    )
    if grows_after_loss and not all(has_stop[state.index] for state in machine.states if state.sign):
        raise SpecError(
            "the size depends on how the last trade went, and not every position has a stop: "
            "that is a martingale whose loss has no bound; add a stop to each position, or size by equity",
            place="sizing",
        )
    for move in machine.moves:
        for source in move.sources:
            adds = source.sign != 0 and source.sign == move.target.sign and _grows(source, move.target)
            if adds and move.kind == "limit" and not has_stop[move.target.index]:
                raise SpecError(
                    f"this adds to a losing position, and {move.target.name} has no stop: "
                    "that is a martingale whose loss has no bound; add a stop that leaves it",
                    place=f"{move.place}.limit",
                )


def _grows(source: State, target: State) -> bool:
    return source.value is not None and target.value is not None and abs(target.value) > abs(source.value)


def _check_risk(spec: Spec, machine: Machine) -> None:
    if spec.sizing.type != "risk" or spec.sizing.stop_distance is not None:
        return
    for move in machine.moves:
        for source in move.sources:
            if move.opens(source) and machine.protective_stop(move.target) is None:
                raise SpecError(
                    f"sizing by risk needs a stop that leaves {move.target.name}, or a stop_distance",
                    place="sizing",
                )
