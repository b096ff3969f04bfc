"""Volume and price together."""

from math import floor, nan

from botyard.ops.arithmetic import safe_sqrt
from botyard.ops.calendar.clock import DAY
from botyard.ops.catalog import PRICE, Function
from botyard.ops.types import State


def obv(s: State, i: int, close: float, volume: float) -> float:
    """Slots: whether a bar was seen, its close, the balance."""
    if close != close or volume != volume:
        return nan
    if s[i] == 0.0:
        s[i] = 1.0
        s[i + 2] = volume
    elif close > s[i + 1]:
        s[i + 2] += volume
    elif close < s[i + 1]:
        s[i + 2] -= volume
    s[i + 1] = close
    return s[i + 2]


def vwap(
    s: State, i: int, minutes: float, step: float, high: float, low: float, close: float, volume: float, start: float
) -> float:
    """Slots: day (NaN at first), Σ price · volume, Σ volume. A first day that is cut at its start is left out."""
    if high != high or low != low or close != close or volume != volume:
        return nan
    day = float(floor((minutes - start) / DAY))
    if day != s[i]:
        cut = s[i] != s[i] and (minutes - start) - day * DAY >= step
        s[i] = day
        s[i + 1] = nan if cut else 0.0
        s[i + 2] = 0.0
    s[i + 1] += (high + low + close) / 3.0 * volume
    s[i + 2] += volume
    return s[i + 1] / s[i + 2] if s[i + 2] > 0.0 else nan


def vwap_stdev(
    s: State, i: int, minutes: float, step: float, high: float, low: float, close: float, volume: float, start: float
) -> float:
    """Slots: day (NaN at first), Σ volume, weighted mean, Σ volume · distance² (D. H. D. West, 1979)."""
    if high != high or low != low or close != close or volume != volume:
        return nan
    day = float(floor((minutes - start) / DAY))
    if day != s[i]:
        cut = s[i] != s[i] and (minutes - start) - day * DAY >= step
        s[i] = day
        s[i + 1] = nan if cut else 0.0
        s[i + 2] = 0.0
        s[i + 3] = 0.0
    if not volume > 0.0:
        return safe_sqrt(s[i + 3] / s[i + 1]) if s[i + 1] > 0.0 else nan
    typical = (high + low + close) / 3.0
    distance = typical - s[i + 2]
    s[i + 1] += volume
    s[i + 2] += distance * (volume / s[i + 1])
    s[i + 3] += max(0.0, volume * distance * (typical - s[i + 2]))
    return safe_sqrt(s[i + 3] / s[i + 1]) if s[i + 1] > 0.0 else nan


def ad(s: State, i: int, high: float, low: float, close: float, volume: float) -> float:
    if high != high or low != low or close != close or volume != volume:
        return nan
    if high > low:
        s[i] += volume * ((close - low) - (high - close)) / (high - low)
    return s[i]


CATALOGUE = (
    Function(
        "obv()", "on-balance volume: volume added on rises, taken off on falls, since the first bar seen",
        "obv[t-1] ± volume, by the sign of close - close[1]; begins at the first volume", "obv()",
        op=obv, inputs=("close", "volume"), slots=lambda: 3, memory=lambda: 1000,
        differs="its level depends on the first bar seen: compare it with itself only",
    ),
    Function(
        'vwap(start: time = "00:00")', "volume-weighted average price since the day's start, in the spec's time zone",
        "Σ hlc3 · volume / Σ volume", "vwap()", op=vwap, inputs=("minutes", "step", "high", "low", "close", "volume"),
        slots=lambda: 3, unknown=(0,), memory=lambda: 1440,
        between=PRICE,
    ),
    Function(
        "ad()", "Chaikin's accumulation/distribution line, since the first bar seen",
        "Σ volume · ((close - low) - (high - close)) / (high - low)", "ad()",
        op=ad, inputs=("high", "low", "close", "volume"), slots=lambda: 1, memory=lambda: 1000,
        differs="its level depends on the first bar seen: compare it with itself only",
    ),
    Function(
        "cmf(n: window = 20)", "Chaikin's money flow, -1 to 1", "Σ volume · ((close - low) - (high - close)) / (high - low) / Σ volume",
        "cmf(20)", expression="sum(volume * (2 * close - low - high) / (high - low) if high > low else 0, n) / sum(volume, n)",
        between=(-1.0, 1.0),
    ),
    Function(
        "rolling_vwap(n: window)", "volume-weighted average price of the last n bars", "Σ hlc3 · volume / Σ volume", "rolling_vwap(48)",
        expression="sum(hlc3 * volume, n) / sum(volume, n)",
        between=PRICE,
    ),
    Function(
        "relative_volume(n: window = 20)", "volume over the mean of the n bars before", "volume / sma(volume, n)[1]", "relative_volume(20)",
        expression="volume / sma(volume, n)[1]",
        between=PRICE,
    ),
    Function(
        'vwap_stdev(start: time = "00:00")', "standard deviation of the typical price about the day's VWAP, weighted by volume",
        "√(Σ volume · (hlc3 - vwap)² / Σ volume) since the day's start", "vwap_stdev()", op=vwap_stdev,
        inputs=("minutes", "step", "high", "low", "close", "volume"), slots=lambda: 4, unknown=(0,), memory=lambda: 1440, between=PRICE,
        source="as TradingView's VWAP bands",
    ),
    Function(
        'vwap_upper(width: number = 2, start: time = "00:00")', "upper band of the day's VWAP", "vwap + width · vwap_stdev", "vwap_upper(2)",
        expression="vwap(start) + width * vwap_stdev(start)",
    ),
    Function(
        'vwap_lower(width: number = 2, start: time = "00:00")', "lower band of the day's VWAP", "vwap - width · vwap_stdev", "vwap_lower(2)",
        expression="vwap(start) - width * vwap_stdev(start)",
    ),
    Function(
        "anchored_vwap(condition: boolean)", "volume-weighted average price since the condition last held", "Σ hlc3 · volume / Σ volume since then",
        "anchored_vwap(low == lowest(low, 200))",
        expression="sum_since(condition, hlc3 * volume) / sum_since(condition, volume)", between=PRICE,
    ),
    Function(
        "force_index(n: window = 13)", "Elder's force index: moves times volume, smoothed", "ema((close - close[1]) · volume, n)",
        "force_index(13)", expression="ema((close - close[1]) * volume, n)", source="Elder, Trading for a Living, 1993",
    ),
    Function(
        "chaikin_oscillator(fast: window = 3, slow: window = 10)", "fast less slow average of the accumulation/distribution line",
        "ema(ad(), fast) - ema(ad(), slow)", "chaikin_oscillator(3, 10)", expression="ema(ad(), fast) - ema(ad(), slow)",
        differs="TA-Lib begins both averages with the first value; the difference fades",
    ),
)  # fmt: skip
