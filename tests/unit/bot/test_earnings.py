"""What a bot earned, split into what its fills cost and what it did not share with the model."""

import pytest

from botyard.bot.earnings import profit
from botyard.records.fleet import Entry
from botyard.testing.bots import live

WORLD = live.rules()
BOT = live.bot(live.deployed(WORLD))


def fill(bar, transition, side, lots, ticks, fee="1"):
    data = {"trade_id": f"{bar}", "client_id": "x", "side": side, "lots": lots, "ticks": ticks, "fee": fee}
    return Entry("fill", bar, bar, data | {"transition": transition})


def decision(bar, close, equity, model, *model_fills):
    data = {"words": "", "close": close, "equity": equity, "model_equity": model, "model_fills": list(model_fills)}
    return Entry("decision", bar, bar, data)


SEEDED = Entry("deployed", 0, 0, {"model_equity": 10_000.0, "seed_bars": 3})
IN_STEP = [
    SEEDED,
    decision(1, 100.0, "10000", 10_000.0),
    fill(2, 0, "buy", 1000, 10_000),
    decision(2, 110.0, "10009", 10_009.0, [0, 1000, 100.0, 1.0]),
    fill(3, 1, "sell", 1500, 11_000),
    decision(3, 90.0, "10018", 10_018.0, [1, -1500, 110.0, 1.0]),
    Entry("funding", 3, 3, {"paid": "0.5", "lots": -500}),
    fill(4, 2, "buy", 500, 9_000),
    decision(4, 90.0, "10016.5", 10_016.5, [2, 500, 90.0, 1.0]),
]


def test_a_fill_that_goes_through_flat_is_two_trades():
    earned = profit(BOT, IN_STEP, WORLD.instrument)
    # long 1 from 100 to 110, short 0.5 from 110 to 90, three fees of 1, funding
    assert earned.profit == pytest.approx(10.0 + 10.0 - 3.0 - 0.5)
    assert (earned.trades, earned.wins, earned.fills, earned.missed) == (2, 2, 3, 0)
    assert (earned.fees, earned.funding) == (3.0, 0.5)
    assert earned.realised == pytest.approx(earned.profit)
    assert earned.unrealised == 0.0


def test_a_bot_in_step_with_its_model_has_no_execution_cost():
    earned = profit(BOT, IN_STEP, WORLD.instrument)
    assert earned.model_profit == pytest.approx(earned.profit)
    assert earned.execution_cost == 0.0
    assert earned.not_shared == pytest.approx(0.0)


def test_worse_prices_and_higher_fees_are_execution_cost():
    journal = [
        SEEDED,
        fill(2, 0, "buy", 1000, 10_010, fee="1.5"),  # a tenth more for one, and half a quote more in fees
        decision(2, 100.0, "9998.4", 9_999.0, [0, 1000, 100.0, 1.0]),
        fill(3, 1, "sell", 1000, 9_990),
        decision(3, 100.0, "9997.3", 9_998.0, [1, -1000, 100.0, 1.0]),
    ]
    earned = profit(BOT, journal, WORLD.instrument)
    assert earned.execution_cost == pytest.approx(0.1 + 0.5 + 0.1)
    assert earned.model_profit == pytest.approx(earned.profit + earned.execution_cost)
    assert earned.not_shared == pytest.approx(0.0)


def test_an_entry_the_bot_missed_is_counted_once_and_is_no_execution_cost():
    journal = [
        SEEDED,
        Entry("missed", 1, 1, {"transition": 0, "after": 1000, "reason": "paused"}),
        Entry("missed", 2, 2, {"transition": 0, "after": 1000, "reason": "paused"}),  # the order was renewed
        decision(3, 110.0, "10000", 10_009.0, [0, 1000, 100.0, 1.0]),
        decision(4, 110.0, "10000", 10_008.0, [1, -1000, 110.0, 1.0]),  # leaving is no entry
    ]
    earned = profit(BOT, journal, WORLD.instrument)
    assert (earned.missed, earned.fills) == (1, 0)
    assert earned.execution_cost == 0.0
    assert earned.not_shared == pytest.approx(8.0)


def test_half_of_the_models_size_is_compared_for_that_half():
    journal = [
        SEEDED,
        fill(2, 0, "buy", 500, 10_020, fee="0.5"),
        decision(2, 100.0, "9999.4", 9_999.0, [0, 1000, 100.0, 1.0]),
    ]
    assert profit(BOT, journal, WORLD.instrument).execution_cost == pytest.approx(0.5 * 0.2)


def test_an_open_position_is_marked_at_the_last_close():
    earned = profit(BOT, IN_STEP[:4], WORLD.instrument)
    assert (earned.position, earned.entry_price) == (1.0, 100.0)
    assert earned.unrealised == pytest.approx(10.0)
    assert earned.realised == pytest.approx(-1.0)


def test_the_largest_drawdown_is_from_the_highest_close():
    journal = [decision(1, 1.0, "10100", 0.0), decision(2, 1.0, "9090", 0.0), decision(3, 1.0, "10000", 0.0)]
    assert profit(BOT, journal, WORLD.instrument).max_drawdown == pytest.approx(-0.1)


def test_a_bot_without_a_live_bar_earned_nothing_yet():
    earned = profit(BOT, IN_STEP[:1], WORLD.instrument)
    assert (earned.from_ms, earned.profit, earned.model_profit, earned.execution_cost) == (None, 0.0, None, None)
