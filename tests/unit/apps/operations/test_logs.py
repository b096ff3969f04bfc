import json
from contextlib import ExitStack

import pytest

from botyard.apps.operations import logs
from botyard.errors import UserError
from botyard.testing.bots import live


def lines(home):
    return [json.loads(line) for line in (home / "logs" / "botyard.log").read_text().splitlines()]


@pytest.fixture
def open_log():
    with ExitStack() as opened:
        yield lambda: opened.enter_context(logs.opened())


def test_lines_carry_bot_run_and_tick(home, open_log, monkeypatch, capsys):
    monkeypatch.setenv("BOTYARD_LOG", "info")
    log = open_log()
    bot = live.bot(live.deployed())
    for _ in range(2):
        with logs.tick_of(bot):
            log.info("tick", bars=1)
            log.debug("detail")
    log.info("outside")
    first, second, outside = lines(home)
    assert (first["event"], first["bot"], first["run"], first["bars"]) == ("tick", bot.name, bot.run_id, 1)
    assert first["tick"] != second["tick"]
    assert "bot" not in outside
    assert [json.loads(line) for line in capsys.readouterr().err.splitlines()] == [first, second, outside]


def test_without_a_terminal_warnings_go_to_standard_error(home, open_log, capsys):
    log = open_log()
    log.info("quiet")
    log.warning("loud")
    assert [line["event"] for line in lines(home)] == ["quiet", "loud"]
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["loud"]


def test_a_failure_keeps_its_traceback_on_one_line(home, open_log):
    log = open_log()
    try:
        int("why")
    except ValueError:
        log.exception("tick failed")
    assert "ValueError: invalid" in lines(home)[0]["exception"]


def test_the_file_is_turned_over(home, open_log, monkeypatch):
    monkeypatch.setattr(logs, "FILE_BYTES", 2_000)
    log = open_log()
    for number in range(200):
        log.info("line", number=number)
    assert len(list((home / "logs").iterdir())) == logs.KEPT_FILES + 1
    assert lines(home)[-1]["number"] == 199
    assert all(file.stat().st_size <= 2_000 for file in (home / "logs").iterdir())


def test_people_are_told_and_it_is_logged(home, open_log):
    ear = live.Heard()
    log = open_log()
    logs.Logged(ear, log).tell("halted")
    assert ear.messages == ["halted"]
    assert lines(home)[0]["text"] == "halted"


def test_a_wrong_level_is_said(home, open_log, monkeypatch):
    monkeypatch.setenv("BOTYARD_LOG", "loud")
    with pytest.raises(UserError, match="one of debug, info, warning, error"):
        open_log()
