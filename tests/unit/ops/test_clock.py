"""The civil calendar against datetime."""

from datetime import UTC, datetime, timedelta

import pytest

from botyard.ops.calendar import clock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("hours", range(0, 24 * 366 * 70, 7919))
def test_calendar_agrees_with_datetime(hours: int) -> None:
    minutes = float(hours * 60 + hours % 60)
    moment = EPOCH + timedelta(minutes=minutes)
    assert clock.year_of(minutes) == moment.year
    assert clock.month_of(minutes) == moment.month
    assert clock.day_of(minutes) == moment.day
    assert clock.hour_of(minutes) == moment.hour
    assert clock.minute_of(minutes) == moment.minute
    assert clock.weekday_of(minutes) == moment.weekday()
    start = datetime(moment.year, moment.month, 1, tzinfo=UTC)
    assert clock.month_start(clock.month_index_of(minutes)) == (start - EPOCH) / timedelta(minutes=1)


def gather(minutes: list[float], step: float, length: float, offset: float = 0.0) -> list[tuple[float, ...]]:
    s = [0.0] * 8
    closed = []
    for at in minutes:
        while clock.bar_closed(s, 0, at, step, length, offset, at, at + 1, at - 1, at, 1.0) == 1.0:
            closed.append((s[6], s[1], s[2], s[3], s[4], s[5]))
    return closed


def test_hours_are_gathered_whole() -> None:
    closed = gather([5.0 * i for i in range(30)], 5.0, 60.0)
    assert closed == [(0.0, 0.0, 56.0, -1.0, 55.0, 12.0), (60.0, 60.0, 116.0, 59.0, 115.0, 12.0)]


def test_first_bucket_that_is_cut_is_dropped() -> None:
    assert [bar[0] for bar in gather([30.0 + 5.0 * i for i in range(30)], 5.0, 60.0)] == [60.0, 120.0]


def test_bucket_without_its_last_bar_closes_when_the_next_one_comes() -> None:
    closed = gather([0.0, 5.0, 15.0, 20.0, 25.0], 5.0, 15.0)
    assert [(bar[0], bar[4]) for bar in closed] == [(0.0, 5.0), (15.0, 25.0)]


def test_bar_that_closes_two_buckets_gives_both() -> None:
    closed = gather([0.0, 10.0, 20.0, 50.0], 10.0, 30.0)
    assert [bar[0] for bar in closed] == [0.0, 30.0]
    late = gather([0.0, 10.0, 50.0], 10.0, 30.0)
    assert [(bar[0], bar[4]) for bar in late] == [(0.0, 10.0), (30.0, 50.0)]


def test_weeks_start_on_monday_and_months_on_their_first() -> None:
    days = [1440.0 * i for i in range(70)]
    assert gather(days, 1440.0, 10080.0, clock.MONDAY)[0][0] == 4 * 1440.0
    months = gather(days, 1440.0, 0.0)
    assert [(bar[0], bar[5]) for bar in months] == [(0.0, 31.0), (31 * 1440.0, 28.0)]
