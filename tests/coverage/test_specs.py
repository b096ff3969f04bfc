"""Specs of real descriptions: each compiles, and on real bars takes every way it has, unless its case says why not.

cases.jsonl has a line per spec: the features it stands for, the bars it is walked over (symbol, timeframe, first bar,
number of bars), parameter values where the defaults ask for more history than the bars have, and the transitions
(by number) and states that these bars do not reach, with the reason.
"""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from botyard.language import compile_spec
from botyard.records.market import Step, timeframe_minutes
from botyard.records.schema import dump_spec, load_spec
from botyard.testing.coverage.features import features, shows
from botyard.testing.coverage.walk import Walk, walk
from botyard.testing.engine_specs import trading_rules
from botyard.testing.markets.bars import real_bars

HERE = Path(__file__).parent
CASES = [json.loads(line) for line in (HERE / "cases.jsonl").read_text().splitlines()]
NAMES = [case["spec"] for case in CASES]
RULES = trading_rules(tick=Step(1, 100_000), lot=Step(1, 1000), initial_cash=1_000_000.0)


def spec_of(case):
    return load_spec((HERE / "specs" / f"{case['spec']}.json").read_text())


@cache
def bars_of(market, symbol, timeframe):
    return real_bars(market, f"{symbol}_USDT").resample(5, timeframe_minutes(timeframe))


def runs_of(case, market):
    """The compiled spec and its bars, on the timeframe of the case."""
    spec = spec_of(case)
    for symbol, timeframe, first, count in case["runs"]:
        bars = bars_of(market, symbol, timeframe).slice(first, first + count)
        yield compile_spec(replace(spec, timeframe=timeframe)), bars


def test_every_spec_has_a_case_and_every_case_a_spec():
    assert sorted(NAMES) == sorted(path.stem for path in (HERE / "specs").glob("*.json"))
    assert len(NAMES) >= 70


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_it_is_written_as_the_project_writes_specs_and_compiles(case):
    text = (HERE / "specs" / f"{case['spec']}.json").read_text()
    spec = load_spec(text)
    assert dump_spec(spec) == text
    assert spec.name == case["spec"]
    unused = [warning for warning in compile_spec(spec).warnings if "used nowhere" in warning]
    assert not unused


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_it_takes_every_way_on_real_bars(case, real_market):
    spec = spec_of(case)
    seen = Walk()
    for compiled, bars in runs_of(case, real_market):
        seen.add(walk(compiled, bars, RULES, case.get("values")))
    moves = spec.state_machine.transitions
    never = {str(n) for n, move in enumerate(moves) if not seen.fired[n] and move.source != (move.target,)}
    never |= set(spec.state_machine.states) - seen.states
    assert never == set(case.get("unseen", {})), f"the book refused: {dict(seen.refused)}"
    assert seen.reductions > 0
    entries = [n for n, move in enumerate(moves) if move.signal.startswith("enter")]
    assert entries
    assert all(seen.fired[n] for n in entries)


@pytest.mark.parametrize("feature", features())
def test_every_feature_is_in_two_specs(feature):
    assert sum(feature in case["features"] for case in CASES) >= 2


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_spec_has_the_features_it_stands_for(case):
    assert set(case["features"]) <= set(features())
    missing = [feature for feature in case["features"] if not shows(spec_of(case), feature)]
    assert not missing
