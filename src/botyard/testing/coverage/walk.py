"""Walk a spec over bars in plain CPython and note what of it happened: for specs whose every way should be taken."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botyard.engine.bars import Bars
from botyard.engine.parameters import Value, parameter_vector
from botyard.engine.program import Module
from botyard.ops.state import STATE, new_state
from botyard.records.market import TradingRules
from botyard.records.strategy import CompiledStrategy
from botyard.rules.book import constants, new_book, step
from botyard.rules.layout import (
    FILL_COUNT,
    FILL_LOTS,
    FILL_TRANSITION,
    FILL_WIDTH,
    FILLS,
    QUANTITY_LOTS,
    REFUSAL,
    Floats,
)
from botyard.rules.refusals import ACCEPTED, SENTENCES


@dataclass
class Walk:
    """What happened on the way."""

    fired: Counter[int] = field(default_factory=Counter)  # transition -> times, with an order or without
    states: set[str] = field(default_factory=set)  # seen at a close
    reductions: int = 0  # fills that made a position smaller, closed it or turned it round
    refused: Counter[str] = field(default_factory=Counter)  # why the book sent nothing -> times

    def add(self, other: "Walk") -> None:
        """Take in what happened on another way."""
        self.fired.update(other.fired)
        self.states |= other.states
        self.reductions += other.reductions
        self.refused.update(other.refused)


def walk(
    compiled: CompiledStrategy, bars: Bars, rules: TradingRules, values: Mapping[str, Value] | None = None
) -> Walk:
    """Let bars pass, as a bot would see them."""
    module: Any = Module(compiled.source, "strategy")
    p = parameter_vector(compiled.spec, module.PARAMETERS, values).tolist()
    x = constants(rules, module, 0)
    book = new_book(x)
    s = new_state(module.STATE_SIZE, module.ORDER_SLOTS, module.UNKNOWN, module.INITIAL)
    seen = Walk()
    orderless = _orderless(compiled)

    def on_bar(
        s: Floats, p: Floats, minutes: float, open: float, high: float, low: float, close: float, volume: float
    ) -> None:
        before = s[STATE]
        module.on_bar(s, p, minutes, open, high, low, close, volume)
        if s[STATE] != before:
            seen.fired.update(orderless.get((int(before), int(s[STATE])), ()))

    columns = [bars.local_minutes(module.TIMEZONE), bars.days, *bars.columns()[1:]]
    for row in zip(*(column.tolist() for column in columns), strict=True):
        held = book[QUANTITY_LOTS]
        step(s, p, book, x, on_bar, module.on_fill, *row)
        seen.states.add(str(module.STATES[int(s[STATE])]))
        for k in range(int(book[FILL_COUNT])):
            first = FILLS + k * FILL_WIDTH
            seen.fired[int(book[first + FILL_TRANSITION])] += 1
            seen.reductions += held * book[first + FILL_LOTS] < 0.0
            held += book[first + FILL_LOTS]
        if book[REFUSAL] != ACCEPTED:
            seen.refused[SENTENCES[book[REFUSAL]]] += 1
    return seen


def _orderless(compiled: CompiledStrategy) -> dict[tuple[int, int], list[int]]:
    # transitions between states of equal exposure, by the states they join
    machine = compiled.spec.state_machine
    places = {name: place for place, name in enumerate(machine.states)}
    found: dict[tuple[int, int], list[int]] = {}
    for index, transition in enumerate(machine.transitions):
        for source in transition.source:
            if machine.states[source] == machine.states[transition.target] and source != transition.target:
                found.setdefault((places[source], places[transition.target]), []).append(index)
    return found
