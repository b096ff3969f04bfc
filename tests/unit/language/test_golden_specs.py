"""Every golden spec compiles, trades, and does the same in CPython and as machine code, to the last bit."""

from pathlib import Path

import numpy as np
import pytest

from botyard.language import compile_spec
from botyard.language.words import describe
from botyard.ops.state import new_state
from botyard.records.market import timeframe_minutes
from botyard.records.schema import dump_spec, load_spec
from botyard.testing.compiled import compiled, drive, plain, random_bars

SPECS = sorted((Path(__file__).parents[2] / "golden" / "specs").glob("*.json"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_compiles_and_runs(path: Path) -> None:
    spec = load_spec(path.read_text())
    compiled_spec = compile_spec(spec)
    module = plain(compiled_spec.source)
    s = new_state(module["STATE_SIZE"], module["ORDER_SLOTS"], module["UNKNOWN"], module["INITIAL"])
    bars = random_bars(600, seed=3, step=float(timeframe_minutes(spec.timeframe)))
    drive(module, s, list(module["DEFAULTS"]), bars)
    assert compiled_spec.seed_bars >= 1
    assert module["warm_up"](list(module["DEFAULTS"])) >= 1.0


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_same_bits_in_both_executors(path: Path) -> None:
    spec = load_spec(path.read_text())
    assert load_spec(dump_spec(spec)) == spec
    source = compile_spec(spec).source
    python, native = plain(source), compiled(source)
    p = list(python["DEFAULTS"])
    bars = random_bars(1500, seed=7, step=float(timeframe_minutes(spec.timeframe)), unknown=0.002)
    a = new_state(python["STATE_SIZE"], python["ORDER_SLOTS"], python["UNKNOWN"], python["INITIAL"])
    b = np.array(a)
    first = drive(python, a, p, bars)
    second = drive(native, b, np.array(p), bars)
    assert first == second
    np.testing.assert_array_equal(np.array(a), b)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_spec_is_said_in_words(path: Path) -> None:
    spec = load_spec(path.read_text())
    sentences = describe(spec)
    assert len(sentences) >= len(spec.state_machine.transitions)
    assert all(sentence.endswith(".") for sentence in sentences)
