"""The backtest's orders are the paper ticks' orders, byte for byte (DESIGN 9, test 9), seeded or not."""

import dataclasses

import pytest

from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.bot.earnings import profit
from botyard.records.market import Costs, Instrument, Step, TradingRules
from botyard.testing.bars import walked_bars
from botyard.testing.bots import replays
from botyard.testing.bots.against_engine import built, differences, listed
from botyard.testing.bundles import EVERYTHING
from botyard.testing.engine_bars import wild
from botyard.testing.engine_specs import SPECS
from botyard.testing.specs import EMA_CROSS

BUSY = EMA_CROSS | {
    "parameters": EMA_CROSS["parameters"]
    | {
        "fast": {"type": "int", "default": 4, "low": 4, "high": 60},
        "slow": {"type": "int", "default": 20, "low": 20, "high": 300},
        "trail": {"type": "float", "default": 1.5, "low": 1.0, "high": 8.0},
    }
}
FUNDED = Costs(taker_bps=5.0, maker_bps=2.0, slippage_bps=1.5, funding_bps=1.0)


def rules(kind):
    instrument = Instrument("MADE/UP", "made-up", "MADE", "UP", kind, Step(1, 100), Step(1, 1000), 5.0)
    return TradingRules(instrument, Costs() if kind == "spot" else FUNDED, initial_cash=10_000.0)


def play(tmp_path, spec, world, bars, seed):
    settings, source, ran = built(spec, world, bars, seed)
    home = replays.make_home(tmp_path / "home", settings, source, listed(bars))
    status = replays.main(home, 0, after=False)
    return status, home, settings, ran


def earned(home, settings):
    store = SqliteFleet(home / "fleet.db")
    try:
        return profit(store.bot(replays.BOT), store.entries(replays.BOT), settings.rules.instrument)
    finally:
        store.close()


@pytest.mark.parametrize("spec", [BUSY, EVERYTHING], ids=["ema-cross", "everything"])
@pytest.mark.parametrize("kind", ["spot", "perpetual"])
@pytest.mark.parametrize("seed", [0, 333])
def test_ticks_decide_and_fill_as_the_backtest_does(tmp_path, spec, kind, seed):
    bars = walked_bars(1500, seed=7)
    status, home, settings, ran = play(tmp_path, spec, rules(kind), bars, seed)
    assert status == 0
    assert len(ran.fills) > 20
    assert ran.fills["bar"].min() > seed
    assert (ran.funding > 0.0) is (kind == "perpetual")
    assert differences(home, settings, bars, ran) == []
    told = earned(home, settings)
    assert told.missed == 0
    assert told.execution_cost == pytest.approx(0.0, abs=1e-6)
    assert told.not_shared == pytest.approx(0.0, abs=1e-4)
    assert told.funding == pytest.approx(ran.funding, abs=2e-5)
    assert told.model_profit == ran.equity[-1] - 10_000.0


def test_without_a_seed_the_engine_would_have_held_something_at_the_same_bar():
    bars = walked_bars(1500, seed=7)
    _, _, ran = built(BUSY, rules("spot"), bars, 0)
    _, _, seeded = built(BUSY, rules("spot"), bars, 333)
    assert ran.lots[333] != 0.0
    assert not seeded.lots[:334].any()
    assert (seeded.equity[:334] == 10_000.0).all()


def test_a_liquidated_position_is_liquidated_in_the_ledger_too_and_halts_the_bot(tmp_path, capsys):
    bars = wild(3000, seed=6)
    world = dataclasses.replace(rules("perpetual"), initial_cash=10_000.0)
    status, home, settings, ran = play(tmp_path, SPECS["gearing"], world, bars, 0)
    assert ran.liquidated
    last = int(ran.fills["bar"][-1])
    assert status == 1
    assert "the model was liquidated" in capsys.readouterr().err
    store = SqliteFleet(home / "fleet.db")
    bot, journal = store.bot(replays.BOT), list(store.entries(replays.BOT))
    store.close()
    assert bot.status == "halted"
    assert "maintenance margin" in bot.reason
    fills = [e for e in journal if e.kind == "fill"]
    assert fills[-1].data["client_id"] == "liquidation"
    assert fills[-1].bar_ms == int(bars.open_ms[last])
    assert [(e.bar_ms, e.data["lots"] * (1 if e.data["side"] == "buy" else -1), e.data["ticks"]) for e in fills] == [
        (int(bars.open_ms[int(f["bar"])]), int(f["lots"]), round(float(f["price"]) * 100)) for f in ran.fills
    ]
    told = earned(home, settings)
    assert told.equity == pytest.approx(ran.equity[last], abs=1e-4)
