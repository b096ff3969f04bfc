"""`initial_stop`: the stop as it was at the entry, wherever that stop goes afterwards."""

from typing import Any

import pytest

from botyard.errors import SpecError
from botyard.language import compile_spec
from botyard.ops import state as slots
from botyard.ops.state import new_state
from botyard.records.schema import load_spec
from botyard.testing.compiled import plain

ENTER = {"from": "flat", "to": "long", "signal": "enter_long", "when": "close > open"}
TRAIL = {"from": "long", "to": "flat", "signal": "stop", "stop": "lowest(low, 3)", "ratchet": True}
TARGET = {"from": "long", "to": "flat", "signal": "target", "limit": "entry_price + 2 * (entry_price - initial_stop)"}


def spec(*transitions: dict[str, Any], states: dict[str, float] | None = None, **more: Any) -> dict[str, Any]:
    states = states or {"flat": 0, "long": 1}
    machine = {"initial": "flat", "states": states, "transitions": list(transitions)}
    return {"name": "risk", "timeframe": "5m", "state_machine": machine, **more}


def test_target_at_twice_the_risk_of_a_stop_that_trails() -> None:
    module = plain(compile_spec(load_spec(spec(ENTER, TRAIL, TARGET))).source)
    s = new_state(module["STATE_SIZE"], module["ORDER_SLOTS"], module["UNKNOWN"], 0)
    lows = [90.0, 92.0, 94.0, 96.0, 98.0, 99.0]
    bars = [(5.0 * i, 100.0, 102.0, low, 101.0 if i == 2 else 99.0, 1.0) for i, low in enumerate(lows)]
    for bar in bars[:3]:
        module["on_bar"](s, [0.0], *bar)
    assert s[slots.PENDING] == 0.0
    module["on_fill"](s, [0.0], 0.0, 1.0, 100.0)
    for bar in bars[3:]:
        module["on_bar"](s, [0.0], *bar)
        stop, target = (s[slots.ORDERS + k * slots.ORDER_WIDTH + slots.LEVEL] for k in (0, 1))
        assert target == 100.0 + 2 * (100.0 - 90.0)
        assert stop == min(lows[bars.index(bar) - 2 : bars.index(bar) + 1])


def test_each_side_has_its_own() -> None:
    short = [
        {"from": "flat", "to": "short", "signal": "enter_short", "when": "close < open"},
        {"from": "short", "to": "flat", "signal": "stop", "stop": "entry_price * 1.01"},
        {**TARGET, "from": "short", "limit": "entry_price - 2 * (initial_stop - entry_price)"},
    ]
    states = {"flat": 0, "long": 1, "short": -1}
    module = plain(compile_spec(load_spec(spec(ENTER, TRAIL, TARGET, *short, states=states))).source)
    s = new_state(module["STATE_SIZE"], module["ORDER_SLOTS"], module["UNKNOWN"], 0)
    for _ in range(3):
        module["on_bar"](s, [0.0], 0.0, 100.0, 102.0, 98.0, 99.0, 1.0)
    module["on_fill"](s, [0.0], 3.0, -1.0, 100.0)
    assert s[slots.ORDERS + slots.ORDER_WIDTH + slots.LEVEL] == pytest.approx(98.0)


def test_a_state_that_is_scaled_into_keeps_the_first_one() -> None:
    states = {"flat": 0, "long": 0.5, "full": 1}
    more = [
        {"from": "long", "to": "full", "signal": "scale_in", "when": "close > 2 * entry_price - initial_stop"},
        {"from": "full", "to": "flat", "signal": "stop", "stop": "entry_price"},
        {**TARGET, "from": ["long", "full"], "limit": "first_fill_price + 3 * (first_fill_price - initial_stop)"},
    ]
    assert "lowest_low_3_at_entry" in compile_spec(load_spec(spec(ENTER, TRAIL, *more, states=states))).source


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (spec({**ENTER, "when": "close > initial_stop"}, TRAIL), "flat holds none"),
        (spec(ENTER, TARGET), "add one"),
        (spec(ENTER, TRAIL, sizing={"type": "quote", "amount": "initial_stop"}), "known in a position only"),
        (spec(ENTER, TRAIL, states={"flat": 0, "long": "1 / initial_stop"}), "known in a position only"),
        (spec(ENTER, TRAIL, {**TARGET, "limit": "sma(initial_stop, 3)"}), "may not feed it"),
        (
            spec(
                ENTER,
                {**ENTER, "to": "wide"},
                TRAIL,
                {"from": "wide", "to": "flat", "signal": "stop", "stop": "entry_price * 0.9"},
                {**TARGET, "from": ["long", "wide"]},
                states={"flat": 0, "long": 1, "wide": 1},
            ),
            "begin with different stops",
        ),
    ],
)
def test_is_refused_where_it_means_nothing(data: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        compile_spec(load_spec(data))
