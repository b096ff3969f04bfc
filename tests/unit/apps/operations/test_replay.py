"""`botyard replay`: decisions of a played bot beside the engine's; changed journals and bars are explained."""

import json
import sys
import time

import pytest

from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.apps import settings
from botyard.apps.operations import nightly
from botyard.apps.operations.replay import replay
from botyard.records.market import Costs, Instrument, Step, TradingRules
from botyard.records.schema import dump_spec, load_spec
from botyard.testing.bars import walked_bars
from botyard.testing.bots import live, replays
from botyard.testing.bots.against_engine import built, listed
from botyard.testing.command import Command
from botyard.testing.specs import EMA_CROSS

SPEC = EMA_CROSS | {
    "parameters": EMA_CROSS["parameters"]
    | {
        "fast": {"type": "int", "default": 4, "low": 4, "high": 60},
        "slow": {"type": "int", "default": 20, "low": 20, "high": 300},
    }
}
RULES = TradingRules(Instrument("MADE/UP", "made-up", "MADE", "UP", "spot", Step(1, 100), Step(1, 1000), 5.0), Costs())
BARS = walked_bars(500, seed=7)
SEED = 333


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    what, source, _ = built(SPEC, RULES, BARS, SEED)
    place = replays.make_home(tmp_path_factory.mktemp("replay") / "home", what, source, listed(BARS))
    (place / "bots" / replays.BOT / "strategy_spec.json").write_text(dump_spec(load_spec(SPEC)))
    assert replays.main(place, 0, after=False) == 0
    return place


@pytest.fixture
def store(home, monkeypatch):
    monkeypatch.setattr(settings, "_overrides", {"home": home})
    one = SqliteFleet(home / "fleet.db")
    yield one
    one.close()


class Edited:
    """The fleet with one decision told otherwise."""

    def __init__(self, store, at, **changes):
        self._store, self._at, self._changes = store, at, changes

    def bot(self, name):
        return self._store.bot(name)

    def entries(self, name):
        decided = 0
        for entry in self._store.entries(name):
            if entry.kind == "decision":
                if decided == self._at:
                    entry.data.update(self._changes)
                decided += 1
            yield entry


def test_all_decisions_equal(store):
    found = replay(store, replays.BOT)
    assert (found.is_equal, found.decisions, found.equal) == (True, 500 - SEED, 500 - SEED)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"row": [0.0, 500.0] + [0.0] * 4}, "it wanted enter long to 500 lots at the next open; the engine wants"),
        ({"model_equity": 9_999.0}, "its model had 0 lots and 9999.0; the engine has 0 and 10000.0"),
        ({"close": 1.0}, "it saw a close of 1, the bars of today have"),
    ],
)
def test_the_first_difference_is_explained(store, changes, why):
    found = replay(Edited(store, 3, **changes), replays.BOT)
    assert (found.is_equal, found.equal) == (False, 3)
    assert found.differs_at_ms == int(BARS.open_ms[SEED + 3])
    assert why in found.text


def test_a_bot_that_decided_on_nothing_yet(store, tmp_path):
    what = live.deployed()
    folder = live.write_bundle(tmp_path / "new")
    store.add_bot(live.bot(what, name="new-1", bundle=str(folder)))
    assert "no live bar yet" in replay(store, "new-1").text
    store.remove_bot("new-1")


def test_the_command_says_so(home):
    done = Command(home).run("--home", str(home), "replay", replays.BOT)
    assert done.code == 0, done.err
    assert f"all {500 - SEED} live decisions equal the engine's" in done.out
    assert Command(home).run("--home", str(home), "replay", "nobody").code == 2


def test_up_replays_once_after_midnight_and_tells_of_what_differs():
    heard, said = live.Heard(), []
    found = [{"bot": "a-1", "is_equal": True, "text": ""}, {"bot": "b-1", "is_equal": False, "text": "other bars"}]
    argv = [sys.executable, "-c", f"print({json.dumps(json.dumps(found))})"]
    night = nightly.Nightly(said.append, heard, 10 * nightly.DAY_MS + 5, argv)
    night.look(10 * nightly.DAY_MS + 6)
    assert night._running is None
    night.look(11 * nightly.DAY_MS)
    assert night._running is not None
    until = time.monotonic() + 30
    while night._running is not None and time.monotonic() < until:
        night.look(11 * nightly.DAY_MS + 1)
        time.sleep(0.05)
    assert heard.messages == ["b-1 does not decide as the engine does: other bars; see: botyard replay b-1"]
    assert said == ["replayed 2 bot(s) over their live bars: 1 decide as the engine does"]
