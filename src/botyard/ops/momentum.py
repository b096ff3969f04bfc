"""How fast prices move."""

from math import nan

from botyard.ops.average import rma
from botyard.ops.catalog import Function
from botyard.ops.types import State


def rsi(s: State, i: int, x: float, n: int) -> float:
    """Slots: whether a value was seen, that value, two smoothings."""
    if x != x:
        return nan
    move = x - s[i + 1]
    s[i + 1] = x
    if s[i] == 0.0:
        s[i] = 1.0
        return nan
    up = rma(s, i + 2, max(0.0, move), n)
    down = rma(s, i + 5, -move if move < 0.0 else 0.0, n)
    if up != up:
        return nan
    return 100.0 * up / (up + down) if up + down > 0.0 else 50.0


CATALOGUE = (
    Function(
        "rsi(x: number, n: window)", "relative strength index, 0 to 100", "100 · up / (up + down); up, down = rma of the rises and falls",
        "rsi(close, 14)", op=rsi, slots=lambda _n: 8, bars=lambda n: n, memory=lambda n: 7 * (2 * n - 1) + 1,
        differs="50 where nothing moved in the window; TA-Lib says 0", source="Wilder, New Concepts in Technical Trading Systems, 1978",
    ),
)  # fmt: skip
