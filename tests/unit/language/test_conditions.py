"""Conditions that never or always hold are refused with the reason; what may hold is let through."""

import copy
from pathlib import Path
from typing import Any

import pytest

from botyard.errors import SpecError
from botyard.language import compile_spec
from botyard.records.schema import load_spec

BASE: dict[str, Any] = {
    "name": "x",
    "timeframe": "5m",
    "parameters": {
        "fast": {"type": "int", "default": 5, "low": 5, "high": 10},
        "slow": {"type": "int", "default": 20, "low": 8, "high": 40},
        "low_level": {"type": "float", "default": 30, "low": 10, "high": 40},
        "high_level": {"type": "float", "default": 70, "low": 60, "high": 90},
        "loud": {"type": "bool", "default": True},
    },
    "constraints": ["fast < slow"],
    "series": {"k": "stoch_k(14, 3)", "up": "close > ema(close, slow)"},
    "state_machine": {
        "initial": "flat",
        "states": {"flat": 0, "long": 1},
        "transitions": [
            {"from": "flat", "to": "long", "signal": "enter_long", "when": "close > open"},
            {"from": "long", "to": "flat", "signal": "exit_long", "when": "close < open"},
        ],
    },
}


def with_entry(text: str) -> dict[str, Any]:
    spec = copy.deepcopy(BASE)
    spec["state_machine"]["transitions"][0]["when"] = text
    return spec


def message(spec: dict[str, Any]) -> str:
    with pytest.raises(SpecError) as caught:
        compile_spec(load_spec(spec))
    return f"{caught.value.place}: {caught.value.message}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rsi(close, 14) > 120", "rsi(close, 14) lies between 0 and 100"),
        ("rsi(close, 14) < high_level - 100", "lies between 0 and 100"),
        ("k > 100", "k > 100, but k lies between 0 and 100"),
        ("not stoch_k(14, 3) >= 0", "stoch_k(14, 3) lies between 0 and 100"),
        ("close > close", "close > close is impossible"),
        ("ema(close, fast) > ema(close, fast)", "is impossible"),
        ("fast < 3", "fast lies between 5 and 10"),
        ("fast > slow", "contradicts the constraint fast < slow"),
        ("rsi(close, 14) < 30 and rsi(close, 14) > 70", "contradict each other"),
        ("rsi(close, 14) < low_level and rsi(close, 14) > high_level", "contradict each other"),
        ("close > open and open - close > 0", "contradict each other"),
        ("up and not up", "contradict each other"),
        ("loud and not loud", "cannot hold and not hold at once"),
        ("bull_engulfing() and close < open", "contradict each other"),
        ("crosses_above(close, open) and close < open", "contradict each other"),
        ("all_true(close > open, 3) and close < open", "contradict each other"),
        ("close > highest(close, 20)", "counts this very bar; write highest(close, 20)[1]"),
        ("crosses_above(close, donchian_high(20))", "write donchian_high(20)[1] for the bars before"),
        ("close < lowest(low, fast)", "write lowest(low, fast)[1] for the bars before"),
        ("close > high", "close is never above high"),
        ("hl2 > high", "impossible"),
        ("hour == 24", "hour lies between 0 and 23"),
        ("hour == 9 and hour == 10", "contradict each other"),
        ('inside("09:30", "16:00") and hour >= 17', "contradict each other"),
        ("weekday == 7", "weekday lies between 0 and 6"),
        ("atr(14) < 0", "atr(14) is at least 0"),
        ("drawdown > 0.1", "drawdown is at most 0"),
        ("abs(close - open) < 0", "is at least 0"),
        ("(rsi(close, 14) < 30 or hour > 23) and rsi(close, 14) > 40", "contradict each other"),
        ("position_return > 0.1", "position_return is known in a position only"),
        ("close < at_entry(close)", "at_entry() is known in a position only"),
    ],
)
def test_what_never_holds(text: str, words: str) -> None:
    said = message(with_entry(text))
    assert said.startswith("transitions[0].when: this can never hold: ")
    assert words in said


@pytest.mark.parametrize(
    "text", ["rsi(close, 14) <= 100", "close >= close", "1 > 0", "fast > 4", "close <= high", "hour < 24"]
)
def test_what_always_holds(text: str) -> None:
    assert "this always holds" in message(with_entry(text))


@pytest.mark.parametrize(
    "text",
    [
        "always", "not loud or always", "close > 0", "volume > 0", "rsi(close, 14) < low_level", "high >= highest(high, 20)", "close > highest(close, 20)[1]",
        "close >= highest(close, 20)", "fast < 6", "rsi(close, 14) < 30 or rsi(close, 14) > 70", "close > open and close[1] < open[1]",
        "rsi(close, 14) > 99.9", "loud or close > open", "crosses_above(close, sma(close, 5)) and close > open", "bars_since_exit > 5",
        "nz(position_return, 0) >= 0 and close > open", 'hour == 9 or inside("10:00", "11:00")', 'on("1h", close) > highest(close, 5)',
        "close > at_entry(close) or close > open", "last_trade_return < 0 or trades_today == 0", "bb_upper(close, 20, 2) < close",
        "sma(close, fast) > sma(close, slow)", "low_level < 20", "macd(close, 12, 26) > 0 and macd(close, 12, 26)[1] <= 0",
    ],
)  # fmt: skip
def test_what_may_hold_is_let_through(text: str) -> None:
    assert compile_spec(load_spec(with_entry(text))).source


def test_guard_of_a_resting_order() -> None:
    spec = copy.deepcopy(BASE)
    stop = {"from": "long", "to": "flat", "signal": "stop", "stop": "entry_price * 0.9", "if": "rsi(close, 14) > 150"}
    spec["state_machine"]["transitions"].append(stop)
    assert "transitions[2].if: this can never hold" in message(spec)


def later(when: str, *, source: Any = "long", to: str = "flat", signal: str = "exit_long") -> dict[str, Any]:
    spec = copy.deepcopy(BASE)
    spec["state_machine"]["states"]["half"] = 0.5
    spec["state_machine"]["transitions"] += [
        {"from": "half", "to": "flat", "signal": "exit_long", "when": "rsi(close, 14) < 30"},
        {"from": "long", "to": "half", "signal": "scale_out", "when": "rsi(close, 14) > 60"},
        {"from": source, "to": to, "signal": signal, "when": when},
    ]
    return spec


@pytest.mark.parametrize(
    "when", ["rsi(close, 14) > 60", "rsi(close, 14) > 70", "close < open and hour == 9", "not rsi(close, 14) <= 80"]
)
def test_what_another_leaves_no_turn(when: str) -> None:
    assert "transitions[4].when: its turn never comes" in message(later(when))


def test_what_another_leaves_a_turn_somewhere() -> None:
    compile_spec(load_spec(later("rsi(close, 14) > 50")))
    compile_spec(load_spec(later("rsi(close, 14) > 60", source=["half", "long"])))


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        ("fast > 20", "no values of the parameters within their ranges meet it"),
        ("fast + 40 < slow", "no values"),
        ("fast * 5 < slow", "defaults do not meet"),
        ("fast % 2 == 0", "defaults do not meet"),
        ("slow / (fast - 5) > 1", "defaults do not meet"),
    ],
)
def test_constraints_that_cannot_be_met(constraint: str, words: str) -> None:
    spec = copy.deepcopy(BASE)
    spec["constraints"] = [constraint]
    assert words in message(spec)


def test_parts_that_do_nothing_are_warned_of() -> None:
    assert (
        "transitions[0].when: rsi(close, 14) >= 0 always holds and filters nothing"
        in compile_spec(load_spec(with_entry("close > open and rsi(close, 14) >= 0"))).warnings
    )
    assert (
        "transitions[0].when: hour > 23 never holds and adds nothing"
        in compile_spec(load_spec(with_entry("close > open or hour > 23"))).warnings
    )


def test_every_golden_spec_still_compiles() -> None:
    for path in sorted((Path(__file__).parents[2] / "golden" / "specs").glob("*.json")):
        assert compile_spec(load_spec(path.read_text())).source
