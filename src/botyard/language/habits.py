"""Words that people bring from elsewhere, and what they are called here."""

from botyard.language.catalog import nearest

_FUNCTIONS = {
    "smma": "rma(x, n)", "wilder": "rma(x, n)", "avg": "sma(x, n)", "mean": "sma(x, n)", "ma": "sma(x, n) or ema(x, n)",
    "average": "sma(x, n)", "std": "stdev(x, n)", "stddev": "stdev(x, n)", "var": "variance(x, n)", "lsma": "linreg(x, n)",
    "bollinger": "bb_upper, bb_mid, bb_lower, bb_width or bb_pctb", "bbands": "bb_upper, bb_mid, bb_lower, bb_width or bb_pctb",
    "keltner": "kc_upper, kc_mid or kc_lower", "donchian": "donchian_high, donchian_mid or donchian_low",
    "ichimoku": "ichimoku_conversion, ichimoku_base, ichimoku_span_a or ichimoku_span_b", "stoch": "stoch_k(n, smooth)",
    "stochastic": "stoch_k(n, smooth)", "aroon": "aroon_up(n) or aroon_down(n)", "di": "plus_di(n) or minus_di(n)",
    "vortex": "vortex_plus(n) or vortex_minus(n)", "sar": "psar(step, limit)", "engulfing": "bull_engulfing() or bear_engulfing()",
    "harami": "bull_harami() or bear_harami()", "marubozu": "bull_marubozu() or bear_marubozu()", "hl2": "hl2 without ( )",
    "crossover": "crosses_above(a, b)", "crossunder": "crosses_below(a, b)", "cross": "crosses(a, b)", "cross_over": "crosses_above(a, b)",
    "cross_under": "crosses_below(a, b)", "cross_up": "crosses_above(a, b)", "cross_down": "crosses_below(a, b)",
    "crosses_over": "crosses_above(a, b)", "crosses_under": "crosses_below(a, b)", "crossed_above": "crosses_above(a, b)",
    "crossed_below": "crosses_below(a, b)",
    "shift": "x[1]", "ref": "x[1]", "prev": "x[1]", "previous": "x[1]", "delay": "x[1]", "diff": "change(x, 1)", "pct_change": "roc(x, 1)",
    "pow": "x * x", "square": "x * x", "int": "floor(x)", "float": "x itself: every number is one", "trunc": "floor(x)", "log10": "log(x) / log(10)",
    "ln": "log(x)", "iff": "a if condition else b", "where": "a if condition else b", "any": "a or b, or any_true(condition, n)",
    "all": "a and b, or all_true(condition, n)", "tr": "true_range()", "percentrank": "percentile_rank(x, n)", "rank": "percentile_rank(x, n)",
    "time": 'inside("09:30", "16:00"), hour or minute_of_day', "between": "low < x < high", "rolling_max": "highest(x, n)",
    "rolling_min": "lowest(x, n)", "hhv": "highest(x, n)", "llv": "lowest(x, n)", "cumsum": "sum_since(condition, x)",
    "cum": "sum_since(condition, x)", "fillna": "nz(x, instead)", "isnan": "nz(x, instead)", "security": 'on("1h", x)',
    "resample": 'on("1h", x)', "timeframe": 'on("1h", x)', "trailing_stop": '"stop" with "ratchet": true', "pivot": "pivot_high, pivot_low or pivot_point",
    "new_high": "close > highest(close, n)[1]", "new_low": "close < lowest(close, n)[1]",
    "iif": "a if condition else b", "if_else": "a if condition else b", "ifelse": "a if condition else b",
    "consecutive": "all_true(condition, n), or streak(condition)", "any_of": "a or b, or count_true(a, b) >= 1",
    "cross_above": "crosses_above(a, b)", "cross_below": "crosses_below(a, b)", "rolling": "sma(x, n), sum(x, n) or highest(x, n)",
    "range": "high - low", "candle_range": "high - low", "body": "abs(close - open)", "adr": 'on("1d", sma(high - low, n))',
    "average_daily_range": 'on("1d", sma(high - low, n))', "average_range": "sma(high - low, n)", "avg_volume": "sma(volume, n)",
    "average_volume": "sma(volume, n)", "volume_sma": "sma(volume, n)", "volume_ma": "sma(volume, n)", "rvol": "relative_volume(n)",
    "inside_day": 'inside_bar(), or on("1d", inside_bar())', "nr7": "high - low < lowest(high - low, 6)[1]",
    "nr4": "high - low < lowest(high - low, 3)[1]", "narrowest": "high - low < lowest(high - low, 6)[1]",
    "narrow_range": "high - low < lowest(high - low, 6)[1]", "pin_bar": "hammer() or shooting_star()", "pinbar": "hammer() or shooting_star()",
    "fib": "fibonacci(left, right, share)", "retracement": "fibonacci(left, right, share)", "linear_regression": "linreg(x, n)",
    "regression": "linreg(x, n) or slope(x, n)", "regression_slope": "slope(x, n)", "zlema": "ema(2 * x - x[k], n), with k half of n",
    "zlsma": "2 * linreg(x, n) - linreg(linreg(x, n), n)", "dpo": "x[k] - sma(x, n), with k half of n and one more",
    "alligator": "rma(hl2, 13)[8], rma(hl2, 8)[5] and rma(hl2, 5)[3]", "envelope": "sma(x, n) * 1.02",
    "fvg": "low > high[2] for a gap upwards, high < low[2] for one downwards", "fair_value_gap": "low > high[2] for a gap upwards, high < low[2] for one downwards",
    "session": 'inside("09:30", "16:00")', "in_session": 'inside("09:30", "16:00")', "opening_range_high": 'range_high("09:30", "10:00")',
    "opening_range_low": 'range_low("09:30", "10:00")', "opening_range": 'range_high("09:30", "10:00") and range_low("09:30", "10:00")',
    "week_high": 'highest_since(is_first("week"), high), or prev_week_high()', "week_low": 'lowest_since(is_first("week"), low), or prev_week_low()',
    "highest_close": "highest(close, n)", "lowest_close": "lowest(close, n)",
    "chandelier": "chandelier_long(n, width) or chandelier_short(n, width)",
}  # fmt: skip

_NAMES = {
    "price": "close", "last": "close", "vol": "volume", "entry": "entry_price", "exit": "last_exit_price", "stop": "initial_stop",
    "stop_price": "initial_stop", "profit": "position_return", "pnl": "position_return", "unrealized_pnl": "position_return",
    "gain": "position_return", "position": "bars_in_position, or a state of the state machine", "position_size": "a state of the state machine",
    "long": "a state of the state machine", "short": "a state of the state machine", "flat": "a state of the state machine",
    "time": 'hour, minute_of_day or inside("09:30", "16:00")', "date": "day, month or weekday", "day_of_week": "weekday",
    "dayofweek": "weekday", "bar": "bars_in_state", "bar_index": "bars_in_state", "balance": "equity", "capital": "equity", "cash": "equity",
    "nan": "nz(x, instead) where a value may be unknown", "none": "nz(x, instead) where a value may be unknown", "null": "nz(x, instead)",
    "inf": "a large number", "hl": "hl2", "hlc": "hlc3", "ohlc": "ohlc4", "typical_price": "hlc3", "i": "x[1] for the bar before",
    "bid": "close: there are only bars", "ask": "close: there are only bars", "spread": "high - low: there are only bars",
    "bars_since_entry": "bars_in_position", "bars_in_trade": "bars_in_position", "bars_held": "bars_in_position", "holding_bars": "bars_in_position",
    "entry_bar": "bars_in_position", "entry_time": "bars_in_position", "barssince_entry": "bars_in_position", "bars_since_fill": "bars_in_position",
    "avg_price": "entry_price, the average of all fills", "average_price": "entry_price, the average of all fills",
    "position_avg_price": "entry_price, the average of all fills", "avg_entry_price": "entry_price, the average of all fills",
    "average_entry_price": "entry_price, the average of all fills", "average_entry": "entry_price, the average of all fills",
    "profit_pct": "100 * position_return", "profit_percent": "100 * position_return", "open_profit": "position_return", "return_pct": "100 * position_return",
    "max_since_entry": "highest_since_entry", "high_since_entry": "highest_since_entry", "min_since_entry": "lowest_since_entry",
    "low_since_entry": "lowest_since_entry", "highest_since_buy": "highest_since_entry", "initial_risk": "entry_price - initial_stop",
    "risk": "entry_price - initial_stop", "stop_loss": "initial_stop", "r_multiple": "(close - entry_price) / (entry_price - initial_stop)",
    "prev_close": "close[1], or prev_day_close()", "prev_high": "high[1], or prev_day_high()", "prev_low": "low[1], or prev_day_low()",
    "prev_open": "open[1], or prev_day_open()", "previous_close": "close[1], or prev_day_close()", "previous_high": "high[1], or prev_day_high()",
    "previous_low": "low[1], or prev_day_low()", "yesterday_high": "prev_day_high()", "yesterday_low": "prev_day_low()",
    "yesterday_close": "prev_day_close()", "yesterday_open": "prev_day_open()", "day_open": "session_open()", "daily_open": "session_open()",
    "today_open": "session_open()", "day_high": "session_high()", "today_high": "session_high()", "day_low": "session_low()", "today_low": "session_low()",
    "week_high": 'highest_since(is_first("week"), high), or prev_week_high()', "week_low": 'lowest_since(is_first("week"), low), or prev_week_low()',
    "month_high": 'highest_since(is_first("month"), high), or prev_month_high()', "month_low": 'lowest_since(is_first("month"), low), or prev_month_low()',
    "weekly_vwap": 'anchored_vwap(is_first("week"))', "day_of_month": "day", "dayofmonth": "day", "minutes": "minute_of_day",
    "is_month_end": 'is_new("month"), which holds at the last bar', "all_time_high": "a series top with the text max(nz(top[1], high), high)",
    "orb_high": 'range_high("09:30", "10:00")', "orb_low": 'range_low("09:30", "10:00")', "is_session_open": 'inside("09:30", "16:00")',
    "fvg": "low > high[2] for a gap upwards, high < low[2] for one downwards", "gap_up": "gap() > 0, or session_gap() > 0", "gap_down": "gap() < 0, or session_gap() < 0",
    "volume_ma": "sma(volume, n)", "avg_volume": "sma(volume, n)", "adr": 'on("1d", sma(high - low, n))', "body": "abs(close - open)",
    "upper_wick": "high - max(open, close)", "lower_wick": "min(open, close) - low", "state": "a state: what holds in it only stands in the transitions that leave it",
    "exit_reason": "states of their own for what follows a stop and what follows a target",
    "consecutive_losses": "losses_in_row()", "losses_in_a_row": "losses_in_row()", "losing_streak": "losses_in_row()", "consecutive_wins": "wins_in_row()",
    "winning_streak": "wins_in_row()", "weekly_loss": 'return_since(is_first("week"))', "weekly_return": 'return_since(is_first("week"))', "daily_return": 'return_since(is_first("day"))',
    "true": "a comparison", "false": "a comparison", "data": "close", "df": "close", "self": "close",
}  # fmt: skip


def instead_of_function(word: str, known: list[str]) -> str:
    """Say what to write instead of a function that is not there, or nothing."""
    return _instead(word, _FUNCTIONS, known) or (
        "; what is missing can be written as a series, from others or from itself: nz(name[1], start) is what the series "
        "called name was a bar ago"
    )


def instead_of_method(word: str) -> str:
    """Say what to write instead of a function of a library, or nothing."""
    return _instead(word, _FUNCTIONS, []) if word.lower() in _FUNCTIONS else ""


def instead_of_name(word: str, known: list[str]) -> str:
    """Say what to write instead of a name that is not there, or nothing."""
    return _instead(word, _NAMES, known)


def _instead(word: str, habits: dict[str, str], known: list[str]) -> str:
    lower = word.lower()
    same = next((name for name in known if name.lower() == lower), "")
    if same:
        return f"; did you mean {same}?"
    return f"; write {habits[lower]}" if lower in habits else nearest(word, known)
