"""The translator against CPython, bit by bit, on functions that use every part of the subset."""

import ctypes
import itertools
import math

import numpy as np
import pytest

from botyard.engine.machine.native import Loaded, compiled
from botyard.engine.machine.translate import Program
from botyard.engine.program import Module
from botyard.errors import InvariantError
from botyard.ops.state import BAR_COUNT, STATE

HEAD = """
from math import exp, floor, inf, isnan, log, nan, sqrt
from botyard.ops.arithmetic import safe_div, safe_floor, safe_mod
from botyard.ops.state import BAR_COUNT, STATE
TABLE = (3.0, 1.0, 4.0)
"""


def both(body: str, values: list[float], more: str = "") -> tuple[np.ndarray, list[float]]:
    """State after running one function compiled, and as it is."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    source = f"{HEAD}\n{more}\ndef entry(s: State) -> None:\n{lines}\n".replace("s: State", "s")
    module = Module(source, "probe")
    loaded = Loaded(compiled(Program({"probe": source}, {}).text(module.entry, "probe"), "probe"), "probe")
    array, state = np.array(values), list(values)
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(loaded.address)(array.ctypes.data)
    module.entry(state)
    return array, state


def same(body: str, values: list[float], more: str = "") -> None:
    found, expected = both(body, values, more)
    np.testing.assert_array_equal(found.view(np.int64), np.array(expected).view(np.int64), err_msg=f"{body} {values}")


EDGES = [0.0, -0.0, 1.0, -1.0, 2.5, -7.25, 1e300, -1e-300, 0.1, 3.0]
UNKNOWN = [math.nan, math.inf, -math.inf]
EXPRESSIONS = [
    "a + b - a * b", "safe_div(a, b)", "safe_mod(a, b)", "abs(a) - abs(b)", "-a", "float(a < b <= 3.0)", "float(a != b)",
    "float(not a > b)", "1.0 if a > b else 0.0", "float(a == b or a < 0.0 and b > 1.0)", "min(a, b)", "max(a, b)",
    "max(a, b, 1.5)", "float(isnan(a))", "safe_floor(a)", "1.0 if a else 2.0", "nan if a < b else inf", "min(2, a)",
]  # fmt: skip


PAIRS = list(itertools.product([*EDGES, *UNKNOWN], repeat=2))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions(expression):
    body = f"for j in range({len(PAIRS)}):\n    a = s[3 * j]\n    b = s[3 * j + 1]\n    s[3 * j + 2] = {expression}"
    found, expected = both(body, [value for a, b in PAIRS for value in (a, b, 0.0)])
    np.testing.assert_array_equal(found, expected)
    known = ~np.isnan(found)  # the sign of a NaN means nothing, that of a zero does
    np.testing.assert_array_equal(np.signbit(found[known]), np.signbit(np.array(expected)[known]))


@pytest.mark.parametrize("values", list(itertools.product([7, -7, 0, 12], [3, -3, 5])))
def test_integers(values):
    body = "m = int(s[0])\nn = int(s[1])\ns[2] = float(m // n)\ns[3] = float(m % n)\ns[4] = m / n"
    same(body, [*map(float, values), 0.0, 0.0, 0.0])


def test_functions_of_math():
    for value in (0.3, 1.0, 2.0, 17.5):
        same("x = s[0]\ns[1] = sqrt(x)\ns[2] = log(x)\ns[3] = exp(x)\ns[4] = floor(x) * 2", [value, 0.0, 0.0, 0.0, 0.0])
    same("s[0] = float(floor(s[0]))\ns[1] = float(floor(s[1]))", [-0.0, 1e200])


LOOPS = """
total = 0
for j in range(2, 9):
    if j == 4:
        continue
    if j == 7:
        break
    total += j
for j in range(3, -1, -1):
    s[j] = float(j) + total
k = 0
while k < 3 and s[k] > 0.0:
    k += 1
s[4] = k
mixed = 0
if s[5] > 0.0:
    mixed = 0.5
s[5] = mixed + j
s[6] = s[7] = TABLE[int(s[8])]
"""


def test_loops_names_of_two_kinds_and_tables():
    same(LOOPS, [0.0] * 8 + [2.0])
    same(LOOPS, [0.0] * 5 + [1.0, 0.0, 0.0, 1.0])


MORE = """
def two(x: float, n: int) -> tuple[float, bool]:
    if n > 3:
        return x, True
    return x * n, x > 1.0

def twice(s: State, i: int) -> None:
    s[i] += 1.0
    if s[i] < 10.0:
        return
    s[i] = 0.0
""".replace("s: State", "s")


def test_calls_and_several_results():
    body = "a, b = two(s[0], 5)\nc, d = two(s[0], 2)\ns[1] = a + c\ns[2] = float(b) + float(d)\nx = s[BAR_COUNT]\ns[STATE] = x"
    same(body + "\ntwice(s, 3)\ntwice(s, 4)", [2.0, 0.0, 0.0, 9.0, 1.0] + [0.5] * BAR_COUNT, MORE)
    assert STATE == 0


def test_what_need_not_be_looked_at_is_not():
    same("k = 0\nwhile k > 0 and s[k - 1] > 0.0:\n    k -= 1\ns[0] = k", [1.0])
    same("s[1] = 1.0 if s[0] == 0.0 or safe_div(1.0, s[0]) > 3.0 else 2.0", [0.0, 0.0])


@pytest.mark.parametrize(
    "body",
    [
        "s[0] = s[0] ** 2.0",
        "x = [1.0]",
        "s[0] = round(s[0])",
        "s[0.0] = 1.0",
        "s[0] = s[0] // 2.0",
        "try:\n    pass\nfinally:\n    pass",
        "s[0] = y",
    ],
)
def test_what_is_not_in_the_subset_is_refused(body):
    with pytest.raises(InvariantError):
        both(body, [1.0])
