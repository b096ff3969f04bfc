import json

import pytest
from typer.testing import CliRunner

from botyard.apps import up
from botyard.apps.cli.main import app
from botyard.apps.operations import health
from botyard.testing.bots import live

BAR = live.START_MS
CLOSE = BAR + live.BAR_MS


def look(store, now_ms, name="one"):
    found = health.examine(store, now_ms)
    return found, next(bot for bot in found.bots if bot.bot == name)


@pytest.mark.parametrize(("bars_after_the_close", "code"), [(0, None), (3, None), (3.01, "ticks-stopped")])
def test_a_bot_is_late_after_three_bars(store, put, bars_after_the_close, code):
    put("one", BAR)
    _, one = look(store, CLOSE + int(bars_after_the_close * live.BAR_MS))
    assert (one.last_bar_ms, one.last_tick_ms) == (BAR, CLOSE + 700)
    assert (one.alarm and one.alarm.code) == code


def test_a_bot_that_never_ticked_is_late_from_its_first_bar_on(store, put):
    put("one", live_from_ms=BAR)
    assert look(store, BAR)[1].alarm is None
    assert look(store, BAR + 4 * live.BAR_MS)[1].alarm.code == "ticks-stopped"


def test_stored_bars_are_never_late_and_the_dead_are_not_shown(store, put):
    put("one", BAR, feed="stored")
    put("two", BAR, status="killed")
    found, one = look(store, CLOSE + 99 * live.BAR_MS)
    assert one.alarm is None
    assert len(found.bots) == 1
    assert found.alarms == ()


def test_a_halt_comes_with_its_remedy(store, put):
    put("one", BAR, status="halted", reason="the venue holds 1 A, the ledger says 2 A")
    alarm = look(store, CLOSE)[1].alarm
    assert alarm.code == "venue-differs"
    assert "botyard kill one" in alarm.remedy


def test_nobody_ticking_is_the_first_alarm(store, put):
    put("one", BAR)
    assert [alarm.code for alarm in health.examine(store, CLOSE).alarms] == ["scheduler-down"]
    with up.alone():
        found = health.examine(store, CLOSE)
    assert (found.is_up, found.alarms) == (True, ())


def test_the_command_says_it_and_ends_with_one(home, store, put):
    well = CliRunner().invoke(app, ["status"])
    assert (well.exit_code, "nothing is wrong" in well.output) == (0, True)
    put("one", BAR, status="halted", reason="liquidated: gone")
    wrong = CliRunner().invoke(app, ["status"])
    assert wrong.exit_code == 1
    assert "ALARM liquidated: one halted" in wrong.output
    assert "do: there is nothing to go on with: botyard kill one" in wrong.output
    listed = json.loads(CliRunner().invoke(app, ["status", "--json"]).output)
    assert {alarm["code"] for alarm in listed["alarms"]} == {"liquidated", "scheduler-down"}
