"""The compiled loop and the plain one agree to the last bit on specs of every kind, over real bars."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from botyard.engine.backtest import backtest
from botyard.engine.metrics import metrics
from botyard.engine.program import load_program
from botyard.engine.reference import reference_backtest
from botyard.language import compile_spec
from botyard.records.market import Step, timeframe_minutes
from botyard.records.schema import load_spec
from botyard.testing.engine_specs import trading_rules
from botyard.testing.markets.bars import real_bars

HERE = Path(__file__).parent
CASES = {case["spec"]: case for case in map(json.loads, (HERE / "cases.jsonl").read_text().splitlines())}
CHOSEN = (
    "13-pyramid", "69-trendlines", "132-daily-signal-hourly-limit", "171-covered-call-cycle", "193-monthly-volatility",
    "204-base-stop-entry", "238-scalp-modules", "0-stopped-grid", "1039-reverse-martingale",
)  # fmt: skip
RULES = trading_rules(tick=Step(1, 100_000), lot=Step(1, 1000), initial_cash=1_000_000.0)
MOST_BARS = 6000


@pytest.mark.parametrize("name", CHOSEN)
def test_loops_agree(name, real_market, code_cache):
    symbol, timeframe, first, count = CASES[name]["runs"][0]
    spec = replace(load_spec((HERE / "specs" / f"{name}.json").read_text()), timeframe=timeframe)
    bars = real_bars(real_market, f"{symbol}_USDT").resample(5, timeframe_minutes(timeframe))
    bars = bars.slice(first, first + min(count, MOST_BARS))
    program = load_program(compile_spec(spec), code_cache)
    values = CASES[name].get("values")
    fast = backtest(program, bars, RULES, values)
    plain = reference_backtest(program, bars, RULES, values)
    for column in ("equity", "lots", "fills", "trades"):
        assert getattr(fast, column).tobytes() == getattr(plain, column).tobytes(), column
    assert metrics(bars, fast, RULES) == metrics(bars, plain, RULES)
    assert len(fast.fills) > 1  # a strategy that never trades compares nothing
