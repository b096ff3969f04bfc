"""Promoting a bot that ran: every condition is looked at in its home, and one missing is a no."""

import dataclasses
import json

import pytest

from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.apps import promotion, settings
from botyard.bot import promotion as granted
from botyard.evidence import promotion as evidence
from botyard.language import compile_spec
from botyard.records import codec
from botyard.records.deployment import KillRule
from botyard.records.fleet import Entry
from botyard.records.run import RunRecord
from botyard.records.schema import load_spec
from botyard.records.verdict import Verdict
from botyard.testing.bars import walked_bars
from botyard.testing.bots import live, replays
from botyard.testing.bots.against_engine import built, listed
from botyard.testing.command import Command
from botyard.testing.research_records import made_up_research
from botyard.testing.specs import EMA_CROSS

PASSED = Verdict("pass", "Pass: made up.", 1.2, candidate_list="survivor")
PATIENT = KillRule(
    "made up", expected_sharpe=1.2, volatility=0.02, k=0.03, h=1e6, max_loss_frac=0.9, max_daily_loss_frac=0.9
)
SEED = 300


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A home with a bot that ran over 900 bars, deployed with a passed verdict."""
    home = tmp_path_factory.mktemp("promote")
    bars = walked_bars(1200, seed=7)
    known, source, _ = built(EMA_CROSS, live.rules(kind="spot"), bars, SEED)
    known = dataclasses.replace(known, verdict_hash=codec.content_hash(PASSED), kill_rule=PATIENT)
    replays.make_home(home, known, source, listed(bars))
    assert replays.main(home, 0, after=False, most_bars=50) == 0
    spec = compile_spec(load_spec(EMA_CROSS)).spec
    write_research(home, spec, PASSED)
    return home, spec


def write_research(home, spec, verdict):
    folder = home / "runs" / "1-swing"
    folder.mkdir(parents=True, exist_ok=True)
    research = dataclasses.replace(made_up_research(), spec=spec, verdict=verdict)
    (folder / "research.json").write_bytes(codec.dump(research))


@pytest.fixture
def store(lived, monkeypatch):
    monkeypatch.setattr(settings, "home", lambda: lived[0])
    monkeypatch.setattr(evidence, "GRACE_DAYS", 3)  # the bars cover less than five
    store = SqliteFleet(lived[0] / "fleet.db")
    yield store
    store.close()


def states(found):
    return {c.name: c.is_met for c in found.conditions}


def test_a_paper_bot_lacks_an_account_and_real_fills(store):
    found = promotion.standing(store, replays.BOT, pilot=False)
    assert states(found) == {
        "verdict": True,
        "replay": True,
        "kill rule": True,
        "grace": True,
        "disaster": True,
        "account": False,
        "fills": False,
    }
    assert not found.is_met
    assert "900 live decisions equal" in next(c.text for c in found.conditions if c.name == "replay")


def test_a_pilot_is_granted_for_twice_the_smallest_order(store):
    found = promotion.standing(store, replays.BOT, pilot=True, account="venue/7")
    assert found.is_met
    record = promotion.grant(store, found, account="venue/7")
    assert record.max_notional == 10.0
    kept = list(store.entries(replays.BOT))[-1]
    assert kept.kind == "promotion"
    assert granted.read(kept.data) == record
    assert record.expires_ms - record.granted_ms == 30 * 86_400_000


def test_an_idea_that_a_model_read_takes_an_exam_on_bars_after_it_was_asked(store, lived):
    folder = lived[0] / "runs" / "1-swing"
    asked = RunRecord("1-swing", "x", "5m", "demo", 1, 1, 2**41, "deployed")
    (folder / "run.json").write_bytes(codec.dump(asked))
    for by, exam in (("rules", None), ("openai:test", False)):
        (folder / "design.json").write_text(json.dumps({"by": by}))
        assert states(promotion.standing(store, replays.BOT, pilot=True, account="venue/7")).get("exam") is exam
    for name in ("run.json", "design.json"):
        (folder / name).unlink()


def test_a_failed_or_another_verdict_is_refused(store, lived):
    home, spec = lived
    for verdict in (dataclasses.replace(PASSED, outcome="fail"), dataclasses.replace(PASSED, expected_sharpe=9.0)):
        write_research(home, spec, verdict)
        found = promotion.standing(store, replays.BOT, pilot=True, account="venue/7")
        assert states(found)["verdict"] is False
    write_research(home, spec, PASSED)


def test_a_journal_that_is_not_the_engines_is_refused(store, monkeypatch):
    real = store.entries(replays.BOT)
    changed = [
        dataclasses.replace(e, data={**e.data, "row": [0.0, 1.0, *e.data["row"][2:]]}) if e.sequence == 20 else e
        for e in real
    ]
    assert changed[19].kind == "decision"
    monkeypatch.setattr(store, "entries", lambda *_: iter(changed))
    assert states(promotion.standing(store, replays.BOT, pilot=True, account="a"))["replay"] is False


def test_a_halt_by_the_kill_rule_is_refused(store, monkeypatch):
    halt = Entry("status", 0, 0, {"from": "running", "to": "halted", "reason": "kill rule: made up"})
    journal = [*store.entries(replays.BOT), halt]
    monkeypatch.setattr(store, "entries", lambda *_: iter(journal))
    assert states(promotion.standing(store, replays.BOT, pilot=True, account="a"))["kill rule"] is False


def test_a_loss_that_would_have_halted_real_money_is_refused(store, lived, monkeypatch):
    tight = dataclasses.replace(PATIENT, max_daily_loss_frac=1e-5)
    real = promotion.bots.load
    monkeypatch.setattr(
        promotion.bots,
        "load",
        lambda *a: dataclasses.replace(real(*a), settings=dataclasses.replace(real(*a).settings, kill_rule=tight)),
    )
    found = next(c for c in promotion.standing(store, replays.BOT, pilot=True).conditions if c.name == "kill rule")
    assert not found.is_met
    assert "with real money this would have" in found.text


def test_the_command_says_what_is_missing_and_ends_with_three(lived):
    command = Command(lived[0] / "person")
    done = command.run("--home", str(lived[0]), "promote", replays.BOT)
    assert done.code == 3
    assert "✓ verdict" in done.out
    assert "✗ fills" in done.out
    assert "what is missing: grace, account, fills" in done.error
    plain = command.run("--home", str(lived[0]), "promote", replays.BOT, "--json")
    assert plain.code == 3
    assert json.loads(plain.out)["promotion"] is None
