"""The chat end to end: the real client against a strict server, real stages on the demo market."""

import asyncio
import json
import struct
import threading
import time
from contextlib import contextmanager

import pytest

from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.adapters.notifier.console import ConsoleNotifier
from botyard.apps import run_folders, settings
from botyard.apps.telegram.app import Chat, make_bot, serve
from botyard.apps.telegram.webhook import SECRET_HEADER, read_update
from botyard.errors import ConfigError, UserError
from botyard.testing.command import Command
from botyard.testing.telegram.server import TOKEN, FakeTelegram

ME, STRANGER = 1, 2
IDEA = "buy when rsi(14) drops under 30 and sell above 55"
SLOW = 120.0  # seconds: another job may have the machine


@contextmanager
def serving():
    """Serve in a thread; leaving ends it as Ctrl-C does. Yields the errors that it ended with."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(serve(TOKEN, frozenset({ME}), ConsoleNotifier()))
    errors = []

    def work():
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
        except (UserError, ConfigError) as e:
            errors.append(e)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield errors
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(60)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def environment(home, monkeypatch):
    monkeypatch.setenv("BOTYARD_HOME", str(home))
    monkeypatch.setattr(settings, "_overrides", {})


@pytest.fixture
def fake(monkeypatch):
    with FakeTelegram() as server:
        monkeypatch.setenv("BOTYARD_TELEGRAM_API", server.url)
        yield server


def test_an_idea_ends_as_a_ticking_bot_through_a_restart_and_a_gate(home, fake, monkeypatch):
    monkeypatch.setenv("BOTYARD_GATES", "deployer")
    with serving():
        fake.say(IDEA)
        offer = fake.wait_for(lambda m: "How long is a bar?" in m.text, seconds=SLOW)
        fake.press(offer, "Run it on 1h")
        fake.wait_for(lambda m: "✓ designer" in m.text, seconds=SLOW)  # shown by an edit
        gate = fake.wait_for(lambda m: "may the deployer begin?" in m.text, seconds=SLOW)
        assert "verdict:" in gate.text
        assert SqliteFleet(home / "fleet.db").bots() == []
    # the chat's process is gone, and the run with it
    with serving():
        fake.wait_for(lambda m: "I was restarted and go on with it" in m.text, seconds=SLOW)
        fake.press(gate, "Approve")
        plan = fake.wait_for(lambda m: m.text.startswith("Deploying "), seconds=SLOW)
        report = fake.wait_for(lambda m: m.kind == "document", seconds=SLOW)
        live = fake.wait_for(lambda m: "is live on" in m.text)
    assert sum("may the deployer begin?" in m.text for m in fake.sent) == 0  # it was edited into the answer
    assert gate.text.endswith("the deployer is approved.")
    assert plan.number < live.number < report.number
    assert report.data.startswith(b"<!doctype html>")
    photo = next(m for m in fake.sent if m.kind == "photo")
    assert photo.text == next(m.text for m in fake.sent if "· " in m.text).split(": ", 1)[1].split("\n", 1)[0]
    assert all(m.chat == ME for m in fake.sent)
    assert [bot.status for bot in SqliteFleet(home / "fleet.db").bots()] == ["running"]


def test_the_fleet_is_commanded_and_a_kill_asks_first(home, fake):
    (bot,) = SqliteFleet(home / "fleet.db").bots()
    Command(home).run("up", "--once")
    with serving():
        fake.say("/fleet")
        fake.wait_for(lambda m: bot.name in m.text and "running" in m.text, seconds=SLOW)
        fake.say(f"/pause {bot.name}")
        fake.wait_for(lambda m: "is paused" in m.text)
        fake.say(f"/resume {bot.name}")
        fake.wait_for(lambda m: "is running." in m.text)
        fake.say(f"/bot {bot.name}")
        fake.wait_for(lambda m: "they agree" in m.text)
        fake.say(f"/promote {bot.name}")
        fake.wait_for(lambda m: "✗ verdict" in m.text)
        fake.say(f"/pnl {bot.name}")
        fake.wait_for(lambda m: "equity" in m.text and bot.symbol in m.text)
        fake.say(f"/kill {bot.name}")
        question = fake.wait_for(lambda m: m.text.startswith(f"Kill {bot.name}:"))
        assert SqliteFleet(home / "fleet.db").bot(bot.name).status == "running"
        fake.press(question, "Kill")
        fake.wait_for(lambda m: m.number == question.number and m.edits == 1)
        assert fake.drained()
    assert SqliteFleet(home / "fleet.db").bot(bot.name).status == "killed"


def test_a_picture_shows_what_a_bot_earned(home):
    from botyard.apps import answers, bots

    with_two_bars = bots.open_fleet()
    (bot,) = with_two_bars.bots()
    count = sum(e.kind == "decision" for e in with_two_bars.entries(bot.name))
    picture = answers.equity_picture(with_two_bars, bot.name)
    assert (picture == b"") == (count < 2)
    if picture:
        assert struct.unpack(">II", picture[16:24]) == (960, 540)


def test_strangers_late_commands_and_floods(home, fake):
    before = len(run_folders.records())
    fake.refuse_next(2)
    with serving():
        fake.say("/fleet", user=STRANGER)
        fake.say(f'/pipeline "{IDEA}" 5', user=STRANGER)
        fake.say(f'/pipeline "{IDEA}" 5', at=time.time() - 180)
        fake.wait_for(lambda m: "more than two minutes ago" in m.text, seconds=SLOW)
        assert fake.drained()
    assert fake.flooded == 2
    assert {m.chat for m in fake.sent} == {ME}
    assert len(run_folders.records()) == before


def test_an_update_is_heard_once_from_wherever_it_comes(home, fake):
    bot = make_bot(TOKEN)
    update = fake.update(fake.say("/runs"))
    headers = {SECRET_HEADER.title(): "the secret"}
    body = json.dumps(update).encode()

    async def twice():
        chat = Chat(bot, frozenset({ME}), ConsoleNotifier())
        for _ in range(2):
            heard = read_update(headers, body, "the secret")
            assert heard is not None
            await chat.hear(heard)
        await bot.session.close()

    asyncio.run(twice())
    assert len(fake.sent) == 1
    assert read_update({SECRET_HEADER: "another"}, body, "the secret") is None
    assert read_update({}, body, "") is None
    assert read_update(headers, b"{", "the secret") is None


def test_a_second_poller_ends_with_a_word(home, fake):
    fake.has_rival = True
    with serving() as errors:
        until = time.monotonic() + SLOW
        while not errors and time.monotonic() < until:
            time.sleep(0.05)
    assert "somebody else polls with this bot's token" in str(errors[0])


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"BOTYARD_TELEGRAM_TOKEN": ""}, "BOTYARD_TELEGRAM_TOKEN is not set; BotFather"),
        ({"BOTYARD_TELEGRAM_USERS": "me"}, "BOTYARD_TELEGRAM_USERS is 'me'; write the user ids"),
        ({"BOTYARD_TELEGRAM_TOKEN": "123456:another"}, "Telegram does not know this token"),
    ],
)
def test_a_wrong_setting_says_what_to_do(home, fake, monkeypatch, changed, words):
    setting = {"BOTYARD_TELEGRAM_TOKEN": TOKEN, "BOTYARD_TELEGRAM_USERS": "1", **changed}
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    from botyard.apps.telegram import app

    monkeypatch.setattr(app, "_until_term", lambda work: work)  # signals belong to the main thread's owner
    with pytest.raises(UserError, match=words) as caught:
        app.run(ConsoleNotifier())
    assert TOKEN not in str(caught.value)


def test_the_token_is_in_no_file(home):
    secret = TOKEN.split(":")[1].encode()
    files = [path for path in home.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [str(path) for path in files if secret in path.read_bytes()] == []
