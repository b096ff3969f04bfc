"""From a bot on the testnet to real money, over two loopback exchanges: one plays the testnet, one the mainnet."""

import dataclasses
import json
import os
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.apps import answers, bots, ticks
from botyard.apps.cli.main import app
from botyard.apps.exchanges import runs, venues
from botyard.errors import ConfigError, UserError
from botyard.evidence import promotion as evidence
from botyard.records import codec
from botyard.records.run import RunRecord
from botyard.records.schema import load_spec, spec_hash
from botyard.records.verdict import Verdict
from botyard.stages import deployer
from botyard.testing.bots import live
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of
from botyard.testing.exchange.signing import Key
from botyard.testing.progress import RecordedProgress
from botyard.testing.research_records import made_up_research
from botyard.testing.specs import EMA_CROSS

BAR_MS = 300_000
N_BARS, N_STORED = 5_600, 5_000
SYMBOL = "BTC/USDT"
QUICK = {"fast": {"default": 4, "high": 60}, "slow": {"default": 20}}
PASSED = Verdict("pass", "Pass: made up.", 1.2, candidate_list="survivor")
RECORD = RunRecord(
    run_id="1-quick", idea="x", timeframe="5m", market="imported", seed=1, trials=1, created_ms=0, outcome="running",
    venue="binance", mode="testnet", allocated_quote=1000.0,
)  # fmt: skip


class Quiet(RecordedProgress):
    """Hears everything and shows nothing."""

    def tell(self, text):
        self.said.append(text)


class World:
    """Two exchanges that move together, a home, and one bot that has traded on the testnet for a while."""

    def __init__(self, home, testnet, mainnet, store):
        self.home, self.testnet, self.mainnet, self.store = home, testnet, mainnet, store
        self.bot = ""

    def through(self, count, name):
        """Let bars close, each with a tick of one bot; return the reports."""
        found = []
        for _ in range(count):
            self.testnet.move_by(BAR_MS)
            self.mainnet.move_by(BAR_MS)
            found.append(self.tick(name))
        return found

    def tick(self, name):
        return ticks.wake(self.store.bot(name), self.store, Quiet())

    def promote(self, *words, typed=""):
        return CliRunner().invoke(app, ["promote", self.bot, *words], input=typed)

    def real_orders(self):
        """Everything but questions that came to the mainnet."""
        return [(one.method, one.path) for one in self.mainnet.requests if one.method != "GET"]


@pytest.fixture(scope="module")
def world(tmp_path_factory, code_cache):
    home = tmp_path_factory.mktemp("mainnet")
    bars = live.made_up_bars(N_BARS)
    instrument = dataclasses.replace(
        live.rules(kind="spot").instrument, symbol=SYMBOL, base="BTC", quote="USDT", synthetic=False
    )
    live.write_market(
        home / "market" / "imported",
        dataclasses.replace(live.rules(kind="spot"), instrument=instrument),
        bars[:N_STORED],
    )
    listing, began = {"lot": "0.001"}, bars[N_STORED].open_ms + 500
    with (
        pytest.MonkeyPatch.context() as patch,
        LoopbackExchange([listing_of("BTC", bars, **listing)], now_ms=began) as testnet,
        LoopbackExchange([listing_of("BTC", bars, **listing)], now_ms=began, key=Key("real", "money")) as mainnet,
    ):
        testnet.deposit("USDT", "2000")
        mainnet.deposit("USDT", "500")
        patch.setenv("BOTYARD_HOME", str(home))
        patch.setenv("BOTYARD_LOOPBACK", f"mainnet={mainnet.url},testnet={testnet.url}")
        for network, key in (("TESTNET", testnet.key), ("MAINNET", mainnet.key)):
            patch.setenv(f"BOTYARD_KEY_BINANCE_{network}", key.key)
            patch.setenv(f"BOTYARD_KEY_BINANCE_{network}_SECRET", key.secret)
        patch.setattr(evidence, "GRACE_DAYS", 0.05)
        store = SqliteFleet(home / "fleet.db")
        made = World(home, testnet, mainnet, store)
        made.bot = deploy(made, code_cache)
        made.through(20, made.bot)
        yield made
        made.store.close()


def deploy(world, code_cache):
    plain = {**EMA_CROSS, "parameters": {k: {**v, **QUICK.get(k, {})} for k, v in EMA_CROSS["parameters"].items()}}
    spec = load_spec(plain)
    days = tuple(0.004 + 0.01 * ((i * 7) % 5 - 2) for i in range(200))
    research = dataclasses.replace(
        made_up_research(), symbol=SYMBOL, spec=spec, spec_hash=spec_hash(spec), verdict=PASSED, walk_forward_daily=days
    )
    artifacts = FolderArtifacts(world.home / "runs" / RECORD.run_id)
    artifacts.write("research.json", codec.dump(research))
    deployed = deployer.run(
        research, runs.open_run_market(world.home, RECORD), artifacts, runs.target(world.home, RECORD, world.store),
        run_id=RECORD.run_id, notifier=Quiet(), progress=Quiet(), mode="testnet", cache_dir=code_cache,
    )  # fmt: skip
    artifacts.write("deployment.json", codec.dump(deployed))
    return deployed.bot


@pytest.fixture
def real(monkeypatch):
    monkeypatch.setenv("BOTYARD_NETWORK", "mainnet")


def test_without_leave_for_the_mainnet_nothing_is_sent_there(world, monkeypatch):
    monkeypatch.delenv("BOTYARD_NETWORK", raising=False)
    world.mainnet.requests.clear()
    done = world.promote("--pilot", typed=f"{world.bot}\n")
    assert done.exit_code != 0
    assert "BOTYARD_NETWORK is testnet" in done.output
    twin = dataclasses.replace(world.store.bot(world.bot), name="by-hand", mode="mainnet", account="binance/mainnet/1")
    world.store.add_bot(twin)
    world.tick("by-hand")
    assert world.store.bot("by-hand").status == "halted"
    assert "export BOTYARD_NETWORK=mainnet" in world.store.bot("by-hand").reason
    assert "botyard resume by-hand" in world.store.bot("by-hand").reason
    world.store.remove_bot("by-hand")
    assert world.real_orders() == []
    assert not [one for one in world.mainnet.requests if "signature" in one.query]
    monkeypatch.setenv("BOTYARD_NETWORK", "paper")
    assert "nothing goes to a testnet" in world.tick(world.bot).text
    monkeypatch.setenv("BOTYARD_NETWORK", "moon")
    with pytest.raises(UserError, match="write paper, testnet or mainnet"):
        world.tick(world.bot)
    monkeypatch.delenv("BOTYARD_NETWORK")
    bots.resume(world.store, world.bot)


def test_a_bot_whose_key_vanished_halts_with_the_remedy_and_the_others_tick(world, monkeypatch):
    other = dataclasses.replace(world.store.bot(world.bot), name="keyless")
    world.store.add_bot(other)
    name = "BOTYARD_KEY_BINANCE_TESTNET"
    monkeypatch.setenv(f"{name}_BOT_{world.bot.upper().replace('-', '_')}", world.testnet.key.key)
    monkeypatch.setenv(f"{name}_BOT_{world.bot.upper().replace('-', '_')}_SECRET", world.testnet.key.secret)
    monkeypatch.delenv(name)
    assert "keyless halted: no keys for binance testnet" in CliRunner().invoke(app, ["up", "--once"]).stderr
    halted = world.store.bot("keyless")
    assert halted.status == "halted"
    assert f"set {name} and {name}_SECRET" in halted.reason
    assert "botyard resume keyless" in halted.reason
    assert world.store.bot(world.bot).status == "running"
    assert "keyless halted" not in CliRunner().invoke(app, ["up", "--once"]).stderr, "told once"
    world.store.remove_bot("keyless")


def test_a_yes_is_not_enough(world, real):
    for typed in ("y\n", "yes\n", "\n"):
        done = world.promote("--pilot", typed=typed)
        assert done.exit_code != 0
        assert "nothing was granted" in str(done.exception) + done.output
    assert [bot.name for bot in world.store.bots()] == [world.bot]
    assert world.real_orders() == []


def test_keys_of_another_network_and_keys_that_may_withdraw_are_refused(world, real, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("BOTYARD_KEY_BINANCE_MAINNET", world.testnet.key.key)
        patch.setenv("BOTYARD_KEY_BINANCE_MAINNET_SECRET", world.testnet.key.secret)
        venues._owner.cache_clear()
        assert "does not accept the keys" in " ".join(world.promote("--pilot").output.split())
    key = world.mainnet.key
    world.mainnet.key = dataclasses.replace(key, can_withdraw=True)
    assert "may withdraw money" in " ".join(world.promote("--pilot").output.split())
    world.mainnet.key = key
    assert world.real_orders() == []


def test_an_account_with_too_little_is_refused_and_nothing_is_left(world, real):
    done = world.promote("--pilot", typed=f"{world.bot}\n")  # allocated 1000, and 500 are there
    assert "over 95%" in str(done.exception)
    assert [bot.name for bot in world.store.bots()] == [world.bot]
    assert {place.name for place in (world.home / "bots").iterdir()} == {world.bot}


def test_a_pilot_trades_on_the_mainnet_within_its_leave(world, real):
    done = world.promote("--pilot", "--allocate", "400", "--json", typed=f"{world.bot}\n")
    assert done.exit_code == 0, done.output
    granted = json.loads(done.stdout[done.stdout.index("{") :])["promotion"]  # what was typed is echoed first
    twin = world.store.bot(world.bot + "-mainnet")
    assert (granted["bot"], granted["max_notional"], granted["account"]) == (twin.name, 10.0, "binance/mainnet/1")
    assert (twin.mode, twin.status, twin.allocated_quote) == ("mainnet", "running", 400.0)
    assert twin.code_hash == world.store.bot(world.bot).code_hash
    n_before = len(world.testnet.orders)
    reports = world.through(80, twin.name)
    assert {report.status for report in reports} == {"running"}
    assert len(world.testnet.orders) == n_before
    bought = [one for one in world.mainnet.trades if one.order.side == "BUY"]
    assert bought
    for trade in bought:
        assert 5 <= trade.price * trade.quantity <= Decimal("10.1")  # allowed at the close, filled at the price after
    done = world.promote("--pilot", typed=f"{world.bot}\n")
    assert f"botyard promote {twin.name}" in str(done.exception)


def test_measured_fills_promote_the_pilot_to_its_whole_allocation(world, real, monkeypatch):
    name, n_before = world.bot + "-mainnet", len(world.mainnet.trades)
    monkeypatch.setattr(world, "bot", name)
    done = world.promote(typed=f"{name}\n")
    assert done.exit_code != 0
    measured = " ".join(done.output.split())
    assert f"✗ fills {n_before} of 40 fills measured" in measured
    assert "what is missing: fills" in str(done.exception)
    monkeypatch.setattr(evidence, "FEWEST_FILLS", 4)
    assert "'y' is not" in str(world.promote(typed="y\n").exception)
    done = world.promote("--json", typed=f"{name}\n")
    assert done.exit_code == 0, done.output
    granted = json.loads(done.stdout[done.stdout.index("{") :])["promotion"]
    assert (granted["bot"], granted["max_notional"], granted["account"]) == (name, 400.0, "binance/mainnet/1")
    assert {report.status for report in world.through(60, name)} == {"running"}
    bought = [one for one in world.mainnet.trades[n_before:] if one.order.side == "BUY"]
    assert [350 < trade.price * trade.quantity < 400 for trade in bought] == [True] * len(bought) != []
    assert ticks.kill(world.store, name, Quiet()).status == "killed"
    assert world.mainnet.spot.total("BTC") < Decimal("0.001") * len(world.mainnet.trades), "parts of lots alone stay"


def test_a_mainnet_bot_whose_keys_are_another_accounts_does_not_tick(world, real, monkeypatch):
    bot = dataclasses.replace(world.store.bot(world.bot + "-mainnet"), account="binance/mainnet/2")
    known = bots.load(bots.bundle(bot), bot.code_hash).settings
    with (
        pytest.raises(ConfigError, match="the keys are of binance/mainnet/1"),
        venues.opened(bot, known, world.store, Quiet()),
    ):
        pass


def test_a_bot_whose_store_is_lost_comes_back_from_its_run_and_the_exchange(world):
    before, profit = world.store.bot(world.bot), answers.profit(world.store, world.bot)
    assert profit.fills > 3
    decided = [e.data["words"] for e in world.store.entries(world.bot) if e.kind == "decision"]
    world.store.close()
    for place in world.home.glob("fleet.db*"):
        place.unlink()
    world.store = SqliteFleet(world.home / "fleet.db")
    deployment = world.home / "runs" / RECORD.run_id / "deployment.json"
    os.utime(deployment, (before.created_ms / 1000 + 20,) * 2)
    assert CliRunner().invoke(app, ["recover", world.bot], input="n\n").exit_code != 0
    done = CliRunner().invoke(app, ["recover", world.bot, "--yes"])
    assert done.exit_code == 0, done.output
    assert f"with {profit.fills} fill(s) that its journal lacks" in " ".join(done.output.split())
    bots.resume(world.store, world.bot)
    assert world.store.bot(world.bot) == dataclasses.replace(before, reason="resumed by a person")
    assert world.tick(world.bot).status == "running"
    after = answers.profit(world.store, world.bot)
    assert (after.fills, after.fees, after.position) == (profit.fills, profit.fees, profit.position)
    assert [e.data["words"] for e in world.store.entries(world.bot) if e.kind == "decision"][: len(decided)] == decided


def test_filters_are_asked_for_once_a_day_and_a_change_that_matters_halts(world):
    listing, asked = world.testnet.listings["BTCUSDT"], "/api/v3/exchangeInfo"
    world.testnet.requests.clear()
    listing.min_notional = Decimal(25)
    assert world.tick(world.bot).status == "running"  # not asked for yet
    assert asked not in [one.path for one in world.testnet.requests]
    hours_ms = 24 * 3_600_000
    world.testnet.move_by(hours_ms)
    world.mainnet.move_by(hours_ms)
    world.testnet.faults.answer(503, path=asked)
    assert world.tick(world.bot).status == "running"  # a venue that does not answer stops nothing
    report = world.tick(world.bot)
    assert report.status == "halted"
    reason = world.store.bot(world.bot).reason
    assert "the smallest order of BTC/USDT is 25 USDT now, it was tested with 5" in reason
    assert f"botyard kill {world.bot}" in reason
    world.testnet.requests.clear()
    world.tick(world.bot)
    assert asked not in [one.path for one in world.testnet.requests]
    assert bots.resume(world.store, world.bot).status == "running"
    assert world.tick(world.bot).status == "halted"  # as long as it is so
