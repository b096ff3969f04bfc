"""The versions of one function for the stages of a run."""

import ctypes
import math

import numpy as np
import pytest

from botyard.engine.build import KEEP_FINITE
from botyard.engine.machine import native
from botyard.engine.machine.stages import Settling, Stage
from botyard.engine.machine.translate import Program
from botyard.engine.program import Module
from botyard.ops.signature import kinds

SOURCE = """
from botyard.ops.types import settled
from botyard.rules.book import OnBar

def asks(s) -> bool:
    return False

def count(s, i: int, x: float, n: int) -> float:
    if x != x:
        return -1.0
    if not settled(s[i] >= n):
        s[i] += 1.0
        return 0.0
    return x

def bar(s, p, x):
    s[10] = count(s, 0, x, 2)
    s[11] = count(s, 1, s[10], 3)
    if s[12] == 1.0:
        s[13] = count(s, 2, x, 1)
        if not settled(s[3] >= 1.0):
            s[3] += 1.0

def entry(run: OnBar, s, p, x):
    run(s, p, x)
    s[14] = asks(s)
"""


def made(stage: Stage):
    module = Module(SOURCE, "probe")
    settling = Settling({"run": stage}, module.asks, counts_at=20)
    program = Program({"probe": SOURCE}, {"run": module.bar}, settling=settling)
    text = program.text(module.entry, "entry")
    loaded = native.Loaded(native.compiled(text, "entry"), "entry")
    run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double)(loaded.address)

    def call(s, x):
        run(s.ctypes.data, s.ctypes.data, x)
        return s

    call.loaded = loaded
    return call


def test_conditions_are_counted_until_all_hold_at_one_bar():
    call, s = made(Stage.FILLING), np.zeros(21)
    has_settled = [call(s, 5.0)[14] for _ in range(6)]
    assert has_settled == [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    assert call(s, math.nan)[14] == 0.0  # what was not looked at does not count
    assert (s[0], s[1], s[2]) == (2.0, 3.0, 0.0)


def test_a_settled_version_asks_no_more_but_for_what_runs_on_some_bars_only():
    s = np.zeros(21)
    s[12] = 1.0
    made(Stage.SETTLED)(s, 5.0)
    assert (s[10], s[11], s[0], s[1]) == (5.0, 5.0, 0.0, 0.0)
    assert (s[13], s[2], s[3]) == (0.0, 1.0, 1.0)
    assert made(Stage.SETTLED)(s, math.nan)[10] == -1.0
    assert math.isnan(made(Stage.KNOWN)(s, math.nan)[10])  # it is told that x is a number
    assert made(Stage.KNOWN)(s, math.nan)[11] == -1.0  # and nothing about other places


@pytest.mark.parametrize("op", KEEP_FINITE)
def test_what_is_said_to_keep_numbers_finite_does(op):
    random = np.random.default_rng(3)
    values = random.choice([1e100, -1e100, 1e-300, 0.0, 7.5, 1e99], (400, 3))
    s, n = [0.0] * 40, 7
    results = []
    for row in values:
        columns = iter(row)
        given = [{"s": s, "i": 0, "n": n}.get(name) for name in op.__code__.co_varnames[: op.__code__.co_argcount]]
        results.append(op(*(next(columns) if value is None else value for value in given)))
    assert len(kinds(op)) > 2
    assert np.isfinite(results[n + 1 :]).all()
