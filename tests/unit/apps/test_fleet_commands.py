import dataclasses
import json

import pytest
from typer.testing import CliRunner

from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.apps import answers, bots, settings, up
from botyard.apps.cli.main import app
from botyard.errors import BotyardError, NotFound, UserError
from botyard.records import codec
from botyard.testing.bots import live

WORLD = live.rules()
BARS = live.made_up_bars(90, seed=93)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "_overrides", {"home": tmp_path})
    live.write_market(tmp_path / "market" / "demo", WORLD, BARS)
    bundle = live.write_bundle(tmp_path / "bots" / "swing-1", WORLD)
    store = SqliteFleet(tmp_path / "fleet.db", durable=False)
    store.add_bot(live.bot(live.deployed(WORLD), bundle=str(bundle), live_from_ms=BARS[20].open_ms))
    store.close()
    return tmp_path


def botyard(*arguments, answer=None):
    result = CliRunner().invoke(app, list(arguments), input=answer)
    if isinstance(result.exception, BotyardError):
        raise result.exception
    return result


def test_an_empty_fleet_says_how_to_begin(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "_overrides", {"home": tmp_path})
    assert "botyard pipeline" in botyard("fleet").output


@pytest.mark.parametrize("command", ["pause", "resume", "pnl", "why", "trace", "kill"])
def test_an_unknown_bot_is_answered_with_those_there_are(home, command):
    with pytest.raises(NotFound, match="swing-1"):
        botyard(command, "nobody")


def test_a_played_fleet_can_be_questioned(home):
    played = botyard("up", "--speed", "0").output
    assert "swing-1 plays 70 stored bars" in played
    assert "70 bars in" in played
    listed = json.loads(botyard("fleet", "--json").output)[0]
    assert (listed["bot"], listed["status"], listed["last_bar_ms"]) == ("swing-1", "running", BARS[-1].open_ms)
    earned = json.loads(botyard("pnl", "swing-1", "--json").output)
    assert earned["equity"] == pytest.approx(listed["equity"], abs=1e-9)
    assert earned["profit"] == pytest.approx(earned["realised"] + earned["unrealised"], abs=1e-9)
    assert earned["fills"] > 0
    assert earned["execution_cost"] == pytest.approx(0.0, abs=1e-6)
    found = json.loads(botyard("why", "swing-1", "--json").output)
    assert len(found["decisions"]) == 20
    assert found["ledger_units"] == found["venue_units"] == listed["position"]
    for command in ("fleet", "pnl", "why"):
        assert "swing-1" in botyard(command, *([] if command == "fleet" else ["swing-1"])).output


def test_playing_again_goes_on_where_it_stopped(home):
    moment = "2025-01-01T04:00"
    assert "28 bars in" in botyard("up", "--until", moment).output
    assert "42 bars in" in botyard("up", "--speed", "0").output
    assert "no stored bars left" in botyard("up", "--speed", "0").output


def test_bars_before_the_date_are_lived_through_in_one_tick(home):
    played = botyard("up", "--from", "2025-01-01T05:00", "--speed", "0").output
    assert "70 bars in" in played


def test_a_bot_is_paused_resumed_and_killed_for_good(home):
    botyard("up", "--until", "2025-01-01T04:00")
    assert "paused" in botyard("pause", "swing-1").output
    assert "running" in botyard("resume", "swing-1").output
    assert "aborted" in botyard("kill", "swing-1", answer="n\n").output.lower()
    assert bots.open_fleet().bot("swing-1").status == "running"
    assert "killed: flat" in botyard("kill", "swing-1", answer="y\n").output
    assert "killed before" in botyard("kill", "swing-1", "--yes").output
    with pytest.raises(UserError, match="killed"):
        botyard("resume", "swing-1")
    assert "no bot has stored bars" in botyard("up", "--speed", "0").output


def test_a_trace_names_the_links_that_are_missing(home):
    traced = json.loads(botyard("trace", "swing-1", "--json").output)
    assert traced["spec_hash"] == "5" * 64
    assert traced["code_on_disk"] == "as deployed"
    assert len(traced["breaks"]) == 2


def test_a_trace_follows_the_run_to_its_data(home):
    run = home / "runs" / "1-swing"
    run.mkdir(parents=True)
    bot = bots.open_fleet().bot("swing-1")
    hashes = {"deployment_hash": bot.deployment_hash, "spec_hash": bot.spec_hash, "code_hash": bot.code_hash}
    (run / "run.json").write_text(json.dumps({"idea": "swing it"}))
    (run / "deployment.json").write_text(json.dumps(hashes | {"bundle_hash": "b"}))
    study = {"journal": "studies/x.journal", "trials": 7, "seed": 3}
    research = {"spec_hash": "6" * 64, "data_hash": "d", "study": study, "verdict": {"outcome": "not assessed"}}
    (run / "research.json").write_text(json.dumps(research))
    traced = json.loads(botyard("trace", "swing-1", "--json").output)
    assert (traced["idea"], traced["study"], traced["trials"], traced["data_hash"]) == (
        "swing it",
        "studies/x.journal",
        7,
        "d",
    )
    assert traced["breaks"] == ["the spec of the research is 666666666666, the bot's is 555555555555"]


def test_changed_code_halts_the_bot_and_a_kill_still_works(home):
    botyard("up", "--until", "2025-01-01T04:00")
    code = home / "bots" / "swing-1" / "strategy.py"
    code.write_text(code.read_text() + "\n# better\n")
    bots.load.cache_clear()
    botyard("up", "--speed", "0")
    halted = bots.open_fleet().bot("swing-1")
    assert halted.status == "halted"
    assert "changed since" in halted.reason
    assert "killed: flat" in botyard("kill", "swing-1", "--yes").output


def test_a_bundle_that_is_gone_is_shown_not_hidden(home):
    (home / "bots" / "swing-1" / "bot.json").unlink()
    listed = json.loads(botyard("fleet", "--json").output)[0]
    assert listed["position"] is None
    assert "cannot be read" in listed["reason"]


def test_a_live_bot_ticks_once(home):
    store = SqliteFleet(home / "fleet.db", durable=False)
    what = live.deployed(WORLD, feed="live")
    settings_ = dataclasses.replace(what.settings, market="imported")
    folder = home / "bots" / "live-1"
    live.write_bundle(folder, WORLD)
    live.write_market(home / "market" / "imported", WORLD, BARS)
    (folder / "bot.json").write_bytes(codec.dump(settings_))
    store.add_bot(live.bot(what, name="live-1", bundle=str(folder)))
    store.close()
    told = botyard("up", "--once").output
    assert "swing-1 trades stored bars" in told
    listed = {one["bot"]: one for one in json.loads(botyard("fleet", "--json").output)}
    assert listed["live-1"]["last_bar_ms"] == BARS[-1].open_ms
    assert listed["swing-1"]["last_bar_ms"] is None


def test_one_broken_bot_does_not_stop_the_others(home):
    store = SqliteFleet(home / "fleet.db", durable=False)
    for name in ("broken-1", "live-1"):
        folder = live.write_bundle(home / "bots" / name, WORLD)
        settings_ = dataclasses.replace(live.deployed(WORLD, feed="live").settings, market="imported")
        (folder / "bot.json").write_bytes(codec.dump(settings_))
        store.add_bot(live.bot(live.deployed(WORLD, feed="live"), name=name, bundle=str(folder)))
    store.close()
    (home / "bots" / "broken-1" / "bot.json").unlink()
    live.write_market(home / "market" / "imported", WORLD, BARS)
    assert "broken-1 halted: the bundle in" in botyard("up", "--once").output
    assert bots.open_fleet().bot("broken-1").status == "halted"
    listed = {one["bot"]: one for one in json.loads(botyard("fleet", "--json").output)}
    assert listed["live-1"]["last_bar_ms"] == BARS[-1].open_ms


def test_one_scheduler_at_a_time(home):
    with up.alone(), pytest.raises(UserError, match="another botyard up"):
        botyard("up", "--once")


@pytest.mark.parametrize("text", ["yesterday", "2025-13-01"])
def test_a_bad_date_is_said(home, text):
    with pytest.raises(UserError, match="is not a date"):
        botyard("up", "--from", text)


@pytest.mark.parametrize(
    ("ours", "there", "said"),
    [
        (0.5, 0.5, "they agree"),
        (0.5, 2.5, "they agree, what is more there is not the bot's"),
        (0.0, 0.019, "they agree, what is more there is not the bot's"),
        (-0.5, -0.7, "they agree, what is more there is not the bot's"),
        (0.5, 0.4, "they DIFFER"),
        (0.5, -0.5, "they DIFFER"),
        (0.5, None, "nobody is left to ask"),
    ],
)
def test_more_at_the_venue_is_somebody_elses_and_less_is_not(ours, there, said):
    found = answers.Why("a", "running", "", [], [], ours, there, "")
    assert answers.agreement(found) == said
