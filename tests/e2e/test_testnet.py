"""A researched idea on an exchange's testnet, over the loopback exchange: deployed, ticked, stopped, killed.

The real client library, the real deployment, the real tick; bars made up, time moved by hand.
"""

import dataclasses
from decimal import Decimal

import pytest

from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.apps import bots, ticks
from botyard.apps.exchanges import runs
from botyard.bot import folds
from botyard.errors import ConfigError, UserError
from botyard.records.fleet import Order
from botyard.records.market import Costs
from botyard.records.run import RunRecord
from botyard.records.schema import load_spec, spec_hash
from botyard.stages import deployer
from botyard.testing.bots import live
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of
from botyard.testing.research_records import made_up_research
from botyard.testing.specs import EMA_CROSS

BAR_MS = 300_000
N_BARS, N_STORED = 6_000, 5_000
SYMBOL = "BTC/USDT"
QUICK = {"fast": {"default": 4, "high": 60}, "slow": {"default": 20}}


class Quiet:
    """Hears everything and shows nothing."""

    def __init__(self):
        self.texts = []

    def tell(self, text):
        self.texts.append(text)

    def start(self, task, total=0):
        pass

    advance = finish = start


def quick_spec():
    """The design's example with short periods, so that it trades often."""
    plain = {**EMA_CROSS, "parameters": {k: {**v, **QUICK.get(k, {})} for k, v in EMA_CROSS["parameters"].items()}}
    return load_spec(plain)


@pytest.fixture(scope="module")
def world(tmp_path_factory, code_cache):
    """A bot deployed to the testnet, as far as its first tick; and everything around it."""
    home = tmp_path_factory.mktemp("testnet")
    bars = live.made_up_bars(N_BARS)
    instrument = dataclasses.replace(
        live.rules(kind="spot").instrument, symbol=SYMBOL, base="BTC", quote="USDT", synthetic=False
    )
    rules = dataclasses.replace(live.rules(kind="spot"), instrument=instrument)
    stored = live.write_market(home / "market" / "imported", rules, bars[:N_STORED])
    with (
        pytest.MonkeyPatch.context() as patch,
        LoopbackExchange([listing_of("BTC", bars, lot="0.001")], now_ms=bars[N_STORED].open_ms + 500) as exchange,
    ):
        exchange.deposit("USDT", "2000")
        exchange.deposit("BTC", "2")  # somebody else's
        patch.setenv("BOTYARD_HOME", str(home))
        patch.setenv("BOTYARD_LOOPBACK", f"mainnet={exchange.url},testnet={exchange.url}")
        patch.setenv("BOTYARD_KEY_BINANCE_TESTNET", exchange.key.key)
        patch.setenv("BOTYARD_KEY_BINANCE_TESTNET_SECRET", exchange.key.secret)
        store = SqliteFleet(home / "fleet.db")
        yield home, exchange, store, stored
        store.close()


RECORD = RunRecord(
    run_id="1-quick", idea="x", timeframe="5m", market="imported", seed=1, trials=1, created_ms=0, outcome="running",
    venue="binance", mode="testnet", allocated_quote=1000.0,
)  # fmt: skip


def deploy(home, store, record, code_cache):
    spec = quick_spec()
    research = dataclasses.replace(made_up_research(), symbol=SYMBOL, spec=spec, spec_hash=spec_hash(spec))
    market = runs.open_run_market(home, record)
    artifacts = FolderArtifacts(home / "runs" / record.run_id)
    deployed = deployer.run(
        research, market, artifacts, runs.target(home, record, store), run_id=record.run_id, notifier=Quiet(),
        progress=Quiet(), mode=record.mode, cache_dir=code_cache,
    )  # fmt: skip
    return market, store.bot(deployed.bot)


@pytest.fixture(scope="module")
def deployed(world, code_cache):
    home, _, store, _ = world
    return deploy(home, store, RECORD, code_cache)


def tick(bot, store):
    with bots.opened(bot, store, Quiet()) as ports:
        return ticks.tick_bot(bot, ports)


def intents(store, bot):
    return {e.data["client_id"]: Order(**e.data["order"]) for e in store.entries(bot.name) if e.kind == "intent"}


def test_research_and_bot_have_the_venues_terms(deployed):
    market, bot = deployed
    rules = market.rules(SYMBOL)
    assert rules.costs == Costs(taker_bps=10.0, maker_bps=10.0, slippage_bps=2.0)
    assert (rules.profile.exit_stop, rules.profile.exit_limit, rules.profile.entry_stop) == ("rest", "tick", "tick")
    assert (rules.instrument.tick.value, rules.instrument.lot.value) == (0.01, 0.001)
    assert rules.initial_cash == 1000.0
    assert (bot.venue, bot.mode, bot.feed, bot.account) == ("binance", "testnet", "live", "binance/testnet/1")
    assert bot.allocated_quote == 1000.0


def test_orders_on_the_exchange_are_the_intents_and_a_kill_leaves_nothing(world, deployed):
    _, exchange, store, _ = world
    _, bot = deployed
    seen_stop = False
    report = None
    for _ in range(150):
        exchange.move_by(BAR_MS)
        report = tick(bot, store)
        assert report.status == "running", report.text
        seen_stop = seen_stop or any(one.type == "STOP_LOSS" and one.is_open for one in exchange.orders)
        held = folds.current_ledger(store, bot, folds_instrument(bot)).lots
        if seen_stop and held > 0 and len(exchange.trades) >= 5:
            break
    ledger = folds.current_ledger(store, bot, folds_instrument(bot))
    assert seen_stop
    assert ledger.lots > 0

    sent = {order.client_id: order for order in exchange.orders}
    wanted = intents(store, bot)
    assert set(sent) == set(wanted)
    assert len(sent) == len(exchange.orders)
    for client_id, order in wanted.items():
        there = sent[client_id]
        assert there.side == order.side.upper()
        assert there.quantity == order.lots * Decimal("0.001")
        if there.type == "STOP_LOSS":
            assert there.stop == order.ticks * Decimal("0.01")

    # what the ledger says the bot spent is what the exchange took, to the last digit
    spent = sum(
        (t.price * t.quantity * (1 if t.order.side == "BUY" else -1) + (t.fee if t.fee_asset == "USDT" else 0))
        for t in exchange.trades
    )
    assert ledger.allocated - ledger.cash == spent
    assert exchange.spot.total("BTC") - 2 >= ledger.lots * Decimal("0.001")

    report = ticks.kill(store, bot.name, Quiet())
    assert report.status == "killed", report.text
    assert not [one for one in exchange.orders if one.is_open]
    left = exchange.spot.total("BTC") - 2
    assert Decimal(0) <= left < Decimal("0.001") * len(exchange.trades)  # parts of lots; the other's 2 BTC untouched


def folds_instrument(bot):
    from botyard.bot.deployed import load_settings

    return load_settings(bots.bundle(bot)).rules.instrument


def test_a_bot_that_would_take_too_much_of_the_account_is_refused_before_any_research(world, deployed):
    home = world[0]
    greedy = dataclasses.replace(RECORD, run_id="2-greedy", allocated_quote=5_000.0)
    with pytest.raises(ConfigError, match="over 95%"):
        runs.open_run_market(home, greedy)


def test_what_cannot_be_is_refused_before_any_research(world, monkeypatch):
    home = world[0]
    with pytest.raises(UserError, match="botyard promote"):
        runs.check("binance", "mainnet", 1000.0)
    with pytest.raises(ConfigError, match="kraken has no testnet"):
        runs.check("kraken", "testnet", 1000.0)
    with pytest.raises(ConfigError, match="set BOTYARD_KEY_BINANCEUSDM_TESTNET"):
        runs.check("binanceusdm", "testnet", 1000.0)
    assert runs.check("binance", "testnet", 1000.0) == ""
    monkeypatch.setenv("BOTYARD_KEY_BYBIT_TESTNET", "k")
    monkeypatch.setenv("BOTYARD_KEY_BYBIT_TESTNET_SECRET", "s")
    assert "never been traded on" in runs.check("bybit", "testnet", 1000.0)
    with pytest.raises(UserError, match="botyard data download BTC/USDT:USDT --venue binanceusdm"):
        runs.open_run_market(home, dataclasses.replace(RECORD, venue="binanceusdm", mode="paper"))


def test_the_same_idea_on_paper_follows_the_exchanges_bars(world, code_cache):
    home, exchange, store, _ = world
    n_orders = len(exchange.orders)
    record = dataclasses.replace(RECORD, run_id="3-paper", mode="paper", allocated_quote=10_000.0)
    _, bot = deploy(home, store, record, code_cache)
    assert (bot.venue, bot.mode, bot.feed, bot.account) == ("paper", "paper", "live", "")
    fills = 0
    for _ in range(60):
        exchange.move_by(BAR_MS)
        report = tick(bot, store)
        assert report.bars == 1
        fills += report.fills
        if fills:
            break
    assert fills > 0
    assert len(exchange.orders) == n_orders
