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
    "true": "a comparison", "false": "a comparison", "data": "close", "df": "close", "self": "close",
}  # fmt: skip


def instead_of_function(word: str, known: list[str]) -> str:
    """Say what to write instead of a function that is not there, or nothing."""
    return _instead(word, _FUNCTIONS, known)


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
