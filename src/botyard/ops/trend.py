"""Strength and direction of a trend."""

from math import nan

from botyard.ops.catalog import PERCENT, PRICE, Function
from botyard.ops.types import State, settled
from botyard.ops.volatility import atr
from botyard.ops.window import push


def directional(s: State, i: int, high: float, low: float, close: float, n: int) -> float:
    """Smooth Wilder's directional movement; 1 once it is known.

    Slots: moves seen (up to n), last high, low and close, then the sums of +DM, -DM and true range.
    """
    if high != high or low != low or close != close:
        return nan
    up = high - s[i + 1]
    down = s[i + 2] - low
    before = s[i + 3]
    s[i + 1] = high
    s[i + 2] = low
    s[i + 3] = close
    if not settled(s[i] != 0.0):
        s[i] = 1.0
        return nan
    plus = up if up > down and up > 0.0 else 0.0
    minus = down if down > up and down > 0.0 else 0.0
    top = max(before, high)
    bottom = min(before, low)
    fade = 0.0
    if s[i] < n:
        s[i] += 1.0
    else:
        fade = 1.0 / n
    s[i + 4] += plus - s[i + 4] * fade
    s[i + 5] += minus - s[i + 5] * fade
    s[i + 6] += top - bottom - s[i + 6] * fade
    return 1.0 if fade > 0.0 else nan


def plus_di(s: State, i: int, high: float, low: float, close: float, n: int) -> float:
    if directional(s, i, high, low, close, n) != 1.0:
        return nan
    return 100.0 * s[i + 4] / s[i + 6] if s[i + 6] > 0.0 else 0.0


def minus_di(s: State, i: int, high: float, low: float, close: float, n: int) -> float:
    if directional(s, i, high, low, close, n) != 1.0:
        return nan
    return 100.0 * s[i + 5] / s[i + 6] if s[i + 6] > 0.0 else 0.0


def adx(s: State, i: int, high: float, low: float, close: float, n: int) -> float:
    """Slots: those of directional, then how many values are averaged (up to n), their average."""
    if directional(s, i, high, low, close, n) != 1.0:
        return nan
    both = s[i + 4] + s[i + 5]
    if both > 0.0:
        dx = 100.0 * abs(s[i + 4] - s[i + 5]) / both
        if s[i + 7] < n:
            s[i + 7] += 1.0
            s[i + 8] += dx / n
        else:
            s[i + 8] += (dx - s[i + 8]) / n
    return s[i + 8] if s[i + 7] >= n else nan


def supertrend(s: State, i: int, high: float, low: float, close: float, n: int, width: float) -> float:
    """Slots: those of atr, then upper band, lower band, side (1 below the price, -1 above, 0 not yet), last close."""
    reach = width * atr(s, i, high, low, close, n)
    if reach != reach:
        s[i + 8] = close
        return nan
    middle = (high + low) / 2.0
    upper = middle + reach
    lower = middle - reach
    before = s[i + 8]
    s[i + 8] = close
    if s[i + 7] == 0.0:
        s[i + 7] = 1.0 if close >= middle else -1.0
    else:
        if upper > s[i + 5] and before <= s[i + 5]:
            upper = s[i + 5]
        if lower < s[i + 6] and before >= s[i + 6]:
            lower = s[i + 6]
        if s[i + 7] > 0.0 and close < lower:
            s[i + 7] = -1.0
        elif s[i + 7] < 0.0 and close > upper:
            s[i + 7] = 1.0
    s[i + 5] = upper
    s[i + 6] = lower
    return lower if s[i + 7] > 0.0 else upper


def aroon_up(s: State, i: int, high: float, n: int) -> float:
    """Look for the highest of n + 1 values, the latest of equal ones. Slots: a ring of n + 1."""
    if high != high:
        return nan
    push(s, i, high, n + 1)
    if s[i] <= n:
        return nan
    place = i + 2 + int(s[i + 1])
    best = s[place]
    found = 0
    for j in range(1, n + 1):
        place += 1
        if place == i + 3 + n:
            place = i + 2
        if s[place] >= best:
            best = s[place]
            found = j
    return 100.0 * found / n


def aroon_down(s: State, i: int, low: float, n: int) -> float:
    return aroon_up(s, i, -low, n)


def psar(s: State, i: int, high: float, low: float, step: float, limit: float) -> float:
    """Slots: bars seen (up to 2), side, level, extreme, acceleration, last high, last low."""
    if high != high or low != low:
        return nan
    before_high = s[i + 5]
    before_low = s[i + 6]
    s[i + 5] = high
    s[i + 6] = low
    if s[i] == 0.0:
        s[i] = 1.0
        return nan
    if s[i] == 1.0:
        s[i] = 2.0
        falls = before_low > low and before_low - low > high - before_high
        s[i + 1] = -1.0 if falls else 1.0
        s[i + 2] = before_high if falls else before_low
        s[i + 3] = low if falls else high
        s[i + 4] = step
        before_high = high
        before_low = low
    if s[i + 1] > 0.0:
        return follow(s, i, 1.0, high, low, before_high, before_low, step, limit)
    return follow(s, i, -1.0, -low, -high, -before_low, -before_high, step, limit)


def follow(
    s: State,
    i: int,
    side: float,
    high: float,
    low: float,
    before_high: float,
    before_low: float,
    step: float,
    limit: float,
) -> float:
    """Give the level of psar at this bar and move it on; prices are turned round in a fall, so that it is always a rise."""
    level = side * s[i + 2]
    extreme = side * s[i + 3]
    top = max(before_high, high)
    if low <= level:
        level = max(extreme, top)
        s[i + 1] = -side
        s[i + 2] = side * max(level + step * (low - level), top)
        s[i + 3] = side * low
        s[i + 4] = step
        return side * level
    if high > extreme:
        extreme = high
        s[i + 4] = min(s[i + 4] + step, limit)
    s[i + 2] = side * min(level + s[i + 4] * (extreme - level), before_low, low)
    s[i + 3] = side * extreme
    return side * level


CATALOGUE = (
    Function(
        "plus_di(n: window)", "Wilder's +DI, 0 to 100", "100 · smoothed +DM / smoothed true range", "plus_di(14)",
        op=plus_di, inputs=("high", "low", "close"), slots=lambda _n: 7, bars=lambda n: n, memory=lambda n: 14 * n,
        source="Wilder, New Concepts in Technical Trading Systems, 1978",
        between=PERCENT,
    ),
    Function(
        "minus_di(n: window)", "Wilder's -DI, 0 to 100", "100 · smoothed -DM / smoothed true range", "minus_di(14)",
        op=minus_di, inputs=("high", "low", "close"), slots=lambda _n: 7, bars=lambda n: n, memory=lambda n: 14 * n,
        source="Wilder, New Concepts in Technical Trading Systems, 1978",
        between=PERCENT,
    ),
    Function(
        "adx(n: window)", "average directional index: strength of the trend, 0 to 100",
        "Wilder's average of 100 · |+DI - -DI| / (+DI + -DI)", "adx(14)",
        op=adx, inputs=("high", "low", "close"), slots=lambda _n: 9, bars=lambda n: 2 * n - 1, memory=lambda n: 28 * n,
        source="Wilder, New Concepts in Technical Trading Systems, 1978",
        between=PERCENT,
    ),
    Function(
        "supertrend(n: window = 10, width: number = 3)", "a trailing line: below the price in a rise, above it in a fall",
        "hl2 ± width · atr(n), moved only towards the price, changing sides when the close crosses it", "supertrend(10, 3)",
        op=supertrend, inputs=("high", "low", "close"), slots=lambda _n: 9, bars=lambda n: n, memory=lambda n: 14 * n + 500,
        differs="as TradingView's, whose first side may differ until the first cross",
    ),
    Function(
        "aroon_up(n: window = 14)", "how recent the highest high of n + 1 bars is: 100 now, 0 n bars ago",
        "100 · (n - bars since the highest high) / n", "aroon_up(14)",
        op=aroon_up, inputs=("high",), slots=lambda n: n + 3, bars=lambda n: n, source="Chande, Stocks & Commodities 13:9, 1995",
        between=PERCENT,
    ),
    Function(
        "aroon_down(n: window = 14)", "how recent the lowest low of n + 1 bars is: 100 now, 0 n bars ago",
        "100 · (n - bars since the lowest low) / n", "aroon_down(14)",
        op=aroon_down, inputs=("low",), slots=lambda n: n + 3, bars=lambda n: n, source="Chande, Stocks & Commodities 13:9, 1995",
        between=PERCENT,
    ),
    Function(
        "psar(step: number = 0.02, limit: number = 0.2)", "parabolic stop and reverse: below the price in a rise, above it in a fall",
        "sar += a · (extreme - sar); a grows by step at each new extreme, up to limit", "psar(0.02, 0.2)",
        op=psar, inputs=("high", "low"), slots=lambda: 7, bars=lambda: 1, memory=lambda: 500,
        source="Wilder, New Concepts in Technical Trading Systems, 1978",
    ),
    Function(
        "ichimoku_conversion(n: window = 9)", "Ichimoku's conversion line", "(highest(high, n) + lowest(low, n)) / 2", "ichimoku_conversion()",
        expression="donchian_mid(n)", source="Hosoda, 1969",
        between=PRICE,
    ),
    Function(
        "ichimoku_base(n: window = 26)", "Ichimoku's base line", "(highest(high, n) + lowest(low, n)) / 2", "ichimoku_base()",
        expression="donchian_mid(n)", source="Hosoda, 1969",
        between=PRICE,
    ),
    Function(
        "ichimoku_span_a(fast: window = 9, slow: window = 26, shift: window = 26)", "first edge of the cloud under this bar: nothing of it lies ahead",
        "((conversion + base) / 2)[shift]", "ichimoku_span_a()", expression="((donchian_mid(fast) + donchian_mid(slow)) / 2)[shift]",
        source="Hosoda, 1969", differs="charts shift by 26, of which some count this bar: then shift is 25",
        between=PRICE,
    ),
    Function(
        "ichimoku_span_b(n: window = 52, shift: window = 26)", "second edge of the cloud under this bar: nothing of it lies ahead",
        "donchian_mid(n)[shift]", "ichimoku_span_b()", expression="donchian_mid(n)[shift]", source="Hosoda, 1969",
        differs="charts shift by 26, of which some count this bar: then shift is 25",
        between=PRICE,
    ),
    Function(
        "aroon_oscillator(n: window = 14)", "Aroon up less Aroon down, -100 to 100", "aroon_up(n) - aroon_down(n)", "aroon_oscillator(14)",
        expression="aroon_up(n) - aroon_down(n)", between=(-100.0, 100.0), source="Chande, Stocks & Commodities 13:9, 1995",
    ),
    Function(
        "vortex_plus(n: window = 14)", "vortex: upward movement over the true range", "Σ |high - low[1]| / Σ true range", "vortex_plus(14)",
        expression="sum(abs(high - low[1]), n) / sum(true_range(), n)", between=PRICE, source="Botes and Siepman, Stocks & Commodities 28:1, 2010",
    ),
    Function(
        "vortex_minus(n: window = 14)", "vortex: downward movement over the true range", "Σ |low - high[1]| / Σ true range", "vortex_minus(14)",
        expression="sum(abs(low - high[1]), n) / sum(true_range(), n)", between=PRICE, source="Botes and Siepman, Stocks & Commodities 28:1, 2010",
    ),
)  # fmt: skip
