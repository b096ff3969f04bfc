"""The book, one bar at a time, under a strategy that does as it is told."""

import math
from types import SimpleNamespace

import pytest

from botyard.ops import state as h
from botyard.records.market import Costs, ExecutionProfile
from botyard.rules import layout as at
from botyard.rules import refusals
from botyard.rules.book import constants, new_book, step
from botyard.testing.engine_specs import trading_rules

FLAT, LONG, SHORT, HALF = 0, 1, 2, 3
EXPOSURES = {FLAT: 0.0, LONG: 1.0, SHORT: -1.0, HALF: 0.5}
FREE = Costs(0.0, 0.0, 0.0)


class Puppet:
    """A strategy whose decisions and orders are given bar by bar; transition k leads to state k."""

    TIMEFRAME, MAX_LEVERAGE, MAX_QUOTE, ORDER_SLOTS = "5m", 1.0, math.inf, 2
    TRANSITIONS = tuple((f"to {k}", "when", (0, 1, 2, 3), k) for k in EXPOSURES)

    def __init__(self, *, sizing="units", size=2.0, limits=(math.inf,) * 4, leverage=1.0, most=math.inf, **world):
        self.SIZING, self.LIMITS, self.MAX_LEVERAGE, self.MAX_QUOTE = sizing, limits, leverage, most
        self.size, self.next, self.stop, self.distance = size, None, h.NO_STOP, math.nan
        self.orders, self.after_fill = [], []
        self.x = constants(trading_rules(**{"costs": FREE, **world}), self)
        self.b, self.s = new_book(self.x), h.new_state(60, 2, (), 0)

    def on_bar(self, s, p, *bar):
        s[h.SIZE], s[h.STOP_DISTANCE], s[h.PENDING] = self.size, self.distance, h.NONE
        if self.next is not None:
            s[h.PENDING], s[h.PENDING_EXPOSURE], s[h.PENDING_STOP] = float(self.next), EXPOSURES[self.next], self.stop
        self.arm(self.orders)

    def on_fill(self, s, p, transition, exposure, price):
        s[h.STATE], s[h.EXPOSURE] = transition, exposure
        self.arm(self.after_fill)

    def arm(self, orders):
        for k in range(2):
            self.s[h.ORDERS + k * h.ORDER_WIDTH] = h.NO_ORDER
        for k, (kind, level, target) in enumerate(orders):
            i = h.ORDERS + k * h.ORDER_WIDTH
            self.s[i : i + h.ORDER_WIDTH] = [kind, level, float(target), EXPOSURES[target], h.NO_STOP]

    def bar(self, open, high=None, low=None, close=None, *, day=0.0, to=None, orders=()):
        self.next, self.orders = to, list(orders)
        high, low = max(open, close or open) if high is None else high, min(open, close or open) if low is None else low
        values = (0.0, day, open, high, low, open if close is None else close, 1.0)
        step(self.s, [0.0], self.b, self.x, self.on_bar, self.on_fill, *values)
        return self

    @property
    def quantity(self):
        return self.b[at.QUANTITY_LOTS] / 1000

    @property
    def refusal(self):
        return refusals.NAMES[self.b[at.REFUSAL]]


def test_a_decision_fills_at_the_next_open_and_equity_is_marked_at_the_close():
    book = Puppet().bar(100.0, to=LONG)
    assert book.quantity == 0.0
    book.bar(101.0, close=103.0)
    assert book.quantity == 2.0
    assert book.b[at.CASH] == 10_000.0 - 202.0
    assert book.b[at.EQUITY] == book.s[h.EQUITY] == 10_004.0


def test_fees_and_slippage_are_paid_on_each_side():
    book = Puppet(costs=Costs(10.0, 0.0, 50.0)).bar(100.0, to=LONG).bar(100.0, to=FLAT).bar(100.0)
    assert book.b[at.EQUITY] == pytest.approx(10_000.0 - 2 * (100.5 - 99.5) - 2 * 0.001 * (100.5 + 99.5))
    assert book.b[at.TRADES + at.TRADE_PROFIT] == pytest.approx(book.b[at.EQUITY] - 10_000.0)


def test_a_reversal_is_one_fill_and_two_trades():
    book = Puppet().bar(100.0, to=LONG).bar(100.0, to=SHORT).bar(110.0, to=FLAT)
    assert book.b[at.FILL_COUNT] == 1.0
    assert book.b[at.FILLS + at.FILL_LOTS] == -4000.0
    assert book.b[at.TRADE_COUNT] == 1.0
    book.bar(105.0)
    assert book.b[at.TRADES_CLOSED] == 2.0
    assert book.b[at.CASH] == 10_000.0 + 20.0 + 10.0


def test_all_of_the_equity_fits_with_costs():
    book = Puppet(sizing="fraction", size=1.0, costs=Costs(10.0, 10.0, 5.0)).bar(99.99, to=LONG).bar(99.99)
    assert 0.0 <= book.b[at.CASH] < 0.2


def test_risk_sizing_loses_the_share_at_the_stop():
    book = Puppet(sizing="risk", size=0.01)
    book.stop = 95.0
    book.bar(100.0, to=LONG).bar(100.0)
    assert book.quantity == 20.0
    assert book.quantity * (100.0 - 95.0) == 0.01 * 10_000.0


def test_risk_sizing_falls_back_to_its_distance():
    book = Puppet(sizing="risk", size=0.01)
    book.distance = 4.0
    assert book.bar(100.0, to=SHORT).bar(100.0).quantity == -25.0


@pytest.mark.parametrize(
    ("changes", "stop", "reason"),
    [
        ({"size": 0.04}, h.NO_STOP, "below_min_notional"),
        ({"size": 0.0004}, h.NO_STOP, "below_lot"),
        ({"size": math.nan}, h.NO_STOP, "size_unknown"),
        ({"size": -1.0}, h.NO_STOP, "size_unknown"),
        ({}, math.nan, "stop_unknown"),
        ({"sizing": "risk"}, 105.0, "stop_wrong_side"),
        ({"sizing": "risk"}, h.NO_STOP, "stop_unknown"),
    ],
)
def test_an_entry_that_cannot_be_sized_is_refused_with_its_reason(changes, stop, reason):
    book = Puppet(**changes)
    book.stop = stop
    book.bar(100.0, to=LONG)
    assert (book.refusal, book.s[h.PENDING]) == (reason, h.NONE)
    assert book.bar(100.0).quantity == 0.0


def test_spot_has_no_shorts_but_a_reversal_still_closes():
    book = Puppet(kind="spot").bar(100.0, to=SHORT)
    assert book.refusal == "no_shorts"
    book = Puppet(kind="spot").bar(100.0, to=LONG).bar(100.0, to=SHORT)
    assert (book.refusal, book.s[h.PENDING]) == ("no_shorts", float(SHORT))
    assert book.bar(100.0).quantity == 0.0


def test_leverage_and_money_cap_the_size():
    assert Puppet(size=500.0).bar(100.0, to=LONG).bar(100.0).quantity == 100.0
    assert Puppet(size=500.0, leverage=3.0).bar(100.0, to=LONG).bar(100.0).quantity == 300.0
    assert Puppet(size=500.0, most=700.0).bar(100.0, to=LONG).bar(100.0).quantity == 7.0


def test_half_is_half_of_what_was_bought_whatever_equity_does():
    book = Puppet(sizing="fraction", size=1.0).bar(100.0, to=LONG).bar(100.0, close=150.0, to=HALF).bar(150.0)
    assert book.quantity == 50.0


def test_resting_stop_fills_at_its_level_a_gap_at_the_open_and_a_limit_only_when_traded_through():
    exits = [(h.SELL_STOP, 95.0, FLAT), (h.SELL_LIMIT, 105.0, FLAT)]
    book = Puppet().bar(100.0, to=LONG).bar(100.0, orders=exits).bar(100.0, 105.0, 96.0)
    assert book.quantity == 2.0
    book = Puppet().bar(100.0, to=LONG).bar(100.0, orders=exits).bar(100.0, 105.01, 96.0)
    assert book.b[at.FILLS + at.FILL_PRICE] == 105.0
    book = Puppet().bar(100.0, to=LONG).bar(100.0, orders=exits).bar(100.0, 101.0, 94.0)
    assert book.b[at.FILLS + at.FILL_PRICE] == 95.0
    book = Puppet().bar(100.0, to=LONG).bar(100.0, orders=exits).bar(90.0, 91.0, 89.0)
    assert book.b[at.FILLS + at.FILL_PRICE] == 90.0


def test_the_stop_wins_over_the_target_and_the_bar_counts_as_ambiguous():
    exits = [(h.SELL_LIMIT, 105.0, FLAT), (h.SELL_STOP, 95.0, FLAT)]
    book = Puppet().bar(100.0, to=LONG).bar(100.0, orders=exits).bar(104.0, 106.0, 94.0)
    assert book.b[at.FILLS + at.FILL_PRICE] == 95.0
    assert book.b[at.AMBIGUOUS] == 1.0


@pytest.mark.parametrize(("open", "side"), [(101.0, -1.0), (108.0, 1.0)])
def test_of_two_entries_the_nearest_to_the_open_fills(open, side):
    entries = [(h.BUY_STOP, 110.0, LONG), (h.SELL_STOP, 100.0, SHORT)]
    book = Puppet().bar(105.0, orders=entries).bar(open, 111.0, 99.0)
    assert book.quantity == 2.0 * side


def test_exits_are_worked_in_the_bar_of_an_open_fill_but_not_of_a_resting_entry():
    stop = [(h.SELL_STOP, 95.0, FLAT)]
    book = Puppet().bar(100.0, to=LONG)
    book.after_fill = stop
    book.bar(100.0, 100.0, 90.0, 92.0)
    assert (book.b[at.TRADES_CLOSED], book.b[at.FILLS + at.FILL_WIDTH + at.FILL_PRICE]) == (1.0, 95.0)
    book = Puppet().bar(100.0, orders=[(h.BUY_STOP, 102.0, LONG)])
    book.after_fill = stop
    book.bar(100.0, 103.0, 90.0, 92.0, orders=stop)
    assert (book.quantity, book.b[at.TOUCHED_AFTER_ENTRY]) == (2.0, 1.0)
    assert book.bar(92.0, 93.0, 91.0).quantity == 0.0


def test_entries_of_the_state_after_an_open_fill_wait_for_the_close():
    book = Puppet().bar(100.0, to=LONG).bar(100.0, to=FLAT)
    book.after_fill = [(h.SELL_STOP, 95.0, SHORT)]
    assert book.bar(100.0, 100.0, 90.0, 92.0).quantity == 0.0


def test_an_order_worked_at_the_tick_is_seen_at_the_close_and_filled_at_the_next_open():
    profile = ExecutionProfile(exit_stop="tick")
    stop = [(h.SELL_STOP, 95.0, FLAT)]
    book = Puppet(profile=profile).bar(100.0, to=LONG).bar(100.0, orders=stop)
    assert book.bar(100.0, 100.0, 90.0, 97.0, orders=stop).quantity == 2.0
    book.bar(97.0, 97.0, 93.0, 94.0, orders=stop)
    assert book.s[h.PENDING] == float(FLAT)
    assert book.bar(93.0).quantity == 0.0
    assert book.b[at.FILLS + at.FILL_PRICE] == 93.0


def test_losses_per_day_stop_entries_until_the_next_day():
    book = Puppet(limits=(1, math.inf, math.inf, math.inf))
    book.bar(100.0, to=LONG).bar(100.0, to=FLAT).bar(99.0, to=LONG)
    assert book.refusal == "max_losses_per_day"
    assert book.bar(99.0, day=1.0, to=LONG).refusal == "accepted"


def test_trades_per_day_count_entries_and_exits_always_run():
    book = Puppet(limits=(math.inf, math.inf, math.inf, 1)).bar(100.0, to=LONG).bar(100.0, to=FLAT)
    assert book.bar(101.0, to=LONG).quantity == 0.0
    assert book.refusal == "max_trades_per_day"


def test_a_daily_loss_stops_the_day_and_a_drawdown_stops_for_good():
    book = Puppet(sizing="fraction", size=1.0, limits=(math.inf, 0.05, math.inf, math.inf))
    book.bar(100.0, to=LONG).bar(100.0, close=94.0).bar(99.0, to=FLAT).bar(99.0, to=LONG)
    assert book.refusal == "max_daily_loss"
    assert book.bar(99.0, day=1.0, to=LONG).refusal == "accepted"
    book = Puppet(sizing="fraction", size=1.0, limits=(math.inf, math.inf, 0.05, math.inf))
    book.bar(100.0, to=LONG).bar(100.0, close=94.0, to=FLAT).bar(99.0, to=LONG)
    assert book.refusal == "max_drawdown"
    assert book.bar(99.0, day=1.0, to=LONG).refusal == "max_drawdown"


def test_perpetuals_pay_funding_and_spot_does_not():
    costs = Costs(0.0, 0.0, 0.0, funding_bps=1.0)
    book = Puppet(costs=costs).bar(100.0, to=LONG).bar(100.0)
    assert book.b[at.FUNDING_PAID] == pytest.approx(200.0 * 0.0001 * 5 / 480)
    assert book.b[at.EQUITY] == pytest.approx(10_000.0 - book.b[at.FUNDING_PAID])
    assert Puppet(costs=costs, kind="spot").bar(100.0, to=LONG).bar(100.0).b[at.FUNDING_PAID] == 0.0


def test_a_lost_margin_liquidates_and_ends_the_run():
    book = Puppet(sizing="fraction", size=5.0, leverage=5.0).bar(100.0, to=LONG).bar(100.0)
    book.bar(100.0, 100.0, 70.0, 90.0, to=LONG)
    assert book.b[at.LIQUIDATED] == 1.0
    assert book.quantity == 0.0
    left = book.b[at.EQUITY]
    assert 0.0 <= left < 500.0
    assert book.bar(90.0, to=LONG).bar(200.0).b[at.EQUITY] == left


def test_constants_say_what_the_module_and_the_world_say():
    module = SimpleNamespace(
        TIMEFRAME="1h", SIZING="risk", MAX_LEVERAGE=2.0, MAX_QUOTE=5.0, LIMITS=(1, 2, 3, 4), ORDER_SLOTS=3,
        TRANSITIONS=(("a", "when", (0,), 1), ("b", "stop", (1,), 0)),
    )  # fmt: skip
    x = constants(trading_rules(profile=ExecutionProfile(entry_limit="tick")), module)
    assert x[at.X_BAR_MINUTES] == 60.0
    assert x[at.X_TARGETS :] == [1.0, 0.0]
    assert (x[at.X_WORKS_AT_TICK], x[at.X_TICK_ENTRY_LIMIT], x[at.X_TICK_EXIT_STOP]) == (1.0, 1.0, 0.0)
    assert len(new_book(x)) == at.ORDER_LOTS + 6


# --- the seed ------------------------------------------------------------------------------------------------------


def test_before_the_bar_that_trading_begins_with_every_entry_is_refused():
    book = Puppet()
    book.x[at.X_TRADE_FROM] = 2.0
    book.bar(100.0, to=LONG)
    assert (book.refusal, book.b[at.REFUSED_TRANSITION], book.s[h.PENDING]) == ("not_live_yet", LONG, h.NONE)
    book.bar(100.0, orders=[(h.BUY_STOP, 101.0, LONG)])
    assert (book.refusal, book.s[h.ORDERS]) == ("not_live_yet", h.NO_ORDER)
    book.bar(105.0, to=LONG)
    assert (book.quantity, book.refusal, book.b[at.EQUITY]) == (0.0, "accepted", 10_000.0)
    book.bar(105.0)
    assert book.quantity == 2.0


def test_orders_that_trade_nothing_move_the_state_in_the_seed_too():
    book = Puppet()
    book.x[at.X_TRADE_FROM] = 10.0
    book.s[h.STATE] = LONG
    book.bar(100.0, orders=[(h.BUY_STOP, 101.0, FLAT)]).bar(100.0, 102.0)
    assert (book.s[h.STATE], book.quantity, book.b[at.FILL_COUNT]) == (FLAT, 0.0, 0.0)
