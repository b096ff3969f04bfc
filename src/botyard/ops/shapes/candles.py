"""Candle patterns, each a plain rule on bodies and shadows. Greg Morris, Candlestick Charting Explained, 3rd edition."""

from botyard.ops.catalog import Function

_TALIB = "TA-Lib measures bodies and shadows against their averages of the last ten candles"

CATALOGUE = (
    Function(
        "bull_engulfing()", "a rising candle whose body is larger than, and covers, the falling one's before it",
        "close > open, close[1] < open[1], open ≤ close[1], close ≥ open[1], not both equal", "bull_engulfing()",
        expression="close > open and close[1] < open[1] and open <= close[1] and close >= open[1] and close - open > open[1] - close[1]",
    ),
    Function(
        "bear_engulfing()", "a falling candle whose body is larger than, and covers, the rising one's before it",
        "close < open, close[1] > open[1], open ≥ close[1], close ≤ open[1], not both equal", "bear_engulfing()",
        expression="close < open and close[1] > open[1] and open >= close[1] and close <= open[1] and open - close > close[1] - open[1]",
    ),
    Function(
        "doji(share: number = 0.1)", "a candle that closes about where it opened",
        "|close - open| ≤ share · (high - low)", "doji()", expression="abs(close - open) <= share * (high - low)", differs=_TALIB,
    ),
    Function(
        "hammer()", "a small body at the top of a long lower shadow",
        "lower shadow ≥ 2 · body, upper shadow ≤ body, body > 0", "hammer()",
        expression=(
            "min(open, close) - low >= 2 * abs(close - open) and high - max(open, close) <= abs(close - open) and close != open"
        ),
        differs=_TALIB,
    ),
    Function(
        "shooting_star()", "a small body at the bottom of a long upper shadow",
        "upper shadow ≥ 2 · body, lower shadow ≤ body, body > 0", "shooting_star()",
        expression=(
            "high - max(open, close) >= 2 * abs(close - open) and min(open, close) - low <= abs(close - open) and close != open"
        ),
        differs=_TALIB,
    ),
    Function(
        "inside_bar()", "a bar within the range of the one before", "high < high[1] and low > low[1]", "inside_bar()",
        expression="high < high[1] and low > low[1]",
    ),
    Function(
        "outside_bar()", "a bar beyond the range of the one before on both sides", "high > high[1] and low < low[1]", "outside_bar()",
        expression="high > high[1] and low < low[1]",
    ),
    Function(
        "bull_harami()", "a rising body inside the falling body before it",
        "close[1] < open[1], close > open, open > close[1], close < open[1]", "bull_harami()",
        expression="close[1] < open[1] and close > open and open > close[1] and close < open[1]", differs=_TALIB,
    ),
    Function(
        "bear_harami()", "a falling body inside the rising body before it",
        "close[1] > open[1], close < open, open < close[1], close > open[1]", "bear_harami()",
        expression="close[1] > open[1] and close < open and open < close[1] and close > open[1]", differs=_TALIB,
    ),
    Function(
        "piercing()", "after a falling candle, one that opens below its low and closes above the middle of its body",
        "open < low[1], (open[1] + close[1]) / 2 < close < open[1]", "piercing()",
        expression="close[1] < open[1] and open < low[1] and close > (open[1] + close[1]) / 2 and close < open[1]", differs=_TALIB,
    ),
    Function(
        "dark_cloud()", "after a rising candle, one that opens above its high and closes below the middle of its body",
        "open > high[1], open[1] < close < (open[1] + close[1]) / 2", "dark_cloud()",
        expression="close[1] > open[1] and open > high[1] and close < (open[1] + close[1]) / 2 and close > open[1]", differs=_TALIB,
    ),
    Function(
        "morning_star()", "a falling candle, a small one below it, then a rising one into the first one's upper half",
        "body[1] < body[2] / 2 below close[2], close > (open[2] + close[2]) / 2", "morning_star()",
        expression=(
            "close[2] < open[2] and max(open[1], close[1]) < close[2] and 2 * abs(close[1] - open[1]) < open[2] - close[2] "
            "and close > open and close > (open[2] + close[2]) / 2"
        ),
        differs=_TALIB,
    ),
    Function(
        "evening_star()", "a rising candle, a small one above it, then a falling one into the first one's lower half",
        "body[1] < body[2] / 2 above close[2], close < (open[2] + close[2]) / 2", "evening_star()",
        expression=(
            "close[2] > open[2] and min(open[1], close[1]) > close[2] and 2 * abs(close[1] - open[1]) < close[2] - open[2] "
            "and close < open and close < (open[2] + close[2]) / 2"
        ),
        differs=_TALIB,
    ),
    Function(
        "three_white_soldiers()", "three rising candles, each opening inside the body before it and closing higher",
        "close > close[1] > close[2], each open within the last body", "three_white_soldiers()",
        expression=(
            "close > open and close[1] > open[1] and close[2] > open[2] and close > close[1] and close[1] > close[2] "
            "and open[2] < open[1] <= close[2] and open[1] < open <= close[1]"
        ),
        differs=_TALIB,
    ),
    Function(
        "three_black_crows()", "three falling candles, each opening inside the body before it and closing lower",
        "close < close[1] < close[2], each open within the last body", "three_black_crows()",
        expression=(
            "close < open and close[1] < open[1] and close[2] < open[2] and close < close[1] and close[1] < close[2] "
            "and close[2] <= open[1] < open[2] and close[1] <= open < open[1]"
        ),
        differs=_TALIB,
    ),
    Function(
        "bull_marubozu(share: number = 0.05)", "a rising candle that is nearly all body", "close - open ≥ (1 - share) · (high - low) > 0",
        "bull_marubozu()", expression="close > open and close - open >= (1 - share) * (high - low)", differs=_TALIB,
    ),
    Function(
        "bear_marubozu(share: number = 0.05)", "a falling candle that is nearly all body", "open - close ≥ (1 - share) · (high - low) > 0",
        "bear_marubozu()", expression="close < open and open - close >= (1 - share) * (high - low)", differs=_TALIB,
    ),
    Function(
        "dragonfly_doji(share: number = 0.1)", "a doji at the top of its bar", "|close - open| and the upper shadow ≤ share · (high - low) > 0",
        "dragonfly_doji()",
        expression="high > low and abs(close - open) <= share * (high - low) and high - max(open, close) <= share * (high - low)", differs=_TALIB,
    ),
    Function(
        "gravestone_doji(share: number = 0.1)", "a doji at the bottom of its bar", "|close - open| and the lower shadow ≤ share · (high - low) > 0",
        "gravestone_doji()",
        expression="high > low and abs(close - open) <= share * (high - low) and min(open, close) - low <= share * (high - low)", differs=_TALIB,
    ),
    Function(
        "spinning_top(share: number = 0.3)", "a small body between two longer shadows",
        "0 < |close - open| ≤ share · (high - low), both shadows longer than the body", "spinning_top()",
        expression=(
            "close != open and abs(close - open) <= share * (high - low) "
            "and high - max(open, close) > abs(close - open) and min(open, close) - low > abs(close - open)"
        ),
        differs=_TALIB,
    ),
    Function(
        "tweezer_top(share: number = 0.1)", "a rising candle, then a falling one, with about the same high",
        "|high - high[1]| ≤ share · (high[1] - low[1])", "tweezer_top()",
        expression="close[1] > open[1] and close < open and abs(high - high[1]) <= share * (high[1] - low[1])",
    ),
    Function(
        "tweezer_bottom(share: number = 0.1)", "a falling candle, then a rising one, with about the same low",
        "|low - low[1]| ≤ share · (high[1] - low[1])", "tweezer_bottom()",
        expression="close[1] < open[1] and close > open and abs(low - low[1]) <= share * (high[1] - low[1])",
    ),
    Function(
        "three_inside_up()", "a bullish harami, then a rising candle that closes above the first one's open",
        "bull_harami()[1], close > open, close > open[2]", "three_inside_up()",
        expression="bull_harami()[1] and close > open and close > open[2]", differs=_TALIB,
    ),
    Function(
        "three_inside_down()", "a bearish harami, then a falling candle that closes below the first one's open",
        "bear_harami()[1], close < open, close < open[2]", "three_inside_down()",
        expression="bear_harami()[1] and close < open and close < open[2]", differs=_TALIB,
    ),
    Function(
        "three_outside_up()", "a bullish engulfing, then a candle that closes higher still", "bull_engulfing()[1], close > close[1]",
        "three_outside_up()", expression="bull_engulfing()[1] and close > close[1]",
    ),
    Function(
        "three_outside_down()", "a bearish engulfing, then a candle that closes lower still", "bear_engulfing()[1], close < close[1]",
        "three_outside_down()", expression="bear_engulfing()[1] and close < close[1]",
    ),
)  # fmt: skip
