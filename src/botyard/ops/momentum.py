"""How fast prices move."""

from math import nan

from botyard.ops.average import rma
from botyard.ops.catalog import PERCENT, Function
from botyard.ops.types import State, settled
from botyard.ops.window import push


def rsi(s: State, i: int, x: float, n: int) -> float:
    """Slots: whether a value was seen, that value, two smoothings."""
    if x != x:
        return nan
    move = x - s[i + 1]
    s[i + 1] = x
    if not settled(s[i] == 1.0):
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
        between=PERCENT,
    ),
    Function(
        "stoch_d(n: window, smooth: window = 3, signal: window = 3)", "average of stoch_k", "sma(stoch_k(n, smooth), signal)",
        "stoch_d(14, 3, 3)", expression="sma(stoch_k(n, smooth), signal)",
        between=PERCENT,
    ),
    Function(
        "rsi(x: number, n: window)", "relative strength index, 0 to 100", "100 · up / (up + down); up, down = rma of the rises and falls",
        "rsi(close, 14)", op=rsi, slots=lambda _n: 8, bars=lambda n: n, memory=lambda n: 7 * (2 * n - 1) + 1,
        differs="50 where nothing moved in the window; TA-Lib says 0", source="Wilder, New Concepts in Technical Trading Systems, 1978",
        between=PERCENT,
    ),
    Function(
        "stoch_rsi(x: number, n: window = 14, m: window = 14)", "where the RSI lies in its own range of m bars, 0 to 100",
        "100 · (rsi - lowest(rsi, m)) / (highest(rsi, m) - lowest(rsi, m))", "stoch_rsi(close, 14, 14)",
        expression="100 * (rsi(x, n) - lowest(rsi(x, n), m)) / (highest(rsi(x, n), m) - lowest(rsi(x, n), m))",
        source="Chande and Kroll, The New Technical Trader, 1994",
        between=PERCENT,
    ),
    Function(
        "williams_r(n: window = 14)", "Williams' %R: where the close lies below the highest high, -100 to 0",
        "-100 · (highest(high, n) - close) / (highest(high, n) - lowest(low, n))", "williams_r(14)",
        expression="-100 * (highest(high, n) - close) / (highest(high, n) - lowest(low, n))", differs="not known while the range is 0",
        between=(-100.0, 0.0),
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
        between=PERCENT,
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
        between=(-100.0, 100.0),
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
        between=PERCENT,
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
        between=(-1.0, 1.0),
    ),
    Function(
        "cutler_rsi(x: number, n: window = 14)", "RSI of plain sums, which depends on n moves only, 0 to 100",
        "100 · Σ rises / Σ |moves| of n bars", "cutler_rsi(close, 14)",
        expression="100 * sum(max(x - x[1], 0), n) / sum(abs(x - x[1]), n)", between=PERCENT, differs="not known while nothing moves",
    ),
    Function(
        "connors_rsi(x: number, n: window = 3, m: window = 2, rank: window = 100)", "RSI, RSI of the streak, and rank of the last move, averaged",
        "(rsi(x, n) + rsi(streak up less streak down, m) + percentile_rank(roc(x, 1), rank)) / 3", "connors_rsi(close, 3, 2, 100)",
        expression=(
            "(rsi(x, n) + rsi(streak(x > x[1]) - streak(x < x[1]), m) + percentile_rank(100 * (x / x[1] - 1), rank)) / 3"
        ),
        between=PERCENT, source="Connors and Alvarez, An Introduction to ConnorsRSI, 2012",
    ),
    Function(
        "stoch_rsi_k(x: number, n: window = 14, m: window = 14, smooth: window = 3)", "stochastic RSI, smoothed, 0 to 100",
        "sma(stoch_rsi(x, n, m), smooth)", "stoch_rsi_k(close, 14, 14, 3)", expression="sma(stoch_rsi(x, n, m), smooth)", between=PERCENT,
        source="as TradingView's K line",
    ),
    Function(
        "stoch_rsi_d(x: number, n: window = 14, m: window = 14, smooth: window = 3, signal: window = 3)", "average of stoch_rsi_k",
        "sma(stoch_rsi_k(x, n, m, smooth), signal)", "stoch_rsi_d(close, 14, 14, 3, 3)",
        expression="sma(sma(stoch_rsi(x, n, m), smooth), signal)", between=PERCENT, source="as TradingView's D line",
    ),
    Function(
        "cmo(x: number, n: window = 14)", "Chande's momentum oscillator, -100 to 100", "100 · (x - x[n]) / Σ |x - x[1]|", "cmo(close, 14)",
        expression="100 * sum(x - x[1], n) / sum(abs(x - x[1]), n)", between=(-100.0, 100.0),
        differs="TA-Lib smooths as Wilder does", source="Chande and Kroll, The New Technical Trader, 1994",
    ),
    Function(
        "coppock(x: number, fast: window = 11, slow: window = 14, n: window = 10)", "Coppock's curve",
        "wma(roc(x, slow) + roc(x, fast), n)", "coppock(close, 11, 14, 10)", expression="wma(roc(x, slow) + roc(x, fast), n)",
        source="Coppock, Barron's, 15 October 1962",
    ),
    Function(
        "wavetrend(n: window = 10, m: window = 21)", "WaveTrend: distance of the typical price from its average, over the mean distance, smoothed",
        "ema((hlc3 - e) / (0.015 · ema(|hlc3 - e|, n)), m), e = ema(hlc3, n)", "wavetrend(10, 21)",
        expression="ema((hlc3 - ema(hlc3, n)) / (0.015 * ema(abs(hlc3 - ema(hlc3, n)), n)), m)", source="LazyBear, TradingView, 2014",
    ),
    Function(
        "bull_power(n: window = 13)", "how far the high lies above the average", "high - ema(close, n)", "bull_power(13)",
        expression="high - ema(close, n)", source="Elder, Trading for a Living, 1993",
    ),
    Function(
        "bear_power(n: window = 13)", "how far the low lies above the average", "low - ema(close, n)", "bear_power(13)",
        expression="low - ema(close, n)", source="Elder, Trading for a Living, 1993",
    ),
)  # fmt: skip
