"""The local deploy target: apply, take back, and go on after a crash at any step."""

import io
import zipfile
from pathlib import Path

import pytest

from botyard.adapters.deploy_target import local
from botyard.adapters.deploy_target.local import LocalTarget
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.errors import ConfigError, NotFound, UserError
from botyard.records import codec
from botyard.records.deployment import Action, BundleSettings, Plan
from botyard.records.fleet import BotRecord
from botyard.records.market import Instrument, Step, TradingRules

RULES = TradingRules(Instrument("BTC/USDT", "binance", "BTC", "USDT", "spot", Step(1, 100), Step(1, 100_000), 5.0))
SETTINGS = BundleSettings(
    name="ema-cross",
    symbol="BTC/USDT",
    timeframe="5m",
    timezone="UTC",
    market="imported",
    feed="stored",
    parameter_names=(),
    parameters=(),
    rules=RULES,
    seed_bars=10,
    spec_hash="5" * 64,
    code_hash="c" * 64,
)
BOT = BotRecord(
    name="ema-cross-btcusdt-1",
    run_id="1-ema",
    symbol="BTC/USDT",
    venue="paper",
    timeframe="5m",
    mode="paper",
    status="running",
    reason="",
    bundle="",
    spec_hash="5" * 64,
    code_hash="c" * 64,
    deployment_hash="d" * 64,
    allocated_quote=10_000.0,
    feed="stored",
    seed_ms=0,
    live_from_ms=600_000,
    created_ms=0,
)
PLAN = Plan(
    BOT.name,
    (
        Action("unpack_bundle", "", ""),
        Action("open_account", "", ""),
        Action("register_bot", "", ""),
        Action("first_tick", "", ""),
    ),
)
TICK = """
import argparse, json, sqlite3, sys
from pathlib import Path
parser = argparse.ArgumentParser()
parser.add_argument("command")
parser.add_argument("--home"), parser.add_argument("--bot"), parser.add_argument("--now-ms")
args = parser.parse_args()
db = sqlite3.connect(Path(args.home) / "fleet.db")
with db:
    db.execute("INSERT OR REPLACE INTO snapshots VALUES (?, 0, 0, 1, ?, x'', x'', '')", (args.bot, "c" * 64))
print(json.dumps({"text": f"{args.command} at {args.now_ms}: no decision"}))
"""


def bundle(main: str = TICK) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("__main__.py", main)
        archive.writestr("bot.json", codec.dump(SETTINGS))
    return buffer.getvalue()


@pytest.fixture
def fleet(tmp_path):
    store = SqliteFleet(tmp_path / "fleet.db", durable=False)
    yield store
    store.close()


@pytest.fixture
def opened() -> list[tuple[str, TradingRules]]:
    return []


@pytest.fixture
def target(tmp_path, fleet, opened) -> LocalTarget:
    return LocalTarget(tmp_path, fleet, lambda name, rules: opened.append((name, rules)))


def nothing_left(home: Path, fleet: SqliteFleet) -> bool:
    return fleet.bots() == [] and list((home / "bots").iterdir()) == []


def test_a_plan_ends_in_a_bot_that_has_ticked(tmp_path, fleet, target, opened):
    said = target.apply(PLAN, BOT, bundle())
    assert said == "tick at 900000: no decision"  # the close of the first withheld bar
    assert fleet.bot(BOT.name).bundle == str(tmp_path / "bots" / BOT.name)
    assert opened == [(BOT.name, RULES)]
    assert (tmp_path / "bots" / BOT.name / "__main__.py").read_text() == TICK


def test_applying_twice_is_applying_once(tmp_path, fleet, target):
    target.apply(PLAN, BOT, bundle())
    target.apply(PLAN, BOT, bundle())
    assert [b.name for b in fleet.bots()] == [BOT.name]
    assert [p.name for p in (tmp_path / "bots").iterdir()] == [BOT.name]


@pytest.mark.parametrize(
    "main, words",
    [
        ("raise ValueError('no bars')", "failed with code 1: ValueError: no bars"),
        ("import sys; sys.exit(3)", "failed with code 3: no message"),
        ("print('{}')", "left no state behind"),
        (TICK.replace('"c"', '"e"'), "ran code eeeeeeeeeeee, not cccccccccccc"),
        (TICK.replace("print(json.dumps", "print(str"), "not a line of JSON"),
        (TICK + "\nimport numpy", "failed with code 1: ModuleNotFoundError: No module named 'numpy'"),
    ],
)
def test_a_first_tick_that_fails_leaves_nothing(tmp_path, fleet, target, main, words):
    with pytest.raises(ConfigError, match=words):
        target.apply(PLAN, BOT, bundle(main))
    assert nothing_left(tmp_path, fleet)


def test_a_bot_that_somebody_else_is_waking_is_tried_again(tmp_path, target, monkeypatch):
    monkeypatch.setattr(local, "PAUSE_SECONDS", 0.0)
    busy_once = "import sys, pathlib\np = pathlib.Path('busy')\nif not p.exists():\n    p.touch()\n    sys.exit(75)\n"
    assert target.apply(PLAN, BOT, bundle(busy_once + TICK)).endswith("no decision")


def test_a_first_tick_that_halts_the_bot_says_why(tmp_path, fleet, target):
    halt = "import json, sys\nprint(json.dumps({'text': 'halted: no bars'}))\nsys.exit(1)"
    with pytest.raises(ConfigError, match="halted: no bars"):
        target.apply(PLAN, BOT, bundle(halt))
    assert nothing_left(tmp_path, fleet)


def test_a_first_tick_that_hangs_leaves_nothing(tmp_path, fleet, target, monkeypatch):
    monkeypatch.setattr(local, "TICK_SECONDS", 0.3)
    with pytest.raises(ConfigError, match="did not end within"):
        target.apply(PLAN, BOT, bundle("import time; time.sleep(60)"))
    assert nothing_left(tmp_path, fleet)


@pytest.mark.parametrize("done", [0, 1, 2, 3])
def test_a_crash_between_two_steps_is_made_good(tmp_path, fleet, target, done):
    target.apply(Plan(BOT.name, PLAN.actions[:done]), BOT, bundle())
    (tmp_path / "bots").mkdir(exist_ok=True)
    (tmp_path / "bots" / f".{BOT.name}.0000").mkdir()  # what unpacking leaves when it dies
    target.apply(PLAN, BOT, bundle())
    assert [b.name for b in fleet.bots()] == [BOT.name]
    assert [p.name for p in (tmp_path / "bots").iterdir()] == [BOT.name]


def test_a_living_bot_is_not_taken_back(fleet, target):
    target.apply(PLAN, BOT, bundle())
    with pytest.raises(ConfigError):
        target.apply(PLAN, BOT, bundle("raise SystemExit(1)"))
    assert fleet.bot(BOT.name).status == "running"


def test_a_name_that_is_taken_says_by_whom(fleet, target):
    fleet.add_bot(codec.from_plain(BotRecord, {**codec.to_plain(BOT), "deployment_hash": "e" * 64}))
    with pytest.raises(UserError, match=r"another bot named ema-cross-btcusdt-1 \(of run 1-ema"):
        target.apply(PLAN, BOT, bundle())


def test_a_place_that_cannot_be_written(tmp_path, fleet, target):
    (tmp_path / "bots").write_text("a file")
    with pytest.raises(UserError, match="cannot unpack into"):
        target.apply(PLAN, BOT, bundle())
    with pytest.raises(NotFound):
        fleet.bot(BOT.name)
