"""The words for what a spec is made of."""

import ast

SIGNALS = {
    "enter_long": "buy",
    "enter_short": "sell short",
    "exit_long": "sell",
    "exit_short": "buy back",
    "scale_in": "add",
    "scale_out": "take part of it off",
    "reverse": "turn the position round",
    "stop": "get out",
    "target": "take the profit",
    "time_exit": "get out",
}
COMPARISONS = {
    ast.Lt: "is below", ast.LtE: "is at most", ast.Gt: "is above", ast.GtE: "is at least", ast.Eq: "is", ast.NotEq: "is not",
}  # fmt: skip
NEGATED = {
    ast.Lt: "is not below", ast.LtE: "is above", ast.Gt: "is not above", ast.GtE: "is below", ast.Eq: "is not", ast.NotEq: "is",
}  # fmt: skip
TIMES = {
    ast.Lt: "the bar opens before {0}", ast.LtE: "the bar opens at {0} or before", ast.Gt: "the bar opens after {0}",
    ast.GtE: "the bar opens at {0} or later", ast.Eq: "the bar opens at {0}", ast.NotEq: "the bar does not open at {0}",
}  # fmt: skip
ARITHMETIC = {ast.Add: "plus", ast.Sub: "minus", ast.Mult: "times", ast.Div: "divided by", ast.Mod: "modulo"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNITS = {"m": "minute", "h": "hour"}
LONGER = {"1h": "hourly", "1d": "daily", "1w": "weekly", "1M": "monthly"}
INPUTS = {
    "close": "the close",
    "open": "the open",
    "high": "the high",
    "low": "the low",
    "volume": "the volume",
    "hl2": "the middle of the bar",
    "hlc3": "the mean of high, low and close",
    "ohlc4": "the mean of open, high, low and close",
    "hour": "the hour",
    "minute": "the minute",
    "minute_of_day": "the minute of the day",
    "weekday": "the weekday (Monday is 0)",
    "day": "the day of the month",
    "month": "the month",
    "year": "the year",
    "entry_price": "the entry price",
    "first_fill_price": "the first fill's price",
    "last_fill_price": "the last fill's price",
    "last_exit_price": "the last exit's price",
    "bars_in_position": "the number of bars in the position",
    "bars_in_state": "the number of bars in this state",
    "bars_since_exit": "the number of bars since the last exit",
    "highest_since_entry": "the highest high since entry",
    "lowest_since_entry": "the lowest low since entry",
    "position_return": "the position's return",
    "trades_today": "the number of trades today",
    "last_trade_return": "the last trade's return",
    "equity": "the equity",
    "drawdown": "the drawdown",
}
CALLS = {
    "sma": "the {1}-bar SMA of {0}",
    "ema": "the {1}-bar EMA of {0}",
    "wma": "the {1}-bar weighted average of {0}",
    "rma": "the {1}-bar Wilder average of {0}",
    "atr": "the {0}-bar ATR",
    "true_range": "the true range",
    "rsi": "the {1}-bar RSI of {0}",
    "adx": "the {0}-bar ADX",
    "plus_di": "the {0}-bar +DI",
    "minus_di": "the {0}-bar -DI",
    "highest": "the highest value of {0} in {1} bars",
    "lowest": "the lowest value of {0} in {1} bars",
    "donchian_high": "the highest high of {0} bars",
    "donchian_low": "the lowest low of {0} bars",
    "donchian_mid": "the middle of the {0}-bar Donchian channel",
    "stdev": "the standard deviation of {0} over {1} bars",
    "variance": "the variance of {0} over {1} bars",
    "sum": "the sum of {0} over {1} bars",
    "median": "the median of {0} over {1} bars",
    "quantile": "the {2} quantile of {0} over {1} bars",
    "percentile_rank": "the percentile rank of {0} among the {1} bars before",
    "correlation": "the correlation of {0} and {1} over {2} bars",
    "slope": "the slope of {0} over {1} bars",
    "linreg": "the end of the line fitted to {0} over {1} bars",
    "roc": "the {1}-bar rate of change of {0} in percent",
    "mom": "the {1}-bar momentum of {0}",
    "change": "the change of {0} over {1} bars",
    "zscore": "the z-score of {0} over {1} bars",
    "bb_upper": "the upper Bollinger band ({1}, {2}) of {0}",
    "bb_lower": "the lower Bollinger band ({1}, {2}) of {0}",
    "bb_mid": "the middle Bollinger band ({1}) of {0}",
    "bb_width": "the width of the Bollinger bands ({1}, {2}) of {0}",
    "kc_upper": "the upper Keltner channel ({0}, {1})",
    "kc_lower": "the lower Keltner channel ({0}, {1})",
    "kc_mid": "the middle of the Keltner channel ({0})",
    "macd": "the MACD({1}, {2}) of {0}",
    "macd_signal": "the signal line of the MACD({1}, {2}, {3}) of {0}",
    "macd_hist": "the histogram of the MACD({1}, {2}, {3}) of {0}",
    "stoch_k": "the stochastic %K({0}, {1})",
    "stoch_d": "the stochastic %D({0}, {1}, {2})",
    "supertrend": "the SuperTrend({0}, {1})",
    "obv": "the on-balance volume",
    "vwap": "the volume-weighted average price since {0}",
    "crosses_above": "{0} crosses above {1}",
    "crosses_below": "{0} crosses below {1}",
    "crosses": "{0} crosses {1}",
    "value_when": "{1} on the last bar where {0}",
    "bars_since": "the number of bars since {0}",
    "streak": "the number of bars in a row on which {0}",
    "all_true": "on each of the last {1} bars {0}",
    "any_true": "on at least one of the last {1} bars {0}",
    "count": "the number of the last {1} bars on which {0}",
    "count_true": "the number of these that hold: {all}",
    "min": "the smaller of {all}",
    "max": "the larger of {all}",
    "abs": "the size of {0}",
    "inside": "the bar opens between {0} and {1}",
    "sampled": "{1}, taken only when {0}",
    "is_new": "a new {0} begins with the next bar",
    "bars": "the bars in {0}",
    "range_high": "the highest high between {0} and {1}",
    "range_low": "the lowest low between {0} and {1}",
    "session_open": "the open of the {0} to {1} session",
    "session_high": "the high of the {0} to {1} session",
    "session_low": "the low of the {0} to {1} session",
    "prev_session_high": "the high of the {0} to {1} session before",
    "prev_session_low": "the low of the {0} to {1} session before",
    "prev_session_close": "the close of the {0} to {1} session before",
    "bull_engulfing": "a bullish engulfing candle shows",
    "bear_engulfing": "a bearish engulfing candle shows",
    "pivot_high": "{0} has a confirmed peak ({1} bars before, {2} after)",
    "pivot_low": "{0} has a confirmed trough ({1} bars before, {2} after)",
    "swing_high": "the last swing high ({0} bars before, {1} after)",
    "swing_low": "the last swing low ({0} bars before, {1} after)",
    "highest_since_entry": "the highest {0} since entry",
    "lowest_since_entry": "the lowest {0} since entry",
}
WITHOUT_TIMES = {
    "session_open": "the open of the day",
    "session_high": "the high of the day so far",
    "session_low": "the low of the day so far",
    "prev_session_high": "the high of the day before",
    "prev_session_low": "the low of the day before",
    "prev_session_close": "the close of the day before",
    "vwap": "the day's volume-weighted average price",
}


def bar_length(timeframe: str) -> str:
    """Say a timeframe before "bar": 5-minute, hourly, daily."""
    if timeframe in LONGER:
        return LONGER[timeframe]
    return (
        f"{timeframe[:-1]}-{UNITS.get(timeframe[-1], {'d': 'day', 'w': 'week', 'M': 'month'}.get(timeframe[-1], ''))}"
    )


def ago(bars: str) -> str:
    """Say how many bars ago."""
    return "one bar ago" if bars == "1" else f"{bars} bars ago"


def percent(share: float) -> str:
    """Say a share of 1."""
    return f"{share * 100:.6g} %"
