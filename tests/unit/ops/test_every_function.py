"""What holds for every function of the catalogue, each listed by itself: on bars of every kind, in time, in size."""

import math
from functools import cache

import numpy as np
import pytest

from botyard.language import compile_spec
from botyard.language.catalog import FUNCTIONS
from botyard.language.reading.check import Checker
from botyard.language.reading.syntax import parse
from botyard.language.reading.tree import type_of
from botyard.ops.state import new_state
from botyard.records.schema import load_spec
from botyard.testing.compiled import compiled, drive, plain
from botyard.testing.expressions import probe, stepped, values_of
from botyard.testing.language.catalogue import call_of, kinds_of_bars, rough_bars, scaled
from botyard.testing.specs import EMA_CROSS

ALL = pytest.mark.parametrize("name", FUNCTIONS)
COUNT = 310
KINDS = kinds_of_bars(COUNT)
FROM_THE_FIRST_BAR = {"obv", "ad"}  # running totals: their level is said to depend on where they began
GROUP = 24
GROUPS = [list(FUNCTIONS)[first : first + GROUP] for first in range(0, len(FUNCTIONS), GROUP)]


@cache
def text_of(name: str) -> str:
    call = call_of(FUNCTIONS[name])
    expression = parse(call, "example")
    is_number = type_of(Checker(load_spec(EMA_CROSS), 5).tree(expression, expression.root)) == "number"
    return call if is_number else f"1 if {call} else 0"


@cache
def compiled_probe(name: str):
    return probe(text_of(name), timeframe="1h")


@cache
def module_of(name: str):
    return plain(compiled_probe(name).source)


@cache
def on_kind(name: str, kind: str) -> np.ndarray:
    return np.array(stepped(module_of(name), KINDS[kind]))


@ALL
def test_is_known_on_plain_bars(name: str) -> None:
    if name.startswith("prev_month"):
        return  # four weeks are too short: test_periods.py has months
    assert np.isfinite(on_kind(name, "plain")).sum() > 20


@ALL
def test_is_sane_on_bars_of_every_kind(name: str) -> None:
    low, high = (-math.inf, math.inf) if isinstance(FUNCTIONS[name].between, str) else FUNCTIONS[name].between
    for kind in KINDS:
        values = on_kind(name, kind)
        values = values[~np.isnan(values)]
        if not name.startswith("bars_since"):
            assert np.isfinite(values).all(), kind
        slack = 1e-9 * max(1.0, *np.abs(values[np.isfinite(values)]), 0.0)
        assert (values >= low - slack).all(), kind
        assert (values <= high + slack).all(), kind


@ALL
def test_knows_as_much_of_tiny_and_huge_prices(name: str) -> None:
    known = ~np.isnan(on_kind(name, "plain"))
    np.testing.assert_array_equal(~np.isnan(on_kind(name, "tiny")), known)
    np.testing.assert_array_equal(~np.isnan(on_kind(name, "huge")), known)


@ALL
def test_a_still_market_moves_nothing(name: str) -> None:
    values = on_kind(name, "still")[COUNT // 2 :]
    known = values[np.isfinite(values)]
    goes_by_the_clock = {"minutes"} <= set(FUNCTIONS[name].inputs) <= {"minutes", "step"}
    if not goes_by_the_clock and name not in {"obv", "ad", "bars_since", "streak", "sum_since"}:
        assert known.size == 0 or np.ptp(known) <= 1e-9 * max(1.0, abs(known[0]))


@ALL
def test_the_future_changes_nothing(name: str) -> None:
    bars = KINDS["plain"][:200]
    tail = scaled(rough_bars(COUNT, seed=77, tail=True)[200:], 1e6, 1e6)
    np.testing.assert_array_equal(stepped(module_of(name), bars + tail)[:200], on_kind(name, "plain")[:200])


@ALL
def test_its_declared_memory_is_enough(name: str) -> None:
    seed_bars = compiled_probe(name).seed_bars
    if name in FROM_THE_FIRST_BAR:
        return
    bars = rough_bars(seed_bars + 120, seed=13)
    streamed = stepped(module_of(name), bars)[-1]
    seeded = stepped(module_of(name), bars[-seed_bars:])[-1]
    size = max(1.0, abs(streamed)) if name.startswith(("force", "chaikin")) else 100.0
    assert seeded == pytest.approx(streamed, rel=2e-5, abs=2e-6 * size, nan_ok=True)


def windows(name: str) -> dict[str, int]:
    found: dict[str, int] = {}

    def note(argument: str, written: str) -> str:
        found[argument] = int(written)
        return written

    call_of(FUNCTIONS[name], note)
    return found


WITH_WINDOWS = [name for name in FUNCTIONS if windows(name)]


def searched(name: str) -> dict[str, dict[str, object]]:
    return {
        f"w_{word}": {"type": "int", "default": bars, "low": 0 if word == "k" else 1, "high": 2 * bars + 7}
        for word, bars in windows(name).items()
    }


@pytest.mark.parametrize("name", WITH_WINDOWS)
def test_a_window_that_a_parameter_sizes_is_the_written_one(name: str) -> None:
    other = {word: bars + 2 for word, bars in windows(name).items()}
    is_number = not text_of(name).startswith("1 if")
    form = "{}" if is_number else "1 if {} else 0"
    bars = KINDS["unknown"][:180]
    written = call_of(FUNCTIONS[name], lambda word, _: str(other[word]))
    tuned = call_of(FUNCTIONS[name], lambda word, _: f"w_{word}")
    expected = values_of(form.format(written), bars, timeframe="1h")
    module = plain(probe(form.format(tuned), timeframe="1h", parameters=searched(name)).source)
    found = stepped(module, bars, [float(value) for value in other.values()])
    late = int(module["warm_up"]([float(value) for value in other.values()]))
    np.testing.assert_array_equal(found[late:], expected[late:])


def group_spec(names: list[str], *, tuned: bool) -> dict[str, object]:
    series, parameters = {}, {}
    for place, name in enumerate(names):
        call = call_of(
            FUNCTIONS[name], (lambda word, _, n=place: f"w{n}_{word}") if tuned else (lambda _, written: written)
        )
        series[f"f{place}"] = f"1 if {call} else 0" if text_of(name).startswith("1 if") else call
        if tuned:
            parameters |= {f"w{place}{word[1:]}": value for word, value in searched(name).items()}
    total = " + ".join(series)
    return {
        "name": "group",
        "timeframe": "1h",
        "parameters": dict(list(parameters.items())[:64]),
        "series": series,
        "state_machine": {
            "initial": "flat",
            "states": {"flat": 0, "long": 1},
            "transitions": [
                {"from": "flat", "to": "long", "signal": "enter_long", "when": f"{total} > 0 or close > open"},
                {"from": "long", "to": "flat", "signal": "exit_long", "when": f"{total} < 0 or close < open"},
            ],
        },
    }


@pytest.mark.parametrize("names", GROUPS, ids=lambda names: names[0])
def test_machine_code_gives_the_same_bits_on_bars_of_every_kind_and_for_other_windows(names: list[str]) -> None:
    source = compile_spec(load_spec(group_spec(names, tuned=True))).source
    python, native = plain(source), compiled(source)  # compiled once: other windows are other numbers only
    vectors = [list(python["DEFAULTS"]), [value + 3.0 for value in python["DEFAULTS"]]]
    for kind, bars in KINDS.items():
        for p in [[*vector, 0.0] for vector in (vectors if kind == "unknown" else vectors[:1])]:
            a = new_state(python["STATE_SIZE"], 0, python["UNKNOWN"], 0)
            b = np.array(a)
            assert drive(python, a, p, bars[:300]) == drive(native, b, np.array(p), bars[:300]), kind
            np.testing.assert_array_equal(np.array(a), b, err_msg=kind)
