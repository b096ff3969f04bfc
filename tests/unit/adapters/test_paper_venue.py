import dataclasses
from decimal import Decimal

import pytest

from botyard.adapters.venue.paper import PaperVenue
from botyard.errors import NotFound, UserError, VenueRejected
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
