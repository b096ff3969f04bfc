"""A researched idea on the demo trading of Binance's perpetuals, over the loopback exchange: deployed, ticked, killed."""

import dataclasses
from decimal import Decimal

import pytest

from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.apps import bots, ticks
from botyard.apps.exchanges import runs
from botyard.bot import folds
from botyard.errors import ConfigError
from botyard.records.fleet import Order
from botyard.records.run import RunRecord
from botyard.records.schema import load_spec, spec_hash
from botyard.stages import deployer
from botyard.testing.bots import live
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of
from botyard.testing.progress import RecordedProgress
from botyard.testing.research_records import made_up_research
from botyard.testing.specs import EMA_CROSS

BAR_MS = 300_000
N_BARS, N_STORED = 5_400, 5_000
SYMBOL = "BTC/USDT:USDT"
QUICK = {"fast": {"default": 4, "high": 60}, "slow": {"default": 20}}
RECORD = RunRecord(
    run_id="1-quick", idea="x", timeframe="5m", market="imported", seed=1, trials=1, created_ms=0, outcome="running",
    venue="binanceusdm", mode="testnet", allocated_quote=1000.0,
)  # fmt: skip


class Quiet(RecordedProgress):
    """Hears everything and shows nothing."""

    def tell(self, text):
        self.said.append(text)


def deploy(home, store, record, code_cache):
    plain = {**EMA_CROSS, "parameters": {k: {**v, **QUICK.get(k, {})} for k, v in EMA_CROSS["parameters"].items()}}
    spec = load_spec(plain)
    research = dataclasses.replace(made_up_research(), symbol=SYMBOL, spec=spec, spec_hash=spec_hash(spec))
    return deployer.run(
        research, runs.open_run_market(home, record), FolderArtifacts(home / "runs" / record.run_id),
        runs.target(home, record, store), run_id=record.run_id, notifier=Quiet(), progress=Quiet(), mode=record.mode,
        cache_dir=code_cache,
    ).bot  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    home = tmp_path_factory.mktemp("perpetual")
    bars = live.made_up_bars(N_BARS)
    kind = live.rules(kind="perpetual")
    instrument = dataclasses.replace(kind.instrument, symbol=SYMBOL, base="BTC", quote="USDT", synthetic=False)
    live.write_market(home / "market" / "imported", dataclasses.replace(kind, instrument=instrument), bars[:N_STORED])
    with (
        pytest.MonkeyPatch.context() as patch,
        LoopbackExchange([listing_of("BTC", bars, lot="0.001")], now_ms=bars[N_STORED].open_ms + 500) as exchange,
    ):
        exchange.deposit("USDT", "2500", futures=True)
        exchange.futures_market.is_hedged = True  # as the account's owner had it
        patch.setenv("BOTYARD_HOME", str(home))
        patch.setenv("BOTYARD_LOOPBACK", f"mainnet={exchange.url},testnet={exchange.url}")
        patch.setenv("BOTYARD_KEY_BINANCEUSDM_TESTNET", exchange.key.key)
        patch.setenv("BOTYARD_KEY_BINANCEUSDM_TESTNET_SECRET", exchange.key.secret)
        store = SqliteFleet(home / "fleet.db")
        yield home, exchange, store
        store.close()


@pytest.fixture(scope="module")
def bot(world, code_cache):
    home, _, store = world
    return store.bot(deploy(home, store, RECORD, code_cache))


def test_the_account_is_made_ready_for_one_bot(world, bot, code_cache):
    home, exchange, store = world
    market = exchange.futures_market
    assert (market.is_hedged, market.margin["BTCUSDT"].lower(), market.leverage["BTCUSDT"]) == (False, "isolated", 1)
    assert (bot.venue, bot.mode, bot.symbol) == ("binanceusdm", "testnet", SYMBOL)
    again = dataclasses.replace(RECORD, run_id="2-again")
    with pytest.raises(ConfigError, match="one bot per perpetual"):
        deploy(home, store, again, code_cache)


def test_orders_on_the_exchange_are_the_intents_and_a_kill_leaves_nothing(world, bot):
    _, exchange, store = world
    seen_stop, account = False, exchange.futures
    instrument = bots.load(bots.bundle(bot), bot.code_hash).settings.rules.instrument
    for _ in range(150):
        exchange.move_by(BAR_MS)
        with bots.opened(bot, store, Quiet()) as ports:
            report = ticks.tick_bot(bot, ports)
        assert report.status == "running", report.text
        seen_stop = seen_stop or any(one.stop is not None and one.is_open and one.reduce_only for one in account.orders)
        ledger = folds.current_ledger(store, bot, instrument)
        if seen_stop and ledger.lots and len(account.trades) >= 5:
            break
    assert seen_stop
    assert ledger.lots != 0
    assert account.positions["BTCUSDT"].quantity == ledger.lots * Decimal("0.001")

    sent = {order.client_id: order for order in account.orders if order.is_open or order.stop is None}
    wanted = {e.data["client_id"]: Order(**e.data["order"]) for e in store.entries(bot.name) if e.kind == "intent"}
    for client_id, order in wanted.items():
        if order.kind == "market":
            assert (sent[client_id].side, sent[client_id].quantity) == (
                order.side.upper(),
                order.lots * Decimal("0.001"),
            )
    assert [e.data["client_id"] for e in store.entries(bot.name) if e.kind == "refused"] == []

    spent = sum(t.price * t.quantity * (1 if t.order.side == "BUY" else -1) + t.fee for t in account.trades)
    assert ledger.allocated - ledger.cash == spent

    report = ticks.kill(store, bot.name, Quiet())
    assert report.status == "killed", report.text
    assert not [one for one in account.orders if one.is_open]
    assert account.positions["BTCUSDT"].quantity == 0
