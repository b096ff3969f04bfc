"""Functions that are written in terms of others, through the compiler, against TA-Lib."""

import numpy as np
import pytest

from botyard.testing.compiled import random_bars
from botyard.testing.expressions import values_of

talib = pytest.importorskip("talib")

BARS = random_bars(1200, seed=12)
_, OPEN, HIGH, LOW, CLOSE, VOLUME = (np.ascontiguousarray(column) for column in np.array(BARS).T)


def evaluate(expression: str) -> np.ndarray:
    return np.array(values_of(expression, BARS))


@pytest.mark.parametrize(
    ("expression", "theirs", "after"),
    [
        ("bb_upper(close, 20, 2)", lambda: talib.BBANDS(CLOSE, 20, 2.0, 2.0)[0], 0),
        ("bb_lower(close, 20, 2)", lambda: talib.BBANDS(CLOSE, 20, 2.0, 2.0)[2], 0),
        ("roc(close, 12)", lambda: talib.ROC(CLOSE, 12), 0),
        ("mom(close, 10)", lambda: talib.MOM(CLOSE, 10), 0),
        ("stoch_k(14, 3)", lambda: talib.STOCH(HIGH, LOW, CLOSE, 14, 3, 0, 3, 0)[0], 20),
        ("stoch_d(14, 3, 3)", lambda: talib.STOCH(HIGH, LOW, CLOSE, 14, 3, 0, 3, 0)[1], 20),
        ("dema(close, 20)", lambda: talib.DEMA(CLOSE, 20), 0),
        ("tema(close, 20)", lambda: talib.TEMA(CLOSE, 20), 0),
        ("kama(close, 10)", lambda: talib.KAMA(CLOSE, 10), 0),
        ("kama(close, 30)", lambda: talib.KAMA(CLOSE, 30), 0),
        ("stoch_rsi(close, 14, 14)", lambda: talib.STOCHRSI(CLOSE, 14, 14, 1, 0)[0], 0),
        ("williams_r(14)", lambda: talib.WILLR(HIGH, LOW, CLOSE, 14), 0),
        ("cci(20)", lambda: talib.CCI(HIGH, LOW, CLOSE, 20), 0),
        ("mfi(14)", lambda: talib.MFI(HIGH, LOW, CLOSE, VOLUME, 14), 0),
        ("trix(close, 15)", lambda: talib.TRIX(CLOSE, 15), 0),
        ("ultimate_oscillator(7, 14, 28)", lambda: talib.ULTOSC(HIGH, LOW, CLOSE, 7, 14, 28), 0),
        ("ppo(close, 12, 26)", lambda: talib.PPO(CLOSE, 12, 26, 1), 0),
        ("bop()", lambda: talib.BOP(OPEN, HIGH, LOW, CLOSE), 0),
        ("natr(14)", lambda: talib.NATR(HIGH, LOW, CLOSE, 14), 0),
        ("aroon_up(14)", lambda: talib.AROON(HIGH, LOW, 14)[1], 0),
        ("aroon_down(14)", lambda: talib.AROON(HIGH, LOW, 14)[0], 0),
        ("psar(0.02, 0.2)", lambda: talib.SAR(HIGH, LOW, 0.02, 0.2), 0),
        ("psar(0.05, 0.3)", lambda: talib.SAR(HIGH, LOW, 0.05, 0.3), 0),
        ("ad()", lambda: talib.AD(HIGH, LOW, CLOSE, VOLUME), 0),
        ("correlation(high, low, 20)", lambda: talib.CORREL(HIGH, LOW, 20), 0),
        ("donchian_mid(14)", lambda: talib.MIDPRICE(HIGH, LOW, 14), 0),
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
