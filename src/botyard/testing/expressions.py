"""The value of an expression of the spec language at each bar."""

import copy
from collections.abc import Mapping, Sequence
from math import nan
from typing import Any

from botyard.language import compile_spec
from botyard.ops import state as slots
from botyard.ops.state import new_state
from botyard.records.schema import load_spec
from botyard.records.strategy import CompiledStrategy
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
            {"from": "long", "to": "flat", "signal": "stop", "stop": "entry_price / 2"},
        ],
    },
}


def values_of(
    expression: str,
    bars: Sequence[Bar],
    *,
    timeframe: str = "5m",
    parameters: Mapping[str, Any] | None = None,
    p: Sequence[float] = (0.0,),
) -> list[float]:
    """Evaluate a number, read off a sizing that is the expression; NaN while it is not known.

    parameters: as in a spec; p: their values, in order.
    """
    source = probe(expression, timeframe=timeframe, parameters=parameters).source
    return stepped(plain(source), bars, p)


def probe(expression: str, *, timeframe: str = "5m", parameters: Mapping[str, Any] | None = None) -> CompiledStrategy:
    """Compile a strategy that never trades and whose size is the expression."""
    spec = copy.deepcopy(_PROBE) | {"timeframe": timeframe, "parameters": dict(parameters or {})}
    spec["sizing"] = {"type": "quote", "amount": expression}
    return compile_spec(load_spec(spec))


def stepped(module: dict[str, Any], bars: Sequence[Bar], p: Sequence[float] = (0.0,)) -> list[float]:
    """Step a probe through bars; its size at each."""
    s = new_state(module["STATE_SIZE"], module["ORDER_SLOTS"], module["UNKNOWN"], module["INITIAL"])
    values = []
    for bar in bars:
        s[slots.SIZE] = nan
        module["on_bar"](s, p, *bar)
        values.append(s[slots.SIZE])
    return values
