"""Ordinary code passes, and decides as worked out by hand."""

import math
import sys

import pytest

from botyard.cage import run_strategy, run_tests, violations
from botyard.errors import ConfigError
from botyard.testing.attacks.ordinary import ORDINARY, bars

each = pytest.mark.parametrize("strategy", ORDINARY, ids=lambda s: s.name.replace(" ", "-"))


def test_there_are_enough():
    assert len(ORDINARY) >= 15


@each
def test_it_passes_the_gate(strategy):
    assert violations(strategy.source) == ()


@each
def test_it_decides_in_the_cage_as_by_hand(strategy):
    decided = run_strategy(strategy.source, bars(strategy.closes), {"n": strategy.n})
    assert decided.error == ""
    assert decided.values == strategy.wanted


@each
def test_cpython_decides_the_same(strategy):
    scope = {name: getattr(math, name) for name in ("sqrt", "exp", "log", "inf", "nan", "isnan")}
    exec(strategy.source, scope)
    memory = {}
    assert tuple(scope["decide"](memory, bar, {"n": strategy.n}) for bar in bars(strategy.closes)) == strategy.wanted


WITNESS = ORDINARY[3].source  # the exponential average


def test_smoke_tests_of_a_model_run_one_by_one():
    tests = """
def test_holds_still():
    assert play(bars_of([4.0, 4.0, 4.0]), {"n": 3}) == [4.0, 4.0, 4.0]

def test_is_wrong():
    out = play(bars_of([4.0, 8.0]), {"n": 3})
    assert out[1] == 7.0, f"got {out[1]:.1f}"
"""
    good, bad = run_tests(WITNESS, tests)
    assert (good.name, good.passed) == ("test_holds_still", True)
    assert (bad.name, bad.passed) == ("test_is_wrong", False)
    assert bad.text.startswith("tests, line 7: AssertionError: got 6.0")


def test_a_target_is_held_from_the_next_open_on():
    source = """
def decide(memory, bar, parameters):
    if bar["exposure"] > 0:
        return bar["entry_price"], bar["bars_in_position"], bar["highest_since_entry"]
    return {"target": 1.0}
"""
    tests = """
def test_position():
    out = play(bars_of([10.0, 12.0, 11.0]), {})
    assert out == [{"target": 1.0}, (10.0, 1, 12.0), (10.0, 2, 12.0)], f"{out}"
"""
    assert [t.text for t in run_tests(source, tests)] == [""]


def test_smoke_tests_pass_the_gate_too():
    (result,) = run_tests(WITNESS, "def test_x():\n    import os\n")
    assert (result.name, result.passed) == ("gate", False)
    assert "line 2" in result.text


def test_an_error_names_its_line_and_its_bar():
    source = "def decide(memory, bar, parameters):\n    return 1 / (bar['close'] - 2)\n"
    decided = run_strategy(source, bars((1.0, 2.0, 3.0)), {})
    assert decided.values == (-1.0,)
    assert decided.error == "strategy, line 2: ZeroDivisionError: division by zero, at bar 1 of 3"


def test_what_does_not_fit_is_no_decision():
    source = "def decide(memory, bar, parameters):\n    return [[[[1]]]]\n"
    assert "decide returned more than" in run_strategy(source, bars((1.0,)), {}).error


def test_without_an_interpreter_nothing_runs(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydantic_monty", None)
    with pytest.raises(ConfigError, match="runs only in a cage, and there is none here"):
        run_strategy(WITNESS, bars((1.0,)), {"n": 3})
