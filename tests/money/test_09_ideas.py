"""All ideas: the backtest's orders = the paper ticks' orders, byte-equal.

A sample in the tests; BOTYARD_MONEY_IDEAS=all plays every spec of the examples and of tests/coverage.
"""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from botyard.engine.backtest import backtest
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.records.deployment import BundleSettings
from botyard.records.market import Step, timeframe_minutes
from botyard.records.schema import load_spec
from botyard.testing.bots import replays
from botyard.testing.bots.against_engine import differences, listed
from botyard.testing.engine_specs import trading_rules
from botyard.testing.markets.bars import real_bars

TESTS = Path(__file__).parents[1]
CASES = {c["spec"]: c for c in map(json.loads, (TESTS / "coverage" / "cases.jsonl").read_text().splitlines())}
EXAMPLES = sorted(p.parent.name for p in (TESTS.parent / "examples").glob("*/strategy_spec.json"))
SAMPLE = ("ema-cross", "percent-bracket", "13-pyramid", "0-stopped-grid")  # they trade within few bars
IS_ALL = os.environ.get("BOTYARD_MONEY_IDEAS") == "all"
NAMES = (*EXAMPLES, *CASES) if IS_ALL else SAMPLE
RULES = trading_rules(tick=Step(1, 100_000), lot=Step(1, 1000), initial_cash=1_000_000.0)
MOST_BARS = 6_000 if IS_ALL else 700


def idea(name):
    """A spec, its parameters, and the real bars that it is known to trade on."""
    if name in EXAMPLES:
        spec = load_spec((TESTS.parent / "examples" / name / "strategy_spec.json").read_text())
        return spec, None, "BTC", 0, MOST_BARS
    case = CASES[name]
    symbol, timeframe, first, count = case["runs"][0]
    spec = load_spec((TESTS / "coverage" / "specs" / f"{name}.json").read_text())
    return replace(spec, timeframe=timeframe), case.get("values"), symbol, first, count


def wanted(ran):
    return (ran.orders[:, 0] >= 0.0).any() or (ran.orders[:, 2:] != 0.0).any()


@pytest.mark.parametrize("name", NAMES)
def test_ticks_send_what_the_backtest_sent(name, tmp_path, real_market, code_cache):
    spec, values, symbol, first, count = idea(name)
    bars = real_bars(real_market, f"{symbol}_USDT").resample(5, timeframe_minutes(spec.timeframe))
    known = bars.slice(first, first + count)
    compiled = compile_spec(spec)
    program = load_program(compiled, code_cache)
    vector = program.vector(values)
    most = min(MOST_BARS, count)
    while True:
        bars = known.slice(0, most)
        ran = backtest(program, bars, RULES, vector, record_orders=True)
        if most == count or wanted(ran):
            break
        most = min(2 * most, count)  # some wait for months
    names = tuple(program.module.PARAMETERS)
    settings = BundleSettings(
        name=spec.name, symbol=RULES.instrument.symbol, timeframe=spec.timeframe, timezone=spec.timezone,
        market="demo", feed="stored", parameter_names=names, parameters=tuple(vector.tolist()[: len(names)]),
        rules=RULES, seed_bars=0, spec_hash=compiled.spec_hash, code_hash=compiled.code_hash,
    )  # fmt: skip
    home = replays.make_home(tmp_path / "home", settings, compiled.source, listed(bars))
    assert replays.main(home, 0, after=False, most_bars=8) == 0
    assert differences(home, settings, bars, ran) == []
    assert wanted(ran), "it never wanted anything"
