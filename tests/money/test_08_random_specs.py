"""Random specs × NaN, zero, infinity, gaps: machine code = CPython = the bundle's module, bit-equal, no exception.

A sample in the tests; BOTYARD_MONEY_SPECS=1000 runs as many as the design asks for.
"""

import hashlib
import math
import os
import random

import numpy as np

from botyard.bot.deployed import load_strategy
from botyard.errors import SpecError
from botyard.language import compile_spec
from botyard.ops.state import new_state
from botyard.records.schema import load_spec
from botyard.testing.compiled import compiled, drive, plain, random_bars
from botyard.testing.language.cases import condition, number
from botyard.testing.language.fuzz import SPEC

COUNT = int(os.environ.get("BOTYARD_MONEY_SPECS", "5"))
AWKWARD = (math.nan, 0.0, math.inf, -math.inf, 1e308, 5e-324)


def awkward_bars(seed):
    """Bars of a walk; one in eight has a value that no market has, and time skips."""
    rng = random.Random(seed)
    bars, skipped = [], 0.0
    for minutes, *values in random_bars(150, seed):
        if rng.random() < 0.125:
            values[rng.randrange(5)] = rng.choice(AWKWARD)
        if rng.random() < 0.05:
            skipped += rng.choice((5.0, 60.0, 1440.0, 44_640.0))
        bars.append((minutes + skipped, *values))
    return bars


def random_spec(rng):
    machine = {
        "initial": "flat",
        "states": {"flat": 0, "long": 1, "half": 0.5, "short": -1},
        "transitions": [
            {"from": "flat", "to": "long", "signal": "enter_long", "when": condition(rng, 3)},
            {"from": "flat", "to": "short", "signal": "enter_short", "when": condition(rng, 2)},
            {"from": "long", "to": "half", "signal": "scale_out", "when": condition(rng, 2)},
            {"from": ["long", "half"], "to": "flat", "signal": "exit_long", "when": condition(rng, 2)},
            {"from": ["long", "half"], "to": "flat", "signal": "stop", "stop": number(rng, 2), "ratchet": True},
            {"from": "short", "to": "flat", "signal": "exit_short", "when": condition(rng, 2)},
        ],
    }
    sizing = {"type": "quote", "amount": number(rng, 2)}
    return SPEC | {"series": SPEC["series"] | {"own": number(rng, 3)}, "state_machine": machine, "sizing": sizing}


def stepped(module, state, p, bars):
    filled = drive(module, state, p, bars)
    kept = np.array(state, dtype=np.float64)
    kept[np.isnan(kept)] = math.nan  # "not known" has a sign bit that nothing in the language can see
    return filled, kept.tobytes()


def test_three_executors_agree_to_the_last_bit_on_what_no_market_shows():
    rng, done, tried, fills = random.Random(8), 0, 0, 0
    while done < COUNT:
        tried += 1
        try:
            source = compile_spec(load_spec(random_spec(rng))).source
        except SpecError:
            continue
        done += 1
        module = plain(source)
        p = list(module["DEFAULTS"])
        start = new_state(module["STATE_SIZE"], module["ORDER_SLOTS"], module["UNKNOWN"], module["INITIAL"])
        bars = awkward_bars(done)
        expected = stepped(module, list(start), p, bars)
        name = f"botyard_strategy_{hashlib.sha256(source.encode()).hexdigest()[:16]}"
        assert stepped(vars(load_strategy(source, name)), list(start), p, bars) == expected, source
        assert stepped(compiled(source), np.array(start), np.array(p), bars) == expected, source
        fills += sum(expected[0].values())
    assert fills > 5 * COUNT, f"{tried} specs were made up, and those that compiled hardly traded"
