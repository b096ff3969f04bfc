"""Weeks and months against the calendar of the standard library."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import isnan
from typing import Any

import pytest

from botyard.testing.compiled import Bar
from botyard.testing.expressions import values_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2024, 1, 17, 12, tzinfo=UTC)
BARS: list[Bar] = [
    ((START + timedelta(hours=h) - EPOCH) / timedelta(minutes=1), h + 0.2, h % 97 + 1.0, h % 89 - 0.5, h + 0.7, 1.0)
    for h in range(24 * 110)
    if h % 41  # some bars are missing
]


def week(moment: datetime) -> tuple[int, int]:
    return moment.isocalendar()[:2]


def month(moment: datetime) -> tuple[int, int]:
    return moment.year, moment.month


def by_the_calendar(
    period: Callable[[datetime], Any], before: Callable[[list[Bar]], float] | None, whole: int
) -> list[float]:
    moments = [EPOCH + timedelta(minutes=bar[0]) for bar in BARS]
    groups: dict[Any, list[Bar]] = {}
    for moment, bar in zip(moments, BARS, strict=True):
        groups.setdefault(period(moment), []).append(bar)
    order = list(groups)
    values = []
    for moment in moments:
        place = order.index(period(moment))
        if before is None:
            values.append(groups[order[place]][0][1] if place >= 1 else float("nan"))
        else:  # the first period is cut at its start, which only its close outlives
            values.append(before(groups[order[place - 1]]) if place >= whole else float("nan"))
    return values


@pytest.mark.parametrize("period", [week, month], ids=["week", "month"])
@pytest.mark.parametrize(
    ("form", "before"),
    [
        ("{}_open()", None),
        ("prev_{}_high()", lambda bars: max(bar[2] for bar in bars)),
        ("prev_{}_low()", lambda bars: min(bar[3] for bar in bars)),
        ("prev_{}_close()", lambda bars: bars[-1][4]),
    ],
)
def test_against_the_calendar(period: Any, form: str, before: Any) -> None:
    expected = by_the_calendar(period, before, 1 if form.endswith("close()") else 2)
    found = values_of(form.format(period.__name__), BARS, timeframe="1h")
    assert sum(not isnan(value) for value in expected) > 1000
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("word", ["day", "week", "month"])
def test_first_bar(word: str) -> None:
    period = {"day": datetime.date, "week": week, "month": month}[word]
    keys = [period(EPOCH + timedelta(minutes=bar[0])) for bar in BARS]
    found = values_of(f'1 if is_first("{word}") else 0', BARS, timeframe="1h")
    assert isnan(found[0])
    assert found[1:] == [float(now != before) for before, now in pairwise(keys)]
