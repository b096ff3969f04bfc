"""Functions that are written in terms of others, through the compiler, against TA-Lib."""

import numpy as np
import pytest

from botyard.language import compile_spec
from botyard.ops import state as slots
from botyard.ops.state import new_state
from botyard.records.schema import load_spec
from botyard.testing.compiled import plain, random_bars

talib = pytest.importorskip("talib")

BARS = random_bars(1200, seed=12)
_, OPEN, HIGH, LOW, CLOSE, VOLUME = (np.ascontiguousarray(column) for column in np.array(BARS).T)


def evaluate(expression: str) -> np.ndarray:
    """Value of an expression at each bar, read off a sizing that is the expression."""
    spec = {
        "name": "probe",
        "timeframe": "5m",
        "state_machine": {
            "initial": "flat",
            "states": {"flat": 0, "long": 1},
            "transitions": [
                {"from": "flat", "to": "long", "signal": "enter_long", "when": "close < 0"},
                {"from": "long", "to": "flat", "signal": "exit_long", "when": "close > 0"},
            ],
        },
        "sizing": {"type": "quote", "amount": expression},
    }
    module = plain(compile_spec(load_spec(spec)).source)
    s = new_state(module["STATE_SIZE"], module["ORDER_SLOTS"], module["UNKNOWN"], module["INITIAL"])
    values = []
    for bar in BARS:
        s[slots.SIZE] = np.nan
        module["on_bar"](s, [0.0], *bar)
        values.append(s[slots.SIZE])
    return np.array(values)


@pytest.mark.parametrize(
    ("expression", "theirs", "after"),
    [
        ("bb_upper(close, 20, 2)", lambda: talib.BBANDS(CLOSE, 20, 2.0, 2.0)[0], 0),
        ("bb_lower(close, 20, 2)", lambda: talib.BBANDS(CLOSE, 20, 2.0, 2.0)[2], 0),
        ("roc(close, 12)", lambda: talib.ROC(CLOSE, 12), 0),
        ("mom(close, 10)", lambda: talib.MOM(CLOSE, 10), 0),
        ("stoch_k(14, 3)", lambda: talib.STOCH(HIGH, LOW, CLOSE, 14, 3, 0, 3, 0)[0], 20),
        ("stoch_d(14, 3, 3)", lambda: talib.STOCH(HIGH, LOW, CLOSE, 14, 3, 0, 3, 0)[1], 20),
        # TA-Lib starts the fast average of MACD late, with the slow one: gone after 20 spans of the slow one
        ("macd(close, 12, 26)", lambda: talib.MACD(CLOSE, 12, 26, 9)[0], 520),
        ("macd_signal(close, 12, 26, 9)", lambda: talib.MACD(CLOSE, 12, 26, 9)[1], 520),
        ("macd_hist(close, 12, 26, 9)", lambda: talib.MACD(CLOSE, 12, 26, 9)[2], 520),
        ("bull_engulfing() and close[1] < open[1]", lambda: np.where(talib.CDLENGULFING(OPEN, HIGH, LOW, CLOSE) > 0, 1.0, 0.0), 5),
    ],
)  # fmt: skip
def test_expression(expression: str, theirs, after: int) -> None:
    text = expression if "engulfing" not in expression else f"1 if {expression} else 0"
    ours, expected = evaluate(text)[after:], theirs()[after:]
    known = ~np.isnan(ours) & ~np.isnan(expected)
    assert known.sum() > 500
    np.testing.assert_allclose(ours[known], expected[known], rtol=1e-9, atol=2e-9)
