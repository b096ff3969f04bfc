import dataclasses
from decimal import Decimal

import pytest

from botyard.bot.intents import bot_prefix, client_id, compare, position_wanted, want
from botyard.bot.ledger import Working, load_ledger, new_ledger
from botyard.errors import InvariantError
from botyard.records.fleet import Entry, Order
from botyard.testing.bots import live

INSTRUMENT = live.rules().instrument  # cents, thousandths


def intent(client_id="a", lots=1000, side="buy", kind="market"):
    order = Order(client_id, "MADE/UP", side, kind, lots, None if kind == "market" else 10_000, 0)
    return Entry(
        "intent", 0, 0, {"client_id": client_id, "order": dataclasses.asdict(order), "transition": 0, "leg": "market"}
    )


def fill(lots, ticks, *, side="buy", trade="t", client_id="a", fee="0"):
    data = {"trade_id": trade, "client_id": client_id, "side": side, "lots": lots, "ticks": ticks, "fee": fee}
    return Entry("fill", 0, 0, data)


def test_money_is_exact():
    ledger = new_ledger(10_000.0, INSTRUMENT)
    ledger.apply(fill(333, 10_001, fee="0.0333033333"))
    assert ledger.lots == 333
    assert ledger.cash == Decimal(10000) - Decimal("0.333") * Decimal("100.01") - Decimal("0.0333033333")
    assert ledger.equity(10_001) == Decimal(10000) - Decimal("0.0333033333")


def test_an_order_is_working_until_its_last_lot():
    ledger = new_ledger(10_000.0, INSTRUMENT).apply_all([intent(), Entry("submitted", 0, 0, {"client_id": "a"})])
    ledger.apply(fill(400, 10_000, trade="1"))
    assert ledger.working["a"].rest == 600
    ledger.apply(fill(600, 10_000, trade="2"))
    assert ledger.working == {}


def test_more_fills_than_the_order_is_a_fault():
    ledger = new_ledger(10_000.0, INSTRUMENT).apply_all([intent(lots=10)])
    with pytest.raises(InvariantError, match="of 10 lots"):
        ledger.apply(fill(11, 10_000))


@pytest.mark.parametrize("kind", ["cancelled", "refused"])
def test_an_order_that_ended_is_not_working_and_a_late_fill_still_counts(kind):
    ledger = new_ledger(10_000.0, INSTRUMENT).apply_all([intent(), Entry(kind, 0, 0, {"client_id": "a", "reason": ""})])
    assert ledger.working == {}
    ledger.apply(fill(5, 10_000))
    assert ledger.lots == 5


def test_average_entry_follows_growth_and_ignores_reduction():
    ledger = new_ledger(10_000.0, INSTRUMENT)
    ledger.apply_all([fill(100, 10_000), fill(100, 11_000)])
    assert ledger.entry_ticks == 10_500
    ledger.apply(fill(50, 12_000, side="sell"))
    assert ledger.entry_ticks == 10_500
    ledger.apply(fill(250, 12_000, side="sell"))
    assert (ledger.lots, ledger.entry_ticks) == (-100, 12_000)
    ledger.apply(fill(100, 12_000))
    assert ledger.entry_ticks is None


def test_a_ledger_comes_back_from_json():
    ledger = new_ledger(10_000.0, INSTRUMENT)
    ledger.apply_all([intent(), fill(400, 10_000, fee="0.1"), Entry("decision", 86_400_000, 0, {"equity": "9999.9"})])
    assert load_ledger(ledger.dump()) == ledger


# --- intents -------------------------------------------------------------------------------------------------------


def test_client_ids_are_24_hex_digits_of_the_decision():
    one = client_id("bot", "d", 300_000, 2, "rest")
    assert len(one) == 24
    assert set(one) <= set("0123456789abcdef")
    assert one.startswith(bot_prefix("bot"))
    others = {
        client_id("bot", "e", 300_000, 2, "rest"),
        client_id("bot", "d", 300_001, 2, "rest"),
        client_id("bot", "d", 300_000, 3, "rest"),
        client_id("bot", "d", 300_000, 2, "market"),
        client_id("bot", "d", 300_000, 2, "rest", 1),
        client_id("two", "d", 300_000, 2, "rest"),
    }
    assert len(others | {one}) == 7
    assert client_id("bot", "d", 300_000, 2, "rest") == one


@pytest.mark.parametrize(
    ("before", "after", "held", "may_add", "wanted"),
    [
        (0, 10, 0, True, 10),
        (0, 10, 0, False, 0),
        (10, 0, 10, False, 0),
        (10, 0, 0, True, 0),
        (10, 5, 10, False, 5),
        (10, 5, 7, False, 3),  # in proportion
        (-10, -5, -7, False, -3),
        (10, 15, 10, True, 15),
        (10, 15, 10, False, 10),
        (10, 15, 0, True, 0),  # missed the entry: stays flat
        (10, -10, 10, True, -10),
        (10, -10, 10, False, 0),  # a reversal without its entry
        (10, -10, 0, True, -10),
        (10, 5, -3, True, 0),  # on the wrong side
    ],
)
def test_the_position_wanted_follows_the_model(before, after, held, may_add, wanted):
    assert position_wanted(before, after, held, may_add=may_add) == wanted


def test_what_only_reduces_is_marked_so():
    def made(held, wanted):
        one = want(held, wanted, transition=0, leg="market", kind="market", ticks=None)
        return one and (one.side, one.lots, one.reduce_only)

    assert made(10, 0) == ("sell", 10, True)
    assert made(10, -5) == ("sell", 15, False)
    assert made(-10, -4) == ("buy", 6, True)
    assert made(0, 5) == ("buy", 5, False)
    assert made(3, 3) is None


def test_what_fits_stays_and_the_rest_is_replaced():
    stop = want(10, 0, transition=3, leg="rest", kind="stop", ticks=99)
    target = want(10, 0, transition=4, leg="rest", kind="limit", ticks=120)
    at_venue = [
        Working(stop.order("MADE/UP", "a" * 24, 0), 3, is_sent=True),
        Working(dataclasses.replace(target.order("MADE/UP", "b" * 24, 0), ticks=121), 4, is_sent=True),
    ]
    missing, surplus = compare([stop, target], at_venue)
    assert missing == [target]
    assert surplus == [at_venue[1]]


def test_funding_leaves_cash_to_the_last_digit():
    ledger = new_ledger(10_000.0, INSTRUMENT)
    ledger.apply_all(
        [Entry("funding", 5, 5, {"paid": "0.00010417", "lots": 1}), Entry("funding", 6, 6, {"paid": "-0.5"})]
    )
    assert (ledger.funding, ledger.funded_ms) == (Decimal("-0.49989583"), 6)
    assert ledger.cash == Decimal("10000.49989583")
    assert load_ledger(ledger.dump()) == ledger


def test_a_liquidation_is_remembered():
    ledger = new_ledger(10_000.0, INSTRUMENT).apply_all([fill(5, 10_000), fill(5, 9_000, side="sell")])
    assert not ledger.is_liquidated
    ledger.apply_all([fill(5, 10_000), fill(5, 9_000, side="sell", client_id="liquidation")])
    assert ledger.is_liquidated
    assert load_ledger(ledger.dump()) == ledger
