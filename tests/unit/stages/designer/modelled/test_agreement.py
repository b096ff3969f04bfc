"""What two readings are held to: orders that rest, moving stops, and bars that exercise every guard."""

import itertools

import pytest

from botyard.language import compile_spec
from botyard.records import schema
from botyard.stages.designer.modelled import prompts
from botyard.stages.designer.modelled.agreement import Difference, compare, ground
from botyard.stages.designer.modelled.bars import made_up
from botyard.stages.designer.modelled.play import Decision, decision_of

TRAILING = {
    "name": "trailing",
    "timeframe": "5m",
    "series": {"vol": "atr(14)"},
    "state_machine": {
        "initial": "flat",
        "states": {"flat": 0, "long": 1, "half": 0.5},
        "transitions": [
            {"from": "flat", "to": "long", "signal": "enter_long", "when": "crosses_above(close, ema(close, 20)) and hour < 12"},
            {"from": ["long", "half"], "to": "flat", "signal": "stop", "stop": "highest_since_entry - 3 * vol", "ratchet": True},
            {"from": "long", "to": "half", "signal": "scale_out", "limit": "entry_price * 1.01"},
            {"from": ["long", "half"], "to": "flat", "signal": "time_exit", "when": "bars_in_position >= 40"},
        ],
    },
}  # fmt: skip
WITNESS = """def decide(memory, bar, parameters):
    line = ema(memory, "line", bar["close"], 20)
    vol = atr(memory, "atr", bar, 14)
    up = crosses_above(memory, "cross", bar["close"], line)
    if line is None or vol is None:
        return {"target": None}
    if bar["exposure"] > 0:
        first = bar["bars_in_position"] == 1
        before = bar["entry_price"] - 3 * memory["vol"] if first else memory["stop"]
        memory["stop"] = max(before, bar["highest_since_entry"] - 3 * vol)
        if bar["bars_in_position"] >= 40:
            return {"target": 0}
        orders = [{"kind": "stop", "price": memory["stop"], "target": 0}]
        if bar["exposure"] == 1:
            orders.append({"kind": "limit", "price": bar["entry_price"] * 1.01, "target": 0.5})
        return {"target": None, "orders": orders}
    memory["vol"] = vol
    if up and bar["minute_of_day"] < 720:
        return {"target": 1}
    return {"target": None}
"""


@pytest.fixture(scope="module")
def on():
    return ground(compile_spec(schema.load_spec(TRAILING)), None)


def judged(source, on):
    return compare(source + "\n\n" + prompts.tools_source(), on)


def test_resting_orders_a_moving_stop_and_part_exits_are_compared(on):
    assert on.bars >= 5_000
    assert on.unexercised == ()
    assert judged(WITNESS, on) is None


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("- 3 * vol)", "- 2.9 * vol)"),
        ("< 720", "< 780"),
        (">= 40", ">= 41"),
        ("* 1.01", "* 1.011"),
        ('max(before, bar["highest_since_entry"] - 3 * vol)', 'bar["highest_since_entry"] - 3 * vol'),
    ],
)
def test_each_slip_is_found(on, right, wrong):
    assert right in WITNESS
    found = judged(WITNESS.replace(right, wrong), on)
    assert isinstance(found, Difference)
    assert not found.spec.is_same(found.witness)


def test_a_guard_that_no_bar_exercises_is_named():
    never = {**TRAILING, "state_machine": {**TRAILING["state_machine"]}}
    ways = [dict(t) for t in TRAILING["state_machine"]["transitions"]]
    ways[3]["when"] = "bars_in_position >= 40 and close > 0"
    never["state_machine"]["transitions"] = ways
    assert ground(compile_spec(schema.load_spec(never)), None).unexercised == ("transitions[3] (time_exit): close > 0",)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (None, Decision()),
        ({"target": 1}, Decision(1.0)),
        ({"target": 0.0}, Decision()),  # as it is
        ({"target": None, "orders": []}, Decision()),
        ({"orders": [{"kind": "stop", "price": 9.0, "target": 1}]}, Decision(None, (("stop", 1.0, 9.0),))),
        ({"orders": [{"kind": "stop", "price": None, "target": 1}]}, Decision()),
        # of two stops above the market, the lower one is touched first
        ({"orders": [{"kind": "stop", "price": p, "target": 1} for p in (9.0, 8.0)]}, Decision(None, (("stop", 1.0, 8.0),))),
    ],
)  # fmt: skip
def test_what_a_witness_returns_is_read(said, read):
    assert decision_of(said, 0.0) == read


@pytest.mark.parametrize(
    "said", [7, {"target": "long"}, {"target": True}, {"orders": 5}, {"orders": [{"kind": "market"}]}, {"target": float("nan")}]
)  # fmt: skip
def test_what_cannot_be_read_is_named(said):
    assert isinstance(decision_of(said, 0.0), str)


def test_made_up_bars_are_bars_and_the_same_each_time():
    rows = made_up(3, 0.015, 500, 5)
    assert rows == made_up(3, 0.015, 500, 5)
    assert all(low <= min(o, c) and max(o, c) <= high and low > 0 and v > 0 for _, o, high, low, c, v in rows)
    assert [b[0] - a[0] for a, b in itertools.pairwise(rows)] == [5.0] * 499
