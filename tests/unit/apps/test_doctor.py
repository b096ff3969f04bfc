"""Doctor: each thing in one line, with what to do; no key is shown; something bad ends with 1."""

import dataclasses
import sqlite3

import pytest

from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.apps import doctor
from botyard.testing.bots import live
from botyard.testing.command import Command
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of

BARS = live.made_up_bars(5)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("BOTYARD_HOME", str(tmp_path))
    monkeypatch.setenv("BOTYARD_LOOPBACK", "mainnet=http://127.0.0.1:9,testnet=http://127.0.0.1:9")
    monkeypatch.delenv("BOTYARD_MODEL", raising=False)
    return tmp_path


def found(what):
    return [one for one in doctor.examine() if one.what == what]


def test_a_fresh_home_is_well_and_says_what_is_missing(home):
    everything = list(doctor.examine())
    assert {one.what for one in everything} == {"Python", "home", "disk", "bars", "model", "clock", "keys"}
    assert [one for one in everything if one.health == "bad"] == []
    (clock,) = [one for one in everything if one.what == "clock"]
    assert clock.health == "note"
    assert "binance was not reached" in clock.text
    assert all(one.remedy for one in everything if one.health != "good")


@pytest.mark.parametrize(("away_ms", "health"), [(0, "good"), (-90_000, "bad"), (90_000, "bad")])
def test_the_clock_is_held_against_the_venues(home, monkeypatch, away_ms, health):
    import time

    with LoopbackExchange([listing_of("BTC", BARS)], now_ms=int(time.time() * 1000) + away_ms) as exchange:
        monkeypatch.setenv("BOTYARD_LOOPBACK", f"mainnet={exchange.url}")
        (clock,) = found("clock")
    assert clock.health == health
    assert ("timedatectl" in clock.remedy) is (health == "bad")


def test_keys_are_told_by_venue_and_never_shown(home, monkeypatch):
    monkeypatch.setenv("BOTYARD_KEY_BYBIT_TESTNET", "canary-key")
    monkeypatch.setenv("BOTYARD_KEY_BYBIT_TESTNET_SECRET", "canary-secret")
    (keys,) = found("keys")
    assert (keys.health, keys.text) == ("good", "bybit testnet: there")
    assert "canary" not in repr(list(doctor.examine()))


def test_a_bot_needs_its_keys_its_exchange_and_its_ticks(home):
    bot = dataclasses.replace(live.bot(live.deployed(), bundle=str(home)), venue="binance", mode="testnet", feed="live")
    store = SqliteFleet(home / "fleet.db")
    store.add_bot(bot)
    store.close()
    bad = {one.what: one for one in doctor.examine() if one.health == "bad"}
    assert set(bad) == {"clock", "keys", "bot"}
    assert "set BOTYARD_KEY_BINANCE_TESTNET" in bad["keys"].remedy
    assert bad["bot"].text == "swing-1 ticked never"


def test_a_damaged_store_is_found(home):
    with sqlite3.connect(home / "paper.db") as db:
        db.execute("CREATE TABLE t (x)")
        db.executemany("INSERT INTO t VALUES (?)", [("y" * 500,) for _ in range(200)])
    db.close()
    assert found("paper.db")[0].health == "good"
    data = bytearray((home / "paper.db").read_bytes())
    data[8_192:12_288] = b"\xff" * 4_096
    (home / "paper.db").write_bytes(data)
    assert found("paper.db")[0].health == "bad"


def test_something_bad_ends_with_code_1(home, tmp_path):
    botyard = Command(tmp_path / "person", (("BOTYARD_LOOPBACK", "mainnet=http://127.0.0.1:9"),))
    (tmp_path / "person" / "botyard").mkdir(parents=True)
    (tmp_path / "person" / "botyard" / "trials.db").write_bytes(b"not a database at all" * 100)
    ill = botyard.run("doctor")
    assert ill.code == 1
    assert "!! trials.db" in ill.out
    assert "ok Python" in ill.out
