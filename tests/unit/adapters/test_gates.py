"""Gates: one question, one answer, and a clock that says no."""

import threading

import pytest

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.gate.sqlite import SqliteGates
from botyard.errors import NotFound, UserError


@pytest.fixture
def clock():
    return ReplayClock(1_000)


@pytest.fixture
def gates(tmp_path, clock):
    return SqliteGates(tmp_path / "gates.db", clock, timeout_ms=500, nap=lambda _: clock.move_to(clock.now_ms() + 100))


def test_silence_rejects_after_its_time(gates, clock):
    asked = gates.wait("1-x", "deployer", "idea: x")
    assert (asked.answer, asked.by, asked.asked_ms, asked.until_ms) == ("timed_out", "the clock", 1_000, 1_500)
    assert clock.now_ms() == 1_500
    with pytest.raises(UserError, match="timed out already"):
        gates.decide("1-x", "deployer", approved=True, by="me")


def test_a_decision_lets_the_run_go_on(tmp_path, clock):
    store = SqliteGates(tmp_path / "gates.db", clock, timeout_ms=500)
    found = []
    waiting = threading.Thread(target=lambda: found.append(store.wait("1-x", "researcher", "idea: x")))
    waiting.start()
    while not store.waiting():
        pass
    store.decide("1-x", "researcher", approved=True, by="me")
    waiting.join(10)
    assert [(a.answer, a.by) for a in found] == [("approved", "me")]


def test_a_resumed_run_finds_the_decision(gates):
    gates.wait("1-x", "deployer", "idea: x")
    assert gates.wait("1-x", "deployer", "another text").text == "idea: x"


def test_the_first_decision_counts(tmp_path, clock):
    store = SqliteGates(tmp_path / "gates.db", clock, timeout_ms=500)
    store._ask("1-x", "deployer", "")
    store.decide("1-x", "deployer", approved=False, by="me")
    with pytest.raises(UserError, match="rejected already, by me"):
        store.decide("1-x", "deployer", approved=True, by="you")


def test_after_its_time_nobody_can_approve(tmp_path, clock):
    store = SqliteGates(tmp_path / "gates.db", clock, timeout_ms=500)
    store._ask("1-x", "deployer", "")
    clock.move_to(1_500)
    assert store.waiting() == []
    with pytest.raises(UserError, match="timed out already"):
        store.decide("1-x", "deployer", approved=True, by="me")


def test_an_unknown_gate(gates):
    with pytest.raises(NotFound, match="no leave"):
        gates.read("1-x", "deployer")


def test_a_place_that_cannot_be_written(tmp_path, clock):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be used"):
        SqliteGates(tmp_path / "file" / "gates.db", clock, timeout_ms=1).waiting()
