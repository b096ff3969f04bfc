"""Grids, costs, sizing and fills by hand-made numbers."""

import math

import pytest

from botyard.ops.state import BUY_LIMIT, BUY_STOP, SELL_LIMIT, SELL_STOP
from botyard.rules import refusals
from botyard.rules.costs import funding, liquidation_price, market_price
from botyard.rules.fills import distance, is_far, is_touched, reference_price
from botyard.rules.rounding import MOST_STEPS, ceil_steps, floor_steps, nearest_steps
from botyard.rules.sizing import FRACTION, QUOTE, RISK, UNITS, capped, share_of_lots, unit_quantity


@pytest.mark.parametrize("steps", [1, 3, 7, 29, 1_234_567, 99_999_999_999])
@pytest.mark.parametrize(("numerator", "denominator"), [(1, 100), (1, 10**8), (5, 1), (1, 3), (25, 100)])
def test_a_value_on_the_grid_stays_on_its_step(steps, numerator, denominator):
    value = steps * numerator / denominator
    assert floor_steps(value, numerator, denominator) == steps
    assert ceil_steps(value, numerator, denominator) == steps
    assert nearest_steps(value, numerator, denominator) == steps


def test_a_value_between_steps_goes_the_way_that_is_asked_for():
    assert floor_steps(0.2999, 1, 10) == 2.0
    assert ceil_steps(0.2001, 1, 10) == 3.0
    assert nearest_steps(0.24, 1, 10) == 2.0
    assert nearest_steps(0.26, 1, 10) == 3.0


def test_values_beyond_the_grid_are_clamped():
    assert nearest_steps(math.inf, 1, 100) == MOST_STEPS
    assert nearest_steps(-5.0, 1, 100) == 0.0
    assert floor_steps(-math.inf, 1, 100) == 0.0


def test_market_orders_are_slipped_and_rounded_against_us():
    assert market_price(100.0, 1.0, 0.0002, 1, 100) == 100.02
    assert market_price(100.0, -1.0, 0.0002, 1, 100) == 99.98
    assert market_price(100.001, 1.0, 0.0, 1, 100) == 100.01
    assert market_price(100.009, -1.0, 0.0, 1, 100) == 100.0
    assert market_price(0.004, -1.0, 0.0, 1, 100) == 0.01  # never for nothing


def test_funding_is_paid_in_proportion_to_time_by_either_side():
    assert funding(2.0, 100.0, 0.0001, 480.0) == pytest.approx(0.02)
    assert funding(-2.0, 100.0, 0.0001, 240.0) == pytest.approx(0.01)


@pytest.mark.parametrize(("cash", "quantity"), [(200.0, -1.0), (-700.0, 8.0)])
def test_equity_at_the_liquidation_price_is_the_maintenance_margin(cash, quantity):
    price = liquidation_price(cash, quantity)
    assert cash + quantity * price == pytest.approx(0.005 * abs(quantity) * price)


def test_an_unlevered_long_is_never_liquidated():
    assert liquidation_price(0.0, 3.0) <= 0.0


def test_stops_fill_when_reached_and_limits_when_traded_through():
    assert is_touched(BUY_STOP, 10.0, 10.0, 9.0)
    assert is_touched(SELL_STOP, 9.0, 10.0, 9.0)
    assert not is_touched(SELL_LIMIT, 10.0, 10.0, 9.0)
    assert not is_touched(BUY_LIMIT, 9.0, 10.0, 9.0)
    assert is_touched(SELL_LIMIT, 9.99, 10.0, 9.0)
    assert is_touched(BUY_LIMIT, 9.01, 10.0, 9.0)


@pytest.mark.parametrize(
    ("kind", "expected"), [(BUY_STOP, 11.0), (SELL_LIMIT, 11.0), (SELL_STOP, 10.0), (BUY_LIMIT, 10.0)]
)
def test_a_gap_through_the_level_fills_at_the_open(kind, expected):
    assert reference_price(kind, 10.0, 11.0) == expected
    assert distance(kind, 10.0, 11.0) == (-1.0 if expected == 11.0 else 1.0)


def test_what_is_far_cannot_be_touched_after_rounding():
    assert is_far(BUY_STOP, 10.02, 10.0, 9.0, 0.01)
    assert not is_far(BUY_STOP, 10.005, 10.0, 9.0, 0.01)
    assert is_far(SELL_STOP, 8.98, 10.0, 9.0, 0.01)


def test_unit_quantity_of_each_kind():
    assert unit_quantity(FRACTION, 0.5, 1000.0, 100.0, 125.0, math.nan) == 4.0
    assert unit_quantity(QUOTE, 250.0, 1000.0, 100.0, 125.0, math.nan) == 2.5
    assert unit_quantity(UNITS, 3.0, 1000.0, 100.0, 125.0, math.nan) == 3.0
    assert unit_quantity(RISK, 0.01, 1000.0, 100.0, 125.0, 5.0) == 2.0


def test_caps_hold_for_one_unit_and_for_what_is_wanted():
    assert capped(10.0, 500.0, 0.5, 100.0) == 5.0
    assert capped(10.0, 500.0, 2.0, 100.0) == 2.5
    assert capped(1.0, 500.0, 1.0, 100.0) == 1.0


def test_shares_of_lots_round_towards_zero_but_not_below_a_binary_fraction():
    assert share_of_lots(100.0, 0.29) == 29.0
    assert share_of_lots(3.0, -0.5) == -1.0
    assert math.copysign(1.0, share_of_lots(1.0, -0.5)) == 1.0


def test_every_refusal_has_a_name_and_a_sentence():
    codes = {v for k, v in vars(refusals).items() if k.isupper() and isinstance(v, float)}
    assert codes == set(refusals.NAMES) == set(refusals.SENTENCES)
    assert len(set(refusals.NAMES.values())) == len(codes)
