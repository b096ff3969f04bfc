"""The chat end to end: the real client against a strict server, real stages on the demo market."""

import asyncio
import threading
from contextlib import contextmanager

import pytest

from botyard.adapters.notifier.console import ConsoleNotifier
from botyard.apps import settings
from botyard.testing.telegram.server import TOKEN, FakeTelegram

ME, STRANGER = 1, 2
IDEA = "buy when rsi(14) drops under 30 and sell above 55"
SLOW = 120.0  # seconds: another job may have the machine


@contextmanager
def serving(users=frozenset({ME})):
    from botyard.apps.telegram.app import serve

    loop = asyncio.new_event_loop()
    errors = []

    def work():
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
        except Exception as e:  # noqa: BLE001  (the test reads it)
            errors.append(e)

    task = loop.create_task(serve(TOKEN, users, ConsoleNotifier()))
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield errors
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(30)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("BOTYARD_HOME", str(tmp_path))
    monkeypatch.setattr(settings, "_overrides", {})
    return tmp_path


@pytest.fixture
def fake(monkeypatch):
    with FakeTelegram() as server:
        monkeypatch.setenv("BOTYARD_TELEGRAM_API", server.url)
        yield server


def test_an_idea_ends_as_a_bot_that_is_killed(home, fake, monkeypatch):
    monkeypatch.setenv("BOTYARD_GATES", "deployer")
    with serving():
        fake.say(IDEA)
        offer = fake.wait_for(lambda m: "How long is a bar?" in m.text, seconds=SLOW)
        fake.press(offer, "Run it on 1h")
        gate = fake.wait_for(lambda m: "may the deployer begin?" in m.text, seconds=SLOW)
        assert "researcher:" in gate.text
        fake.press(gate, "Approve")
        report = fake.wait_for(lambda m: m.kind == "document", seconds=SLOW)
        assert report.data.startswith(b"<!doctype html>")
        print("\n---\n".join(f"[{m.kind} {m.edits}] {m.text}" for m in fake.sent))
        open("/tmp/tg.png", "wb").write(next(m.data for m in fake.sent if m.kind == "photo"))
