"""The desk's answers, without Telegram: commands, buttons that work once, lateness, errors in sentences."""

import pytest

from botyard.adapters.notifier.console import ConsoleNotifier
from botyard.apps import gates, run_folders, settings
from botyard.apps.telegram.desk import Desk
from botyard.apps.telegram.memory import Memory


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setenv("BOTYARD_HOME", str(tmp_path))
    monkeypatch.setattr(settings, "_overrides", {})
    return Desk(Memory(tmp_path / "telegram.db"), gates.open_gates(), ConsoleNotifier())


def say(desk, text, *, is_stale=False):
    return desk.text(1, text, is_stale=is_stale)


@pytest.mark.parametrize(
    "text, idea, bars",
    [
        ('/pipeline "fast ema crosses slow ema" 5', "fast ema crosses slow ema", "5m"),
        ("/pipeline “fast ema crosses slow ema” 1h", "fast ema crosses slow ema", "1h"),
        ("/pipeline buy when rsi is under 30 15m", "buy when rsi is under 30", "15m"),
        ("/PIPELINE@botyard_test_bot 'x' is no idea 60", "'x' is no idea", "1h"),
    ],
)
def test_an_idea_with_its_bars_is_put_in_the_line(desk, text, idea, bars):
    reply = say(desk, text)
    record = run_folders.records()[-1]
    assert (record.idea, record.timeframe) == (idea, bars)
    assert record.run_id in reply.text


def test_an_idea_without_bars_is_offered_and_a_button_begins_it_once(desk):
    reply = say(desk, "buy when rsi(14) drops under 30")
    assert [label for label, _ in reply.buttons] == ["Run it on 5m bars", "Run it on 15m bars", "Run it on 1h bars"]
    assert run_folders.records() == []
    token = reply.buttons[1][1]
    assert len(token.encode()) <= 64
    assert "1-buy-when-rsi-14" in desk.press(1, token, "user 1").text
    assert "pressed before" in desk.press(1, token, "user 1").text
    assert [r.timeframe for r in run_folders.records()] == ["15m"]


@pytest.mark.parametrize(
    "command", ['/pipeline "fast ema crosses slow ema" 5', "/kill x", "/pause x", "/resume x", "/promote x"]
)
def test_what_moves_money_is_not_done_late(desk, command):
    assert "more than two minutes ago" in say(desk, command, is_stale=True).text
    assert run_folders.records() == []


@pytest.mark.parametrize(
    "text, words",
    [
        ("/kill", "Which bot? /kill NAME"),
        ("/pause nobody", "There is no bot 'nobody'; the fleet is empty"),
        ("/pnl nobody", "There is no bot 'nobody'"),
        ("/fleet", "No bots yet"),
        ("/runs", "No runs yet"),
        ("/dance", "There is no /dance."),
        ("hello", "That is short for an idea."),
        ("/pipeline", "Say the idea and the minutes"),
        ('/pipeline "fast ema crosses slow ema" 7', "7"),
        ("/help", "/promote"),
        ("/start", "/pipeline"),
    ],
)
def test_a_mistake_is_answered_with_what_to_do(desk, text, words):
    assert words in say(desk, text).text


def test_a_button_of_nobody_does_nothing(desk):
    assert "not known" in desk.press(1, "0123456789abcdef", "user 1").text


def test_a_gate_is_decided_once(desk):
    store = gates.open_gates()
    asked = store._ask("7-x", "deployer", "idea: x")
    (_, approve), (_, reject) = desk.gate(asked).buttons
    assert desk.press(1, reject, "user 1").text == "7-x: the deployer is rejected."
    assert "rejected already, by user 1" in desk.press(1, approve, "user 1").text
    assert store.read("7-x", "deployer").by == "user 1"
