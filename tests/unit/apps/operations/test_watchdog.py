import time

import pytest

from botyard.apps import settings, up
from botyard.apps.operations import health, watchdog
from botyard.testing.bots import live

BAR = live.START_MS
CLOSE = BAR + live.BAR_MS
LATE = CLOSE + 4 * live.BAR_MS


@pytest.fixture
def ear():
    return live.Heard()


def look(store, now_ms, ear):
    with up.alone():
        return watchdog.tell(health.examine(store, now_ms), ear)


def test_ticks_that_stop_are_paged_once_and_their_return_is_told(store, put, decide, ear):
    put("one", BAR)
    assert look(store, CLOSE, ear) == []
    assert "ALARM: one has not ticked for 4 bars" in look(store, LATE, ear)[0]
    assert look(store, LATE + live.BAR_MS, ear) == []
    decide("one", LATE)
    assert look(store, LATE + live.BAR_MS, ear) == ["over: one ticks again"]
    assert look(store, LATE + live.BAR_MS, ear) == []
    assert len(ear.messages) == 2


def test_many_bots_make_one_message(store, put, ear):
    for number in range(7):
        put(f"bot{number}", BAR)
    [message] = look(store, LATE, ear)
    assert "7 bot(s) have not ticked" in message
    assert "bot4 and 2 more" in message


def test_a_halt_is_not_paged_again_and_is_no_recovery(store, put, ear):
    put("one", BAR)
    look(store, LATE, ear)
    store.set_status("one", "halted", "the venue holds less", expected="running")
    assert look(store, LATE, ear) == []
    assert len(ear.messages) == 1


def test_a_scheduler_that_is_gone_is_seen_from_outside(store, put, ear):
    put("one", BAR)
    [page] = watchdog.tell(health.examine(store, CLOSE), ear)
    assert "nobody ticks the 1 bot(s)" in page
    assert "botyard up" in page
    assert watchdog.tell(health.examine(store, CLOSE), ear) == []
    assert look(store, CLOSE, ear) == ["over: botyard up runs again"]


def test_the_thread_pages_while_the_ticking_loop_hangs(home, store, put, ear):
    put("one", BAR)  # of long ago
    with up.alone(), watchdog.watching(ear, pytest.fail, first_seconds=0.01, every_seconds=0.01):
        patience = time.monotonic() + 10.0
        while not ear.messages and time.monotonic() < patience:
            time.sleep(0.01)  # the loop that hangs
        time.sleep(0.1)
    assert len(ear.messages) == 1
    assert "one has not ticked" in ear.messages[0]


def test_a_watchdog_that_fails_goes_on(home, ear, monkeypatch):
    failures = []
    monkeypatch.setattr(watchdog, "look", lambda _: 1 / 0)
    with watchdog.watching(ear, failures.append, first_seconds=0.01, every_seconds=0.01):
        patience = time.monotonic() + 10.0
        while len(failures) < 2 and time.monotonic() < patience:
            time.sleep(0.01)
    assert [type(one) for one in failures[:2]] == [ZeroDivisionError] * 2


def test_what_was_told_outlives_the_process_and_damage(home, store, put, ear):
    put("one", BAR)
    look(store, LATE, ear)
    assert "one" in (settings.home() / "watchdog.json").read_text()
    (settings.home() / "watchdog.json").write_text("{")
    assert len(look(store, LATE, ear)) == 1
