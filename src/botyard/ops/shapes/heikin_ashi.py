"""Heikin-Ashi candles: averaged ones, which never traded. Orders still fill at real prices."""

from math import nan

from botyard.ops.catalog import PRICE, Function
from botyard.ops.types import State


def heikin_ashi_open(s: State, i: int, open: float, high: float, low: float, close: float) -> float:
    """Slots: whether a bar was seen, the averaged open and close of the last one."""
    if open != open or high != high or low != low or close != close:
        return nan
    opening = (s[i + 1] + s[i + 2]) / 2.0 if s[i] == 1.0 else (open + close) / 2.0
    s[i] = 1.0
    s[i + 1] = opening
    s[i + 2] = (open + high + low + close) / 4.0
    return opening


CATALOGUE = (
    Function(
        "heikin_ashi_open()", "open of the Heikin-Ashi candle: middle of the last one's body",
        "(o[t-1] + c[t-1]) / 2; begins as (open + close) / 2", "heikin_ashi_open()",
        op=heikin_ashi_open, inputs=("open", "high", "low", "close"), slots=lambda: 3, memory=lambda: 60,
        source="Valcu, Using the Heikin-Ashi Technique, Stocks & Commodities 22:2, 2004",
        between=PRICE,
    ),
    Function(
        "heikin_ashi_close()", "close of the Heikin-Ashi candle: mean of the bar", "(open + high + low + close) / 4",
        "heikin_ashi_close()", expression="(open + high + low + close) / 4",
        between=PRICE,
    ),
    Function(
        "heikin_ashi_high()", "high of the Heikin-Ashi candle", "max(high, its open, its close)", "heikin_ashi_high()",
        expression="max(high, heikin_ashi_open(), ohlc4)",
        between=PRICE,
    ),
    Function(
        "heikin_ashi_low()", "low of the Heikin-Ashi candle", "min(low, its open, its close)", "heikin_ashi_low()",
        expression="min(low, heikin_ashi_open(), ohlc4)",
        between=PRICE,
    ),
)  # fmt: skip
