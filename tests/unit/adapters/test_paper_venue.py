import dataclasses
from decimal import Decimal

import pytest

from botyard.adapters.venue.paper import PaperVenue
from botyard.errors import InvariantError, NotFound, UserError, VenueRejected
from botyard.records.fleet import Bar, Order
from botyard.records.market import Costs
from botyard.testing.bots import live

SYMBOL = "MADE/UP"
FREE = Costs(taker_bps=0.0, maker_bps=0.0, slippage_bps=0.0)


def bar(open_, high, low, close, at=1):
    return Bar(at * 300_000, open_, high, low, close, 1.0)


def order(name, side, kind, level=None, lots=1000, *, reduce=False, at=0):
    ticks = None if level is None else round(level * 100)
    return Order(name * 24, SYMBOL, side, kind, lots, ticks, at * 300_000, reduce)


@pytest.fixture
def free(tmp_path):
    venue = PaperVenue(tmp_path / "paper.db", "one", dataclasses.replace(live.rules(), costs=FREE))
    yield venue
    venue.close()


@pytest.mark.parametrize(
    ("side", "kind", "level", "range_", "price"),
    [
        ("buy", "market", None, (100.0, 101.0, 99.0, 100.5), 100.0),
        ("buy", "stop", 101.0, (100.0, 101.0, 99.0, 100.5), 101.0),  # reached
        ("buy", "stop", 101.0, (102.0, 103.0, 101.5, 102.0), 102.0),  # a gap through it fills at the open
        ("sell", "stop", 99.0, (98.0, 98.5, 97.0, 98.0), 98.0),
        ("buy", "limit", 99.0, (100.0, 101.0, 98.99, 100.0), 99.0),
        ("buy", "limit", 99.0, (100.0, 101.0, 99.0, 100.0), None),  # touched, not traded through
        ("sell", "limit", 101.0, (102.0, 103.0, 101.5, 102.0), 102.0),  # opened beyond it
        ("sell", "stop", 99.0, (100.0, 101.0, 99.01, 100.0), None),
    ],
)
def test_fills_follow_the_rules(free, side, kind, level, range_, price):
    free.submit(order("a", side, kind, level))
    free.settle(SYMBOL, bar(*range_))
    fills = free.fills(SYMBOL, "a" * 24)
    assert [fill.ticks / 100 for fill in fills] == ([] if price is None else [price])


def test_costs_are_against_the_bot(tmp_path):
    venue = PaperVenue(tmp_path / "paper.db", "one", live.rules())  # 10 bps fee, 2 bps slippage
    venue.submit(order("a", "buy", "market"))
    state = venue.settle(SYMBOL, bar(100.0, 101.0, 99.0, 100.0))[0]
    assert (state.price_ticks, Decimal(state.fee)) == (10_002, Decimal("0.10002"))
    venue.close()


def test_an_order_works_from_the_bar_after_its_own(free):
    free.submit(order("a", "buy", "market", at=1))
    assert free.settle(SYMBOL, bar(100.0, 101.0, 99.0, 100.0, at=1)) == []
    assert len(free.settle(SYMBOL, bar(100.0, 101.0, 99.0, 100.0, at=2))) == 1


def test_a_bar_that_was_settled_fills_nothing_more(free):
    free.submit(order("a", "buy", "market"))
    first = free.settle(SYMBOL, bar(100.0, 101.0, 99.0, 100.0))
    free.submit(order("b", "buy", "stop", 100.5))
    assert free.settle(SYMBOL, bar(100.0, 101.0, 99.0, 100.0)) == first
    assert free.held_lots(SYMBOL) == 1000


def test_between_open_and_rest_of_a_bar_exits_can_be_sent(free):
    free.submit(order("a", "buy", "market"))
    free.settle_open(SYMBOL, bar(100.0, 101.0, 99.0, 100.0))
    free.submit(order("b", "sell", "stop", 99.5, reduce=True))
    free.settle(SYMBOL, bar(100.0, 101.0, 99.0, 100.0))
    assert free.held_lots(SYMBOL) == 0


def test_the_stop_comes_before_the_target_and_the_other_order_rests_on(free):
    free.submit(order("a", "buy", "market"))
    free.settle(SYMBOL, bar(100.0, 101.0, 99.0, 100.0))
    free.submit(order("t", "sell", "limit", 100.5, reduce=True))
    free.submit(order("s", "sell", "stop", 99.5, reduce=True))
    filled = free.settle(SYMBOL, bar(100.0, 101.0, 99.0, 100.0, at=2))
    assert [state.client_id[0] for state in filled] == ["s"]
    assert [state.client_id[0] for state in free.open_orders(SYMBOL, "")] == ["t"]
    free.settle(SYMBOL, bar(100.0, 101.0, 99.0, 100.0, at=3))  # nobody came to cancel it
    assert free.held_lots(SYMBOL) == 0
    assert free.find(SYMBOL, "t" * 24).reason == "nothing left to reduce"


def test_of_two_entries_the_nearest_to_the_open_fills(free):
    free.submit(order("u", "buy", "stop", 101.0))
    free.submit(order("d", "sell", "stop", 99.5))
    assert [s.client_id[0] for s in free.settle(SYMBOL, bar(100.0, 102.0, 99.0, 100.0))] == ["d"]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (order("a", "sell", "market"), "no short"),
        (order("a", "buy", "market", lots=0), "not above zero"),
        (order("a", "buy", "stop", 0.0), "price above zero"),
        (dataclasses.replace(order("a", "buy", "market"), symbol="BTC/USDT"), "trades MADE/UP"),
    ],
)
def test_what_cannot_be_is_rejected_every_time(tmp_path, bad, why):
    venue = PaperVenue(tmp_path / "paper.db", "one", live.rules(kind="spot"))
    with pytest.raises(VenueRejected, match=why):
        venue.submit(bad)
    venue.close()


def test_accounts_do_not_see_each_other(tmp_path):
    one = PaperVenue(tmp_path / "paper.db", "one", live.rules())
    two = PaperVenue(tmp_path / "paper.db", "two", live.rules())
    one.submit(order("a", "buy", "market"))
    assert two.find(SYMBOL, "a" * 24) is None
    two.settle(SYMBOL, bar(100.0, 101.0, 99.0, 100.0))
    assert one.settle(SYMBOL, bar(100.0, 101.0, 99.0, 100.0))[0].status == "filled"
    assert two.held_lots(SYMBOL) == 0
    one.close()
    two.close()


def test_cancelling_what_was_never_sent_is_said(free):
    with pytest.raises(NotFound):
        free.cancel(SYMBOL, "z" * 24)


def test_a_file_that_is_no_store_is_said(tmp_path):
    (tmp_path / "paper.db").write_bytes(b"not a database, certainly not one of ours" * 100)
    with pytest.raises(UserError, match="damaged"):
        PaperVenue(tmp_path / "paper.db", "one", live.rules())


# --- what holding costs --------------------------------------------------------------------------------------------

FUNDED = dataclasses.replace(live.rules(initial_cash=100.0), costs=dataclasses.replace(FREE, funding_bps=1.0))


@pytest.fixture
def funded(tmp_path):
    venue = PaperVenue(tmp_path / "paper.db", "one", FUNDED, "5m")
    yield venue
    venue.close()


def test_funding_is_taken_for_each_bar_held_at_its_close_and_once(funded):
    funded.submit(order("a", "buy", "market"))
    held = bar(100.0, 100.0, 100.0, 100.0)
    for _ in range(2):
        funded.settle(SYMBOL, held)
    assert funded.funding(SYMBOL, held.open_ms) == "0.00010417"  # 100 · 0.0001 · 5/480 = 0.000104166…, against us
    later = bar(50.0, 50.0, 50.0, 50.0, at=2)
    assert funded.funding(SYMBOL, later.open_ms) == "0"
    funded.submit(order("b", "sell", "market", reduce=True, at=1))
    funded.settle(SYMBOL, later)
    assert funded.funding(SYMBOL, later.open_ms) == "0", "sold at its open"


def test_funding_is_taken_without_any_order_at_work(funded):
    funded.submit(order("a", "sell", "market"))
    funded.settle(SYMBOL, bar(100.0, 100.0, 100.0, 100.0))
    funded.settle(SYMBOL, bar(100.0, 100.0, 100.0, 50.0, at=2))
    assert funded.funding(SYMBOL, 2 * 300_000) == "0.00005209"


def test_a_perpetual_that_does_not_know_its_bar_length_is_a_fault(tmp_path):
    venue = PaperVenue(tmp_path / "paper.db", "one", FUNDED)
    venue.submit(order("a", "buy", "market"))
    with pytest.raises(InvariantError, match="bar length"):
        venue.settle(SYMBOL, bar(100.0, 100.0, 100.0, 100.0))
    venue.close()


def test_a_position_whose_margin_is_gone_is_closed_and_its_orders_with_it(funded):
    funded.submit(order("a", "buy", "market", lots=5000))  # 5 at 100 with 100 of one's own
    funded.settle(SYMBOL, bar(100.0, 100.0, 100.0, 100.0))
    funded.submit(order("s", "sell", "stop", 70.0, lots=5000, reduce=True, at=1))
    fall = bar(95.0, 96.0, 80.0, 90.0, at=2)
    for _ in range(2):
        funded.settle(SYMBOL, fall)
    forced = funded.liquidation(SYMBOL, fall.open_ms)
    # 400 owed, half a per cent of the position kept: 400 / (5 · 0.995) = 80.40
    assert (forced.client_id, forced.side, forced.lots, forced.ticks) == ("liquidation", "sell", 5000, 8_040)
    assert funded.held_lots(SYMBOL) == 0
    assert funded.find(SYMBOL, "s" * 24).reason == "liquidated"
    assert funded.funding(SYMBOL, fall.open_ms) == "0"
    assert funded.liquidation(SYMBOL, 300_000) is None


def test_a_position_paid_in_full_is_never_liquidated(funded):
    funded.submit(order("a", "buy", "market"))
    funded.settle(SYMBOL, bar(100.0, 100.0, 100.0, 100.0))
    crash = bar(100.0, 100.0, 1.0, 1.0, at=2)
    funded.settle(SYMBOL, crash)
    assert funded.liquidation(SYMBOL, crash.open_ms) is None
    assert funded.held_lots(SYMBOL) == 1000
