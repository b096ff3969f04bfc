"""How fast prices move."""

from math import nan

from botyard.ops.average import rma
from botyard.ops.catalog import Function
from botyard.ops.types import State


def rsi(s: State, i: int, x: float, n: int) -> float:
    """Slots: whether a value was seen, that value, two smoothings."""
    if x != x:
        return nan
    move = x - s[i + 1]
    s[i + 1] = x
    if s[i] == 0.0:
        s[i] = 1.0
        return nan
    up = rma(s, i + 2, max(0.0, move), n)
    down = rma(s, i + 5, -move if move < 0.0 else 0.0, n)
    if up != up:
        return nan
    return 100.0 * up / (up + down) if up + down > 0.0 else 50.0


CATALOGUE = (
    Function(
        "macd(x: number, fast: window = 12, slow: window = 26)", "a fast average less a slow one",
        "ema(x, fast) - ema(x, slow)", "macd(close, 12, 26)", expression="ema(x, fast) - ema(x, slow)",
        differs="TA-Lib starts the fast average later, with the slow one; the difference fades",
    ),
    Function(
        "macd_signal(x: number, fast: window = 12, slow: window = 26, signal: window = 9)", "average of the MACD line",
        "ema(macd(x, fast, slow), signal)", "macd_signal(close, 12, 26, 9)", expression="ema(ema(x, fast) - ema(x, slow), signal)",
    ),
    Function(
        "macd_hist(x: number, fast: window = 12, slow: window = 26, signal: window = 9)", "MACD line less its signal line",
        "macd - macd_signal", "macd_hist(close, 12, 26, 9)",
        expression="ema(x, fast) - ema(x, slow) - ema(ema(x, fast) - ema(x, slow), signal)",
    ),
    Function(
        "stoch_k(n: window, smooth: window = 3)", "stochastic: where the close lies in the range of n bars, 0 to 100, smoothed",
        "sma(100 · (close - lowest(low, n)) / (highest(high, n) - lowest(low, n)), smooth)", "stoch_k(14, 3)",
        expression="sma(100 * (close - lowest(low, n)) / (highest(high, n) - lowest(low, n)), smooth)",
        differs="not known while the range is 0; TA-Lib says 0",
    ),
    Function(
        "stoch_d(n: window, smooth: window = 3, signal: window = 3)", "average of stoch_k", "sma(stoch_k(n, smooth), signal)",
        "stoch_d(14, 3, 3)", expression="sma(stoch_k(n, smooth), signal)",
    ),
    Function(
        "rsi(x: number, n: window)", "relative strength index, 0 to 100", "100 · up / (up + down); up, down = rma of the rises and falls",
        "rsi(close, 14)", op=rsi, slots=lambda _n: 8, bars=lambda n: n, memory=lambda n: 7 * (2 * n - 1) + 1,
        differs="50 where nothing moved in the window; TA-Lib says 0", source="Wilder, New Concepts in Technical Trading Systems, 1978",
    ),
)  # fmt: skip
