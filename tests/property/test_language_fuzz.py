"""The small version of tools/fuzz_language.py: whatever is written is refused in words, or runs alike everywhere."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botyard.errors import SpecError
from botyard.testing.language.cases import corpus
from botyard.testing.language.fuzz import Fuzz, Made

SPECS, TEXTS = corpus(Path(__file__).parents[1] / "golden" / "specs")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_random_and_mutated_cases(seed: int) -> None:
    rng = random.Random(seed)
    fuzz = Fuzz(SPECS, TEXTS, share_run=0.1, share_machine=0.0)
    for _ in range(4):
        fuzz.try_one(fuzz.make(rng), rng)
    try:
        fuzz.flush(rng)
    except SpecError as e:
        assert "make it simpler" in e.message or "64 KB" in e.message  # noqa: PT017 -- too large together only
    assert sum(count for kind, count in fuzz.counts.items() if kind != "run") == 4


def test_what_is_accepted_runs_as_machine_code_too() -> None:
    rng = random.Random(5)
    fuzz = Fuzz(SPECS, TEXTS, share_run=1.0, share_machine=0.15)
    for _ in range(120):
        fuzz.try_one(fuzz.make(rng), rng)
    assert fuzz.counts["run"] > 20
    assert fuzz.counts["run as machine code"] >= 1


def test_a_fault_is_found() -> None:
    fuzz = Fuzz(SPECS, TEXTS, share_run=1.0, share_machine=0.0)
    fuzz._run = lambda *_: 1 / 0  # type: ignore[method-assign,assignment]
    with pytest.raises(ZeroDivisionError):
        fuzz.try_one(Made("random", "close"), random.Random(1))
