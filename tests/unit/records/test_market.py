import pytest

from botyard.errors import UserError
from botyard.records.market import Step, parse_timeframe, timeframe_minutes


@pytest.mark.parametrize(
    ("typed", "timeframe"),
    [("5", "5m"), ("5m", "5m"), ("60", "1h"), ("1H", "1h"), (" 240 ", "4h"), ("1440", "1d"), ("1d", "1d")],
)
def test_people_type_minutes_or_names(typed, timeframe):
    assert parse_timeframe(typed) == timeframe


@pytest.mark.parametrize("typed", ["0", "7", "five", "", "-5", "5.0", "7m", "²"])
def test_other_lengths_are_refused_with_those_there_are(typed):
    with pytest.raises(UserError, match=r"1, 3, 5, 15, 30, 60, 120, 240, 1440"):
        parse_timeframe(typed)


def test_minutes_of_a_timeframe():
    assert timeframe_minutes("4h") == 240
    with pytest.raises(UserError):
        timeframe_minutes("7m")


def test_a_step_is_the_float_nearest_to_its_decimal():
    assert Step(1, 100).value == 0.01
    assert 3 * Step(1, 10).numerator / Step(1, 10).denominator == 0.3
