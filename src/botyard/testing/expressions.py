"""The value of an expression of the spec language at each bar."""

import copy
from collections.abc import Sequence
from math import nan
from typing import Any

from botyard.language import compile_spec
from botyard.ops import state as slots
from botyard.ops.state import new_state
from botyard.records.schema import load_spec
from botyard.testing.compiled import Bar, plain

_PROBE: dict[str, Any] = {
    "name": "probe",
    "timeframe": "5m",
    "state_machine": {
        "initial": "flat",
        "states": {"flat": 0, "long": 1},
        "transitions": [
            {"from": "flat", "to": "long", "signal": "enter_long", "when": "close > 1000000000000000"},
            {"from": "long", "to": "flat", "signal": "exit_long", "when": "close > 0"},
        ],
    },
}


def values_of(expression: str, bars: Sequence[Bar]) -> list[float]:
    """Evaluate a number, read off a sizing that is the expression; NaN while it is not known."""
    spec = copy.deepcopy(_PROBE)
    spec["sizing"] = {"type": "quote", "amount": expression}
    module = plain(compile_spec(load_spec(spec)).source)
    s = new_state(module["STATE_SIZE"], module["ORDER_SLOTS"], module["UNKNOWN"], module["INITIAL"])
    values = []
    for bar in bars:
        s[slots.SIZE] = nan
        module["on_bar"](s, [0.0], *bar)
        values.append(s[slots.SIZE])
    return values
