"""The ccxt venue over the loopback exchange: money to the last digit, lost answers, stops, cancels, refusals."""

from decimal import Decimal
from fractions import Fraction

import pytest

from botyard.errors import ConfigError, RetryableError, VenueRejected
from botyard.records.fleet import Bar, Order
from botyard.testing.exchange.clients import venue_of
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of

BAR_MS = 300_000
START_MS = 1_700_000_100_000 // BAR_MS * BAR_MS
# open, high, low, close: a slow rise, a fall through 95 in bar 6, and back
PRICES = [
    (100, 101, 99.5, 100.5), (100.5, 101, 100, 100.8), (100.8, 102, 100.5, 101.5), (101.5, 102, 101, 101.2),
    (101.2, 103, 101, 102.4), (102.4, 103, 99, 99.5), (99.5, 100, 94, 94.5), (94.5, 97, 94, 96.5),
    (96.5, 99, 96, 98.4), (98.4, 100, 98, 99.6),
]  # fmt: skip
SYMBOL, PERPETUAL = "BTC/USDT", "BTC/USDT:USDT"


def some_bars():
    return [Bar(START_MS + i * BAR_MS, *map(float, prices), 10.0) for i, prices in enumerate(PRICES)]


@pytest.fixture(scope="module")
def server():
    listings = [
        listing_of("BTC", some_bars(), lot="0.001"),
        listing_of("BNB", [bar._replace(open=600.0) for bar in some_bars()], lot="0.001"),
    ]
    with LoopbackExchange(listings, now_ms=START_MS) as one:
        yield one


@pytest.fixture
def exchange(server):
    server.rewind(START_MS + 500)
    server.deposit("USDT", "10000")
    server.deposit("USDT", "10000", futures=True)
    return server


@pytest.fixture
def spot(exchange):
    return venue_of(exchange, SYMBOL)


@pytest.fixture
def perpetual(exchange):
    return venue_of(exchange, PERPETUAL, "binanceusdm")


def order(number, kind="market", side="buy", lots=1000, ticks=None, *, symbol=SYMBOL, reduce_only=False):
    return Order(f"{number:024x}", symbol, side, kind, lots, ticks, START_MS, reduce_only)


def money_of(fills, tick="0.01", lot="0.001"):
    """Quote spent by fills as a ledger counts it."""
    spent = Decimal(0)
    for fill in fills:
        sign = 1 if fill.side == "buy" else -1
        spent += sign * fill.lots * Decimal(lot) * fill.ticks * Decimal(tick) + Decimal(fill.fee)
    return spent


def test_a_market_order_fills_at_the_price_and_its_fee_comes_out_of_what_was_bought(exchange, spot):
    state = spot.submit(order(1))
    assert (state.status, state.filled_lots, state.price_ticks, state.mid) == ("filled", 1000, 10_000, 100.0)
    (fill,) = spot.fills(SYMBOL, order(1).client_id)
    # 1 BTC at 100, 0.1 % of it kept: 0.999 arrived
    assert (fill.lots, fill.ticks, fill.fee, fill.fee_asset, fill.fee_amount) == (999, 10_000, "0.1", "BTC", "0.001")
    assert fill.bar_ms == START_MS
    assert spot.held_lots(SYMBOL) == 999
    assert money_of([fill]) == Decimal(100)


def test_a_part_of_a_lot_is_never_sold(exchange, spot):
    spot.submit(order(1, lots=1234))
    (fill,) = spot.fills(SYMBOL, order(1).client_id)
    assert fill.lots == 1232  # 1.234 - 0.001234 = 1.232766
    assert money_of([fill]) == Decimal("123.4")
    assert spot.held_lots(SYMBOL) == 1232
    spot.submit(order(2, side="sell", lots=1232, reduce_only=True))
    assert exchange.spot.free["BTC"] == Decimal("0.000766")


@pytest.mark.parametrize("asset", ["", "BNB"])
@pytest.mark.parametrize("share", ["0.301", "0.07", "1"])
def test_money_is_exact_over_partial_fills_and_fee_assets(exchange, spot, asset, share):
    exchange.spot.fees.asset = asset
    exchange.deposit("BNB", "1")
    exchange.faults.partial = Decimal(share)
    spot.submit(order(1, lots=1717))
    for _ in range(15):
        exchange.move_by(BAR_MS)
    fills = spot.fills(SYMBOL, order(1).client_id)
    paid = Decimal(0)
    for trade in exchange.trades:
        bnb = trade.fee * 600 if asset else Decimal(0)
        paid += trade.price * trade.quantity + bnb
    assert len(fills) == len(exchange.trades)
    assert money_of(fills) == paid
    assert sum(fill.lots for fill in fills) == int(exchange.spot.total("BTC") / Decimal("0.001"))
    assert all(fill.fee_asset == (asset or "BTC") for fill in fills)


def test_a_lost_answer_is_found_again_and_nothing_is_sent_twice(exchange, spot):
    exchange.faults.drop_after()
    assert spot.submit(order(1)).status == "filled"
    assert len(exchange.orders) == 1


def test_an_order_lost_on_the_way_may_have_arrived(exchange, spot):
    exchange.faults.drop_before()
    with pytest.raises(RetryableError, match="did not answer"):
        spot.submit(order(1))
    assert exchange.orders == []
    before_ms = exchange.now_ms()
    assert spot.find(SYMBOL, order(1).client_id) is None
    assert exchange.now_ms() - before_ms >= 10_000


def test_a_slow_look_up_is_waited_for(exchange, spot):
    exchange.faults.hidden_ms = 8_000
    exchange.faults.drop_after()
    with pytest.raises(RetryableError):
        spot.submit(order(1))
    assert spot.find(SYMBOL, order(1).client_id).status == "filled"
    assert len(exchange.orders) == 1


def test_the_id_of_a_finished_order_is_not_used_again(exchange, spot):
    spot.submit(order(1))
    assert spot.submit(order(1)).status == "filled"
    assert len(exchange.orders) == 1


@pytest.mark.parametrize("status", [429, 418])
def test_an_order_turned_away_unseen_is_sent_again(exchange, spot, status):
    exchange.faults.answer(status, 2, method="POST")
    assert spot.submit(order(1)).status == "filled"
    assert len(exchange.orders) == 1


def test_too_many_refusals_end_in_a_refusal(exchange, spot):
    exchange.faults.answer(429, 3, method="POST")
    with pytest.raises(VenueRejected, match="too often"):
        spot.submit(order(1))
    assert exchange.orders == []


@pytest.mark.parametrize("is_processed", [True, False])
def test_a_server_error_is_no_refusal(exchange, spot, is_processed):
    exchange.faults.answer(503, method="POST", processed=is_processed)
    if is_processed:
        assert spot.submit(order(1)).status == "filled"
    else:
        with pytest.raises(RetryableError):
            spot.submit(order(1))


@pytest.mark.parametrize("skew_ms", [-7_000, 7_000])
def test_a_skewed_clock_is_set_right_once(exchange, spot, skew_ms):
    exchange.faults.skew_ms = skew_ms
    assert spot.submit(order(1)).status == "filled"
    assert len(exchange.orders) == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"lots": 1_000_000}, "insufficient balance"),
        ({"lots": 1}, "NOTIONAL"),
        ({"kind": "stop", "side": "buy", "ticks": 9_000}, "trigger immediately"),
    ],
)
def test_a_refusal_carries_the_venues_words(exchange, spot, wrong, words):
    with pytest.raises(VenueRejected, match=words) as caught:
        spot.submit(order(1, **wrong))
    assert words in caught.value.reason
    assert caught.value.__cause__ is not None
    assert exchange.orders == []


def test_wrong_keys_stop_the_bot_and_are_not_shown(exchange):
    from botyard.testing.exchange.signing import Key

    right = exchange.key
    venue = venue_of(exchange, SYMBOL)
    exchange.key = Key("another-key", "another-secret")
    try:
        with pytest.raises(ConfigError, match="does not accept the keys") as caught:
            venue.submit(order(1))
    finally:
        exchange.key = right
    shown = str(caught.value)
    assert right.key not in shown
    assert right.secret not in shown
    assert "signature" not in shown


def test_the_exit_stop_rests_and_fills_while_nobody_looks(exchange, spot):
    spot.submit(order(1))
    assert spot.submit(order(2, "stop", "sell", 999, 9_500, reduce_only=True)).status == "resting"
    assert [one.client_id for one in spot.open_orders(SYMBOL, "")] == [order(2).client_id]
    exchange.move_to(START_MS + 7 * BAR_MS + 500)
    assert spot.find(SYMBOL, order(2).client_id).status == "filled"
    (fill,) = spot.fills(SYMBOL, order(2).client_id)
    assert (fill.lots, fill.ticks, fill.bar_ms) == (999, 9_500, START_MS + 6 * BAR_MS)
    assert spot.held_lots(SYMBOL) == 0
    # cancelling what filled meanwhile tells how it ended
    assert spot.cancel(SYMBOL, order(2).client_id).status == "filled"


def test_an_exit_stop_whose_level_was_passed_is_filled_at_once(exchange, spot):
    spot.submit(order(1))
    state = spot.submit(order(2, "stop", "sell", 999, 10_100, reduce_only=True))
    assert (state.status, state.filled_lots) == ("filled", 999)
    assert [one.type for one in exchange.orders] == ["MARKET", "MARKET"]


def test_where_plain_stops_are_not_to_be_had_a_limit_well_beyond_is_set(exchange):
    exchange.spot_market.order_types.remove("STOP_LOSS")
    try:
        spot = venue_of(exchange, SYMBOL)
        spot.submit(order(1))
        spot.submit(order(2, "stop", "sell", 999, 9_500, reduce_only=True))
    finally:
        exchange.spot_market.order_types.append("STOP_LOSS")
    sent = exchange.orders[-1]
    assert (sent.type, sent.stop, sent.price) == ("STOP_LOSS_LIMIT", Decimal("95.00"), Decimal("94.05"))


def test_orders_of_people_and_of_other_bots_are_left_alone(exchange, spot):
    exchange.trade_by_hand("BTCUSDT", "BUY", "2")
    exchange.spot.place("BTCUSDT", "SELL", "LIMIT", Decimal(1), price=Decimal(110), client_id="web_abc")
    spot.submit(order(1, "stop", "buy", 1000, 10_500))
    assert [one.client_id for one in spot.open_orders(SYMBOL, "0")] == [order(1).client_id]
    assert spot.open_orders(SYMBOL, "1") == []  # another bot's beginning
    assert spot.held_lots(SYMBOL) == 1998  # the wallet, whoever filled it; the ledger knows whose it is


def test_a_cancel_that_is_not_confirmed_is_tried_again(exchange, spot):
    spot.submit(order(1, "stop", "buy", 1000, 10_500))
    exchange.faults.drop_before(method="DELETE")
    with pytest.raises(RetryableError):
        spot.cancel(SYMBOL, order(1).client_id)
    assert spot.cancel(SYMBOL, order(1).client_id).status == "cancelled"
    with pytest.raises(RetryableError, match="does not know"):
        spot.cancel(SYMBOL, order(9).client_id)


def test_a_delisted_instrument_is_refused(exchange, spot):
    exchange.delist("BTCUSDT")
    try:
        with pytest.raises(VenueRejected, match="closed"):
            spot.submit(order(1))
    finally:
        exchange.relist("BTCUSDT", some_bars())


# --- perpetuals --------------------------------------------------------------------------------------------------


def test_a_short_and_its_stop(exchange, perpetual):
    sent = order(1, side="sell", symbol=PERPETUAL)
    assert perpetual.submit(sent).status == "filled"
    assert perpetual.held_lots(PERPETUAL) == -1000
    (fill,) = perpetual.fills(PERPETUAL, sent.client_id)
    assert (fill.lots, fill.ticks, fill.fee, fill.fee_asset) == (1000, 10_000, "0.05", "USDT")
    stop = order(2, "stop", "buy", 1000, 10_250, symbol=PERPETUAL, reduce_only=True)
    assert perpetual.submit(stop).status == "resting"
    assert perpetual.find(PERPETUAL, stop.client_id).status == "resting"
    # the new stop may be placed before the old one goes
    newer = order(3, "stop", "buy", 1000, 10_225, symbol=PERPETUAL, reduce_only=True)
    assert perpetual.submit(newer).status == "resting"
    assert perpetual.cancel(PERPETUAL, stop.client_id).status == "cancelled"
    exchange.move_to(START_MS + 5 * BAR_MS + 500)
    assert perpetual.find(PERPETUAL, newer.client_id).status == "filled"
    (fill,) = perpetual.fills(PERPETUAL, newer.client_id)
    assert (fill.side, fill.lots, fill.ticks) == ("buy", 1000, 10_225)
    assert perpetual.held_lots(PERPETUAL) == 0


def test_a_reduce_only_exit_turns_nothing_around(exchange, perpetual):
    perpetual.submit(order(1, symbol=PERPETUAL))
    state = perpetual.submit(order(2, side="sell", lots=3000, symbol=PERPETUAL, reduce_only=True))
    assert perpetual.held_lots(PERPETUAL) == 0
    assert state.filled_lots == 1000
    with pytest.raises(VenueRejected, match="ReduceOnly"):
        perpetual.submit(order(3, side="sell", symbol=PERPETUAL, reduce_only=True))


def test_funding_is_read_for_the_bar_it_fell_in(exchange, perpetual):
    hour = -(-START_MS // 3_600_000) * 3_600_000
    exchange.take_funding("BTCUSDT", "-0.0125", hour + 1_000)
    assert perpetual.funding(PERPETUAL, hour) == "0.0125"
    assert perpetual.funding(PERPETUAL, hour + BAR_MS) == "0"
    assert perpetual.funding(PERPETUAL, hour - BAR_MS) == "0"


def test_a_forced_close_is_told_as_a_fill(exchange, perpetual):
    perpetual.submit(order(1, symbol=PERPETUAL))
    assert perpetual.liquidation(PERPETUAL, START_MS) is None
    exchange.liquidate("BTCUSDT", "51.25")
    fill = perpetual.liquidation(PERPETUAL, START_MS)
    assert (fill.client_id, fill.side, fill.lots, fill.ticks) == ("liquidation", "sell", 1000, 5_125)
    assert perpetual.liquidation(PERPETUAL, START_MS + BAR_MS) is None


def test_quantities_and_prices_are_written_exactly():
    from botyard.adapters.venue.ccxt.grid import WireGrid
    from botyard.records.market import Instrument, Step

    third = Instrument("A/USDT", "x", "A", "USDT", "spot", Step(1, 100_000_000), Step(5, 1000), 5.0)
    grid = WireGrid(third)
    for lots in (1, 3, 7, 123_456_789):
        assert Fraction(grid.amount(lots)) == Fraction(lots * 5, 1000)
        assert Fraction(grid.price(lots)) == Fraction(lots, 100_000_000)
        assert "e" not in grid.price(lots).lower()
