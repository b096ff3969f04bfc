"""Indicators that a witness may use. They are its own: nothing here is shared with the ops that it bears witness on.

Each keeps its state in `memory` under `key`, is called once per bar, and gives None while it is not known. The text of
these functions is put below the witness's and goes through the same gate, so they are written in its dialect.
"""

from math import sqrt
from typing import Any

Memory = dict[str, Any]


def last(memory: Memory, key: str, x: Any, n: int) -> list[Any]:
    """Give the last n values of x, this one included, oldest first; fewer at first."""
    kept: list[Any] = memory.setdefault(key, [])
    if x is not None:
        kept.append(x)
    if len(kept) > n:
        kept.pop(0)
    return kept


def ago(memory: Memory, key: str, x: Any, k: int) -> Any:
    """Give x as it was k bars ago."""
    kept = last(memory, key, x, k + 1)
    return kept[0] if len(kept) > k else None


def sma(memory: Memory, key: str, x: Any, n: int) -> Any:
    """Give the simple average."""
    kept = last(memory, key, x, n)
    return sum(kept) / n if len(kept) == n else None


def stdev(memory: Memory, key: str, x: Any, n: int) -> Any:
    """Give the standard deviation (population)."""
    kept = last(memory, key, x, n)
    if len(kept) < n:
        return None
    mean = sum(kept) / n
    return sqrt(sum([(v - mean) * (v - mean) for v in kept]) / n)


def highest(memory: Memory, key: str, x: Any, n: int) -> Any:
    """Give the largest of the last n values, this one included."""
    kept = last(memory, key, x, n)
    return max(kept) if len(kept) == n else None


def lowest(memory: Memory, key: str, x: Any, n: int) -> Any:
    """Give the smallest of the last n values, this one included."""
    kept = last(memory, key, x, n)
    return min(kept) if len(kept) == n else None


def smoothed(memory: Memory, key: str, x: Any, n: int, share: float) -> Any:
    """Move a share of the way to x on each bar; begin as the mean of the first n values."""
    if x is None:
        return None
    state = memory.setdefault(key, [0, 0.0])
    if state[0] >= n:
        state[1] = state[1] + share * (x - state[1])
        return state[1]
    state[0] = state[0] + 1
    state[1] = state[1] + x
    if state[0] < n:
        return None
    state[1] = state[1] / n
    return state[1]


def ema(memory: Memory, key: str, x: Any, n: int) -> Any:
    """Give the exponential average."""
    return smoothed(memory, key, x, n, 2.0 / (n + 1.0))


def rma(memory: Memory, key: str, x: Any, n: int) -> Any:
    """Give Wilder's average."""
    return smoothed(memory, key, x, n, 1.0 / n)


def rsi(memory: Memory, key: str, x: Any, n: int) -> Any:
    """Give the relative strength index."""
    own: Memory = memory.setdefault(key, {})
    before = ago(own, "before", x, 1)
    if before is None:
        return None
    up = rma(own, "up", max(x - before, 0.0), n)
    down = rma(own, "down", max(before - x, 0.0), n)
    if up is None:
        return None
    return 100.0 * up / (up + down) if up + down > 0.0 else 50.0


def atr(memory: Memory, key: str, bar: Memory, n: int) -> Any:
    """Give the average true range."""
    own: Memory = memory.setdefault(key, {})
    before = ago(own, "before", bar["close"], 1)
    if before is None:
        return None
    return rma(own, "ranges", max(bar["high"], before) - min(bar["low"], before), n)


def crosses_above(memory: Memory, key: str, a: Any, b: Any) -> bool:
    """Say whether a was not above b on the last bar and is now."""
    if a is None or b is None:
        return False
    before = ago(memory, key, a - b, 1)
    return before is not None and before <= 0.0 and a > b


def crosses_below(memory: Memory, key: str, a: Any, b: Any) -> bool:
    """Say whether a was not below b on the last bar and is now."""
    if a is None or b is None:
        return False
    before = ago(memory, key, a - b, 1)
    return before is not None and before >= 0.0 and a < b
