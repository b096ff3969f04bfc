"""Transitions between states of equal exposure: they change the state without an order, so no fill tells of them."""

from collections.abc import Collection, Iterable, Mapping

from botyard.engine.bars import Bars
from botyard.engine.bars import Floats as Column
from botyard.engine.program import Program
from botyard.ops.state import BARS_IN_STATE, STATE, new_state
from botyard.records.market import TradingRules
from botyard.records.spec import Number, Spec, Transition
from botyard.rules.book import constants, new_book, step
from botyard.rules.layout import Floats


def silent_transitions(spec: Spec) -> frozenset[int]:
    """Return the indices of the transitions that may fire without an order."""
    return frozenset(
        k
        for k, transition in enumerate(spec.state_machine.transitions)
        if any(_is_silent(transition, source, spec.state_machine.states) for source in transition.source)
    )


def _is_silent(transition: Transition, source: str, states: Mapping[str, Number]) -> bool:
    if source == transition.target:
        return not transition.rebalance
    held = states[source]
    return not isinstance(held, str) and held == states[transition.target]


def silent_firings(
    program: Program, silent: Collection[int], rules: TradingRules, bars: Bars, minutes: Column, trade_from: int = 0
) -> dict[int, list[int]]:
    """Return the bars in which each of the `silent` transitions fired, found by stepping the module in CPython.

    trade_from: index of the first bar at whose close a position may be decided on.

    Two of them that share source and target cannot be told apart: both count.
    """
    module = program.module
    found: dict[int, list[int]] = {k: [] for k in silent}
    x = constants(rules, module, trade_from)
    s = new_state(module.STATE_SIZE, module.ORDER_SLOTS, module.UNKNOWN, module.INITIAL)
    b = new_book(x)
    p = program.vector(None).tolist()
    fired: list[int] = []

    def on_bar(
        s: Floats, p: Floats, minutes: float, open: float, high: float, low: float, close: float, volume: float
    ) -> None:
        before, age = s[STATE], s[BARS_IN_STATE]
        module.on_bar(s, p, minutes, open, high, low, close, volume)
        if s[STATE] != before or s[BARS_IN_STATE] <= age:
            fired.extend(_between(module.TRANSITIONS, silent, int(before), int(s[STATE])))

    columns = [c.tolist() for c in (minutes, bars.days, bars.open, bars.high, bars.low, bars.close, bars.volume)]
    for i, bar in enumerate(zip(*columns, strict=True)):
        fired.clear()
        step(s, p, b, x, on_bar, module.on_fill, *bar)
        for k in fired:
            found[k].append(i)
    return found


def _between(
    transitions: Iterable[tuple[str, str, tuple[int, ...], int]], silent: Collection[int], before: int, after: int
) -> list[int]:
    return [
        k
        for k, (_, _, sources, target) in enumerate(transitions)
        if k in silent and before in sources and target == after
    ]
