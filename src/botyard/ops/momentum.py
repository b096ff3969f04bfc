"""How fast prices move."""

from math import nan

from botyard.ops.average import rma
from botyard.ops.catalog import Function
from botyard.ops.types import State
from botyard.ops.window import push


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


def cci(s: State, i: int, high: float, low: float, close: float, n: int) -> float:
    typical = (high + low + close) / 3.0
    if typical != typical:
        return nan
    push(s, i, typical, n)
    if s[i] < n:
        return nan
    total = 0.0
    for j in range(n):
        total += s[i + 2 + j]
    mean = total / n
    apart = 0.0
    for j in range(n):
        apart += abs(s[i + 2 + j] - mean)
    return (typical - mean) / (0.015 * apart / n) if apart > 0.0 else nan


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
    Function(
        "stoch_rsi(x: number, n: window = 14, m: window = 14)", "where the RSI lies in its own range of m bars, 0 to 100",
        "100 · (rsi - lowest(rsi, m)) / (highest(rsi, m) - lowest(rsi, m))", "stoch_rsi(close, 14, 14)",
        expression="100 * (rsi(x, n) - lowest(rsi(x, n), m)) / (highest(rsi(x, n), m) - lowest(rsi(x, n), m))",
        source="Chande and Kroll, The New Technical Trader, 1994",
    ),
    Function(
        "williams_r(n: window = 14)", "Williams' %R: where the close lies below the highest high, -100 to 0",
        "-100 · (highest(high, n) - close) / (highest(high, n) - lowest(low, n))", "williams_r(14)",
        expression="-100 * (highest(high, n) - close) / (highest(high, n) - lowest(low, n))", differs="not known while the range is 0",
    ),
    Function(
        "cci(n: window = 20)", "commodity channel index: distance of the typical price from its mean",
        "(hlc3 - sma(hlc3, n)) / (0.015 · mean |hlc3 - sma(hlc3, n)|)", "cci(20)",
        op=cci, inputs=("high", "low", "close"), slots=lambda n: n + 2, bars=lambda n: n - 1, source="Lambert, Commodities, October 1980",
        differs="not known while nothing moves; TA-Lib says 0",
    ),
    Function(
        "mfi(n: window = 14)", "money flow index: an RSI of price times volume, 0 to 100",
        "100 · Σ flow up / (Σ flow up + Σ flow down); flow = hlc3 · volume", "mfi(14)",
        expression=(
            "100 * sum(hlc3 * volume if hlc3 > hlc3[1] else 0, n) "
            "/ (sum(hlc3 * volume if hlc3 > hlc3[1] else 0, n) + sum(hlc3 * volume if hlc3 < hlc3[1] else 0, n))"
        ),
        differs="not known while nothing moves; TA-Lib says 0",
    ),
    Function(
        "trix(x: number, n: window = 15)", "rate of change of a triple exponential average, in percent",
        "100 · (e / e[1] - 1), e = ema(ema(ema(x, n), n), n)", "trix(close, 15)",
        expression="100 * (ema(ema(ema(x, n), n), n) / ema(ema(ema(x, n), n), n)[1] - 1)", source="Hutson, Stocks & Commodities 1:5, 1983",
    ),
    Function(
        "tsi(x: number, slow: window = 25, fast: window = 13)", "true strength index, -100 to 100",
        "100 · ema(ema(x - x[1], slow), fast) / ema(ema(|x - x[1]|, slow), fast)", "tsi(close, 25, 13)",
        expression="100 * ema(ema(x - x[1], slow), fast) / ema(ema(abs(x - x[1]), slow), fast)",
        source="Blau, Stocks & Commodities 9:11, 1991",
    ),
    Function(
        "ultimate_oscillator(fast: window = 7, middle: window = 14, slow: window = 28)", "buying pressure over three windows, 0 to 100",
        "100 · (4a + 2b + c) / 7; each Σ (close - true low) / Σ true range", "ultimate_oscillator(7, 14, 28)",
        expression=(
            "100 * (4 * sum(close - min(low, close[1]), fast) / sum(true_range(), fast) "
            "+ 2 * sum(close - min(low, close[1]), middle) / sum(true_range(), middle) "
            "+ sum(close - min(low, close[1]), slow) / sum(true_range(), slow)) / 7"
        ),
        source="Williams, Stocks & Commodities 3:4, 1985",
    ),
    Function(
        "awesome()", "awesome oscillator", "sma(hl2, 5) - sma(hl2, 34)", "awesome()", expression="sma(hl2, 5) - sma(hl2, 34)",
        source="Williams, Trading Chaos, 1995",
    ),
    Function(
        "ppo(x: number, fast: window = 12, slow: window = 26)", "MACD line in percent of the slow average",
        "100 · (ema(x, fast) / ema(x, slow) - 1)", "ppo(close, 12, 26)", expression="100 * (ema(x, fast) / ema(x, slow) - 1)",
    ),
    Function(
        "bop()", "balance of power, -1 to 1", "(close - open) / (high - low)", "bop()", expression="(close - open) / (high - low)",
        differs="not known while the range is 0; TA-Lib says 0", source="Livshin, Stocks & Commodities 19:8, 2001",
    ),
)  # fmt: skip
