import pytest

from botyard.ops.events import crosses_above, crosses_below

BELOW, EQUAL, ABOVE = 1.0, 2.0, 3.0  # against 2

# a cross upwards: above now, and not above before; a cross downwards is its mirror
UP = {(BELOW, ABOVE), (EQUAL, ABOVE)}
DOWN = {(ABOVE, BELOW), (EQUAL, BELOW)}


@pytest.mark.parametrize("before", [BELOW, EQUAL, ABOVE])
@pytest.mark.parametrize("now", [BELOW, EQUAL, ABOVE])
def test_every_pair_of_less_equal_and_more(before, now):
    for cross, expected in ((crosses_above, UP), (crosses_below, DOWN)):
        state = [0.0] * 3
        cross(state, 0, before, 2.0)
        assert cross(state, 0, now, 2.0) == float((before, now) in expected)
