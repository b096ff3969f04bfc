"""What names mean: inputs, and the functions that the families of ops bring."""

from difflib import get_close_matches
from types import ModuleType

from botyard.ops import (
    arithmetic,
    average,
    bands,
    events,
    momentum,
    position,
    state,
    statistics,
    trend,
    volatility,
    volume,
    window,
)
from botyard.ops.account import record
from botyard.ops.calendar import clock, periods, seasons, session
from botyard.ops.catalog import Function
from botyard.ops.shapes import candles, heikin_ashi, swings

FAMILIES: tuple[ModuleType, ...] = (
    arithmetic, window, average, statistics, momentum, bands, volatility, trend, volume, candles, heikin_ashi, swings, events,
    clock, session, periods, seasons, record,
)  # fmt: skip

FUNCTIONS: dict[str, Function] = {entry.name: entry for family in FAMILIES for entry in family.CATALOGUE}

BAR_INPUTS = ("open", "high", "low", "close", "volume")

ALWAYS = "always"
"""The condition that holds at every close."""

DERIVED_INPUTS = {
    "hl2": "(high + low) / 2",
    "hlc3": "(high + low + close) / 3",
    "ohlc4": "(open + high + low + close) / 4",
}

CLOCK_OPS = {
    "minute": "minute_of",
    "hour": "hour_of",
    "minute_of_day": "minute_of_day_of",
    "weekday": "weekday_of",
    "day": "day_of",
    "month": "month_of",
    "year": "year_of",
}
"""Clock input -> the op that reads it off the bar's local minutes."""

CLOCK_INPUTS = tuple(CLOCK_OPS)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Names of the numbers that `weekday` gives; a series or parameter of that name comes first."""

PERIOD_OPS = {"is_new_day": "is_new_day", "is_new_week": "is_new_week", "is_new_month": "is_new_month"}
"""What is_new("…") stands for -> its op."""

POSITION_INPUTS = {
    "entry_price": "ENTRY_PRICE",
    "first_fill_price": "FIRST_FILL_PRICE",
    "last_fill_price": "LAST_FILL_PRICE",
    "last_exit_price": "LAST_EXIT_PRICE",
    "bars_in_position": "BARS_IN_POSITION",
    "bars_in_state": "BARS_IN_STATE",
    "bars_since_exit": "BARS_SINCE_EXIT",
    "highest_since_entry": "HIGHEST_SINCE_ENTRY",
    "lowest_since_entry": "LOWEST_SINCE_ENTRY",
    "highest_close_since_entry": "HIGHEST_CLOSE_SINCE_ENTRY",
    "lowest_close_since_entry": "LOWEST_CLOSE_SINCE_ENTRY",
    "position_return": "",
    "initial_stop": "",
}
"""Position input -> its slot's name in the header; position_return is computed, initial_stop is written out."""

ACCOUNT_INPUTS = {
    "trades_today": "TRADES_TODAY",
    "last_trade_return": "LAST_TRADE_RETURN",
    "equity": "EQUITY",
    "drawdown": "DRAWDOWN",
}

INPUTS = frozenset({*BAR_INPUTS, *CLOCK_INPUTS, *POSITION_INPUTS, *ACCOUNT_INPUTS})

SPECIAL_FORMS = ("on", "sampled", "at_entry", "bars", "is_new", "is_first", "count_true")


def nearest(word: str, known: list[str]) -> str:
    """Say "; did you mean x?", or nothing."""
    close = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def op_modules() -> dict[str, str]:
    """Name of each op that emitted code may import -> its module."""
    modules = (*FAMILIES, position, state)
    return {
        name: module.__name__
        for module in modules
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (getattr(value, "__module__", None) == module.__name__ or (module is state and name.isupper()))
        and name != "Function"
    }
