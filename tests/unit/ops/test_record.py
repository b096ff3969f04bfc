"""The strategy's own record, from trades that the test makes up."""

from math import nan

import pytest

from botyard.ops import state as slots
from botyard.ops.state import new_state
from botyard.testing.compiled import plain
from botyard.testing.expressions import probe

TRADES = {2: -0.01, 4: -0.02, 7: 0.03, 8: -0.01, 9: 0.0, 11: -0.05}  # bar in which one closed -> its return
EQUITY = (nan, 100.0, 99.0, 99.0, 97.0, 98.0, 99.0, 102.0, 101.0, 101.0, 101.0, 96.0)


def seen(expression: str) -> list[float]:
    """Values at each bar; bars open at midnight and at noon."""
    module = plain(probe(expression, timeframe="4h").source)
    s = new_state(module["STATE_SIZE"], module["ORDER_SLOTS"], module["UNKNOWN"], module["INITIAL"])
    values = []
    for bar, equity in enumerate(EQUITY):
        if bar in TRADES:
            s[slots.BARS_SINCE_EXIT] = 0.0
            s[slots.LAST_TRADE_RETURN] = TRADES[bar]
        s[slots.EQUITY] = equity
        module["on_bar"](s, [], bar * 720.0, 9.0, 9.0, 9.0, 9.0, 1.0)
        values.append(s[slots.SIZE])
    return values


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("losses_in_row()", [0, 0, 1, 1, 2, 2, 2, 0, 1, 0, 0, 1]),
        ("wins_in_row()", [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]),
        ("losses_within(3)", [0, 0, 1, 1, 2, 1, 1, 0, 1, 1, 1, 1]),
        ("last_trade_return", [0, 0, -0.01, -0.01, -0.02, -0.02, -0.02, 0.03, -0.01, 0, 0, -0.05]),
    ],
)
def test_counts_trades_as_they_close(expression, values):
    first = 2 if expression == "losses_within(3)" else 0  # a window that is not full is not known
    assert seen(expression)[first:] == values[first:]


def test_measures_the_account_from_a_moment_on():
    found = seen("return_since(hour == 0)")  # every second bar begins a day
    assert found[:2] == [0.0, 0.0]
    assert found[2:] == pytest.approx([0, 0, 0, 1 / 97, 0, 3 / 99, 0, 0, 0, 96 / 101 - 1])
