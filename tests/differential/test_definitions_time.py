"""Sessions and days against the calendar of the standard library, bars grouped by hand."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from botyard.testing.expressions import values_of
from botyard.testing.language.catalogue import rough_bars

BARS = [bar for index, bar in enumerate(rough_bars(700, seed=41)) if index % 29]  # some are missing
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIMES = [EPOCH + timedelta(minutes=bar[0]) for bar in BARS]


def group(start: int, end: int, *, cut: bool = False):
    """Session number of each bar (None outside) and the bars of each; `cut` keeps a first one that lacks its start."""
    numbers, sessions = [], {}
    for time, bar in zip(TIMES, BARS, strict=True):
        minute = time.hour * 60 + time.minute
        number = (time.date() - EPOCH.date()).days if start <= minute < end else None
        numbers.append(number)
        if number is not None:
            sessions.setdefault(number, []).append(bar)
    first = TIMES[0].hour * 60 + TIMES[0].minute
    if start + 60 <= first < end and not cut:
        sessions.pop(numbers[0])
    return numbers, sessions


def run(start: int, end: int, value, *, cut: bool = False):
    """Step through the bars: value(session so far, session before, n sessions begun) at each."""
    numbers, sessions = group(start, end, cut=cut)
    found, order, so_far = [], [], []
    for number, bar in zip(numbers, BARS, strict=True):
        if number in sessions:
            if not order or order[-1] != number:
                order.append(number)
                so_far = []
            so_far.append(bar)
        before = sessions[order[-2]] if len(order) > 1 else None
        found.append(value(so_far, before, number in sessions))
    return np.array(found, dtype=float)


def of_before(pick):
    return lambda _now, before, _inside: pick(before) if before else np.nan


def of_now(pick):
    return lambda now, _before, _inside: pick(now) if now else np.nan


def highest(bars):
    return max(bar[2] for bar in bars)


def lowest(bars):
    return min(bar[3] for bar in bars)


def middle(bars):
    return (highest(bars) + lowest(bars) + bars[-1][4]) / 3


DAY = {
    "session_low({})": of_now(lowest),
    "prev_session_open({})": of_before(lambda bars: bars[0][1]),
    "prev_session_high({})": of_before(highest),
    "prev_session_low({})": of_before(lowest),
    "session_bar({})": lambda now, _before, inside: len(now) if inside else np.nan,
    "opening_high(3, {})": of_now(lambda bars: highest(bars[:3]) if len(bars) >= 3 else np.nan),
    "opening_low(3, {})": of_now(lambda bars: lowest(bars[:3]) if len(bars) >= 3 else np.nan),
    "session_gap({})": lambda now, before, _inside: 100 * (now[0][1] / before[-1][4] - 1) if before else np.nan,
    "pivot_point({})": of_before(middle),
    "pivot_r1({})": of_before(lambda bars: 2 * middle(bars) - lowest(bars)),
    "pivot_s1({})": of_before(lambda bars: 2 * middle(bars) - highest(bars)),
    "pivot_r2({})": of_before(lambda bars: middle(bars) + highest(bars) - lowest(bars)),
    "pivot_s2({})": of_before(lambda bars: middle(bars) - highest(bars) + lowest(bars)),
}


@pytest.mark.parametrize(("start", "end"), [(0, 1440), (9 * 60 + 30, 16 * 60)])
@pytest.mark.parametrize("form", DAY)
def test_session(form, start, end):
    times = ", ".join(f'"{at // 60:02d}:{at % 60:02d}"' for at in (start, end))
    found = values_of(form.format(times), BARS, timeframe="1h")
    expected = run(start, end, DAY[form], cut=form.startswith("session_gap"))
    assert np.isfinite(expected).sum() > 100
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "pick"),
    [("open", lambda bars: bars[0][1]), ("high", highest), ("low", lowest), ("close", lambda bars: bars[-1][4])],
)
def test_day_before(name, pick):
    found = values_of(f"prev_day_{name}()", BARS, timeframe="1h")
    # the close of a day that was cut at its start is its close all the same
    np.testing.assert_allclose(found, run(0, 1440, of_before(pick), cut=name == "close"), rtol=1e-12)


def test_range_low_is_known_from_its_end_until_midnight():
    def low(now, _before, _inside):
        return np.nan if not now else lowest(now)

    found = np.array(values_of('range_low("09:30", "12:30")', BARS, timeframe="1h"))
    inside = run(9 * 60 + 30, 12 * 60 + 30, low)
    minutes = np.array([time.hour * 60 + time.minute for time in TIMES])
    late = minutes + 60 >= 12 * 60 + 30
    assert np.isnan(found[~late]).all()
    known = late & ~np.isnan(found)
    assert known.sum() > 200
    np.testing.assert_allclose(found[known], inside[known], rtol=1e-12)


def test_inside_goes_by_the_opening_minute():
    found = values_of('1 if inside("22:00", "03:00") else 0', BARS, timeframe="1h")
    assert found == [1.0 if time.hour >= 22 or time.hour < 3 else 0.0 for time in TIMES]


def test_vwap_deviation_and_its_bands():
    prices, volumes = (np.array([(b[2] + b[3] + b[4]) / 3 for b in BARS]), np.array([b[5] for b in BARS]))
    days = np.array([time.date().toordinal() for time in TIMES])
    mean, spread = np.full(len(BARS), np.nan), np.full(len(BARS), np.nan)
    for i in range(len(BARS)):
        if days[i] != days[0]:
            mine = (days == days[i]) & (np.arange(len(BARS)) <= i)
            mean[i] = np.average(prices[mine], weights=volumes[mine])
            spread[i] = np.sqrt(np.average((prices[mine] - mean[i]) ** 2, weights=volumes[mine]))
    for form, expected in (("stdev()", spread), ("upper(2)", mean + 2 * spread), ("lower(1.5)", mean - 1.5 * spread)):
        found = values_of(f"vwap_{form}", BARS, timeframe="1h")
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-6)  # the square root of what is left of 0
