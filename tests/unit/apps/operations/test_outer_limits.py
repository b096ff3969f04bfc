"""Limits of a home's owner: file, environment, ceiling."""

import dataclasses
import json

import pytest

from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.apps import bots, launch, settings
from botyard.apps.operations import outer_limits
from botyard.errors import ConfigError
from botyard.records.fleet import DEFAULTS
from botyard.testing.bots import live


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "_overrides", {"home": tmp_path})
    for name in ("NETWORK", "MAX_NOTIONAL", "MAX_ORDERS_A_DAY", "MAX_LOSS", "MAX_BOTS", "SYMBOLS", "VENUES"):
        monkeypatch.delenv(f"BOTYARD_{name}", raising=False)
    return tmp_path


def test_defaults_limit_real_money_and_leave_paper_alone():
    assert outer_limits.of_mode("paper") == DEFAULTS["paper"]
    real = outer_limits.of_mode("mainnet")
    assert (real.max_notional, real.max_loss, real.max_bots, real.max_orders_a_day) == (1000.0, 100.0, 3, 50)
    assert real.is_above_ceiling, "testnet is the ceiling unless told otherwise"
    assert not outer_limits.of_mode("testnet").is_above_ceiling


def test_the_ceiling_is_for_all(monkeypatch):
    monkeypatch.setenv("BOTYARD_NETWORK", "mainnet")
    assert not outer_limits.of_mode("mainnet").is_above_ceiling
    monkeypatch.setenv("BOTYARD_NETWORK", "paper")
    assert outer_limits.of_mode("testnet").is_above_ceiling


def test_the_file_may_lift_and_the_environment_only_tightens(home, monkeypatch):
    said = {"mainnet": {"max_notional": None, "max_loss": 20, "symbols": ["BTC/USDT", "ETH/USDT"]}}
    (home / "limits.json").write_text(json.dumps(said))
    found = outer_limits.of_mode("mainnet")
    assert (found.max_notional, found.max_loss, found.max_bots) == (None, 20.0, 3)
    monkeypatch.setenv("BOTYARD_MAX_LOSS", "50")
    monkeypatch.setenv("BOTYARD_MAX_BOTS", "1")
    monkeypatch.setenv("BOTYARD_SYMBOLS", "ETH/USDT, SOL/USDT")
    found = outer_limits.of_mode("mainnet")
    assert (found.max_loss, found.max_bots, found.symbols) == (20.0, 1, ("ETH/USDT",))
    monkeypatch.setenv("BOTYARD_SYMBOLS", "SOL/USDT")
    assert outer_limits.of_mode("mainnet").symbols == ("nothing",)


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"real": {}}', '{"mainnet": {"max_los": 1}}', '{"mainnet": {"max_loss": "much"}}',
     '{"mainnet": {"max_loss": -1}}', '{"mainnet": {"max_bots": true}}', '{"mainnet": {"symbols": "BTC"}}'],
)  # fmt: skip
def test_a_file_that_cannot_be_read_lets_nothing_trade(home, text):
    (home / "limits.json").write_text(text)
    with pytest.raises(ConfigError):
        outer_limits.of_mode("mainnet")


def test_a_ceiling_that_is_no_network(monkeypatch):
    monkeypatch.setenv("BOTYARD_NETWORK", "all")
    with pytest.raises(ConfigError, match="paper, testnet, mainnet"):
        outer_limits.of_mode("paper")


def test_there_is_room_for_so_many_bots_and_the_older_ones_keep_theirs(home, monkeypatch):
    store = SqliteFleet(home / "fleet.db", durable=False)
    for number in range(3):
        store.add_bot(dataclasses.replace(live.bot(live.deployed(), name=f"bot-{number}"), mode="testnet"))
    monkeypatch.setenv("BOTYARD_MAX_BOTS", "2")
    with pytest.raises(
        ConfigError, match=r"3 older bot\(s\) live in testnet mode \(bot-0, bot-1, bot-2\) and max_bots allows 2"
    ):
        outer_limits.check_room(store, "testnet")
    outer_limits.check_room(store, "paper")
    for name in ("bot-1", "bot-2"):
        store.set_status(name, "halted", "made up", expected="running")
    assert bots.resume(store, "bot-1").status == "running"
    with pytest.raises(ConfigError, match="botyard kill BOT"):
        bots.resume(store, "bot-2")
    store.set_status("bot-0", "killed", "made up", expected="running")
    assert bots.resume(store, "bot-2").status == "running"
    with pytest.raises(ConfigError, match="max_bots allows 2"):
        launch.new_run(launch.Wish("fast ema crosses slow ema", "5", mode="testnet"))
    assert not (home / "runs").exists()
    store.close()
