"""Ranges to search: wide where the idea leaves a number open, around the value where it states one, and never senseless."""

import json
from pathlib import Path

import pytest

from botyard.stages.designer.design import Draft, draft

IDEAS = Path(__file__).parents[3] / "ideas"
EVERY = [
    row["idea"]
    for name in ("dev_facts.jsonl", "unseen.jsonl", "fresh.jsonl")
    for row in map(json.loads, (IDEAS / name).read_text(encoding="utf-8").splitlines())
]


def parameters(idea):
    made = draft(idea, "5m")
    assert isinstance(made, Draft), made
    return made.spec.parameters


def span(parameter):
    return parameter.low, parameter.high


@pytest.mark.parametrize(
    ("idea", "name", "wanted"),
    [
        ("fast ema crosses slow ema", "fast", (4, 150)),
        ("fast ema crosses slow ema", "slow", (20, 600)),
        ("buy when rsi is below 30, sell above 60", "rsi_length", (5, 40)),
        ("price crosses above the 100 sma, 2 atr stop", "atr_length", (7, 40)),
        ("ema 20/50 cross", "fast", (10, 40)),
        ("ema 20/50 cross", "slow", (25, 100)),
        ("buy when rsi(14) is below 30, sell above 60", "rsi_length", (7, 28)),
        ("buy when rsi(2) is below 10, sell above 60", "rsi_length", (2, 4)),
        ("buy when rsi(14) is below 30, sell above 60", "rsi_below", (15, 50)),
        ("buy when rsi(14) is below 30, sell above 60", "rsi_above", (50, 80)),
        ("buy when rsi(14) is below 4, sell above 98", "rsi_below", (4, 8)),
        ("buy when rsi(14) is below 4, sell above 98", "rsi_above", (96, 98)),
        ("stochastic %K(14) crosses above 20, sell when it goes above 80", "stoch_above_2", (60, 90)),
        ("price crosses above the 100 sma, 2 atr stop", "stop_atr", (1, 4)),
        ("price crosses above the 100 sma, 60% stop", "stop_pct", (30, 90)),
        ("enter long if roc(10) > 2 and exit if roc(10) < -1", "roc_below", (-2, -0.5)),
        ("ema 20/50 cross, only when adx(14) is above 25", "adx_above", (13, 50)),
    ],
)
def test_a_range_makes_sense(idea, name, wanted):
    assert span(parameters(idea)[name]) == wanted


@pytest.mark.parametrize("idea", EVERY)
def test_every_range_holds_its_default_on_its_grid(idea):
    made = draft(idea, "5m")
    if not isinstance(made, Draft):
        return
    for name, p in made.spec.parameters.items():
        assert p.low < p.high, name
        assert p.low <= p.default <= p.high, name
        if p.type == "int":
            assert p.log, name
            assert p.low >= min(2, p.default), name
        else:
            assert p.low * p.high > 0, name
            for end in (p.high, p.default):
                steps = (end - p.low) / p.step
                assert abs(steps - round(steps)) < 1e-6, name
