"""What is refused, with the place and the column; and what compiles with a warning."""

import copy
from typing import Any

import pytest

from botyard.errors import SpecError
from botyard.language import compile_spec
from botyard.records.schema import load_spec
from botyard.testing.specs import EMA_CROSS


def changed(**changes: Any) -> dict[str, Any]:
    spec = copy.deepcopy(EMA_CROSS)
    spec.update(changes)
    return spec


def with_series(text: str) -> dict[str, Any]:
    spec = copy.deepcopy(EMA_CROSS)
    spec["series"]["extra"] = text
    return spec


def with_machine(states: dict[str, Any], *transitions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    machine = {"initial": next(iter(states)), "states": states, "transitions": list(transitions)}
    return changed(state_machine=machine, **changes)


def refused(spec: dict[str, Any]) -> SpecError:
    with pytest.raises(SpecError) as caught:
        compile_spec(load_spec(spec))
    return caught.value


LONG = {"flat": 0, "long": 1}
ENTER = {"from": "flat", "to": "long", "signal": "enter_long", "when": "close > open"}
LEAVE = {"from": "long", "to": "flat", "signal": "exit_long", "when": "close < open"}


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("rsi(close)", 0, "`rsi(close)` needs a period: rsi(close, 14)"),
        ("emaa(close, 12)", 0, "did you mean ema?"),
        ("close + cloze", 8, "did you mean close?"),
        ("close ** 2", 0, "write x * x"),
        ("close > 1 & open > 1", 8, "write `and`"),
        ("close.shift", 0, "plain name"),
        ("close[-1]", 6, "cannot be seen"),
        ("sma(close, trail)", 11, "needs an int parameter"),
        ("sma(close, 2.5)", 11, "whole number"),
        ("sma(close > open, 5)", 4, "this is a condition"),
        ("close and open", 0, "this is a number"),
        ("round(close)", 0, "floor(x + 0.5)"),
        ("close(3)", 0, "write close without"),
        ("ema", 0, "ema is a function"),
        ("sma(entry_price, 5)", 0, "may not feed it"),
        ("highest_since_entry[1]", 0, "may not feed it"),
        ('on("7m", close)', 3, "is not known"),
        ('on("5m", close)', 3, "longer than the spec's own bars"),
        ('on("1h", on("1d", close))', 9, "on() inside on()"),
        ('inside("9:75", "10:00")', 7, "not a time of day"),
        ('bars("7m")', 5, "whole number of bars"),
        ("close = 3", 6, "write `==`"),
        ("close &&  open", 6, "write `and`"),
        ("at_entry(entry_price)", 9, "no position yet"),
        ("   cloze", 3, "did you mean close?"),
        ("1e400", 0, "surely a mistake"),
        ("True", 0, "write a comparison"),
        ("sma(close, 5, 6)", 14, "takes 2 arguments"),
    ],
)
def test_error_points_at_the_column(text: str, column: int, words: str) -> None:
    error = refused(with_series(text))
    assert words in error.message
    assert error.column == column
    assert error.place == "series.extra"


def test_series_in_a_circle_are_refused() -> None:
    spec = with_series("other + 1")
    spec["series"]["other"] = "extra - 1"
    assert "extra -> other -> extra" in refused(spec).message


def test_too_long_and_too_deep_are_refused() -> None:
    assert "deep" in refused(with_series("abs(" * 13 + "close" + ")" * 13)).message
    with pytest.raises(SpecError, match="500"):
        load_spec(with_series("close" + " + close" * 70))


def test_doubling_series_are_refused_quickly() -> None:
    spec = copy.deepcopy(EMA_CROSS)
    spec["series"]["d0"] = "close"
    for i in range(1, 40):
        spec["series"][f"d{i}"] = f"d{i - 1} + d{i - 1}"
    assert "make it simpler" in refused(spec).message


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (with_machine({**LONG, "lost": 0}, ENTER, LEAVE), "no transition leads here"),
        (with_machine(LONG, ENTER), "stays for good"),
        (with_machine(LONG, ENTER, {**LEAVE, "signal": "exit_short"}), "does not fit"),
        (with_machine(LONG, ENTER, {**LEAVE, "to": "flt"}), "did you mean 'flat'?"),
        (with_machine(LONG, ENTER, {**LEAVE, "signal": "exit_lnog"}), "did you mean exit_long?"),
        (
            with_machine({"a": 0, "b": 0}, {**ENTER, "from": "a", "to": "b"}, {**ENTER, "from": "b", "to": "a"}),
            "never trade",
        ),
        (
            with_machine(LONG, ENTER, {"from": "long", "to": "flat", "signal": "stop", "stop": "entry_price * 1.02"}),
            "never below the entry price",
        ),
        (
            with_machine(LONG, ENTER, {"from": "long", "to": "flat", "signal": "target", "limit": "entry_price - 2 * at_entry(atr(14))"}),
            "never above the entry price",
        ),
        (
            with_machine(
                {"flat": 0, "one": 1, "two": 2},
                {**ENTER, "to": "one"},
                {"from": "one", "to": "two", "signal": "scale_in", "limit": "last_fill_price * 0.98"},
                {"from": ["one", "two"], "to": "flat", "signal": "target", "limit": "entry_price * 1.01"},
            ),
            "martingale",
        ),
        (
            with_machine(LONG, ENTER, LEAVE, sizing={"type": "fraction", "of_equity": "0.2 if last_trade_return < 0 else 0.1"}),
            "martingale",
        ),
        (with_machine(LONG, ENTER, LEAVE, sizing={"type": "risk", "per_trade": 0.01}), "needs a stop"),
        (changed(constraints=["fast < close"]), "parameters and numbers only"),
        (changed(constraints=["fast < slow and trail > 1"]), "parameters and numbers only"),
        (changed(constraints=["fast * 4 < slow"]), "defaults do not meet"),
        (with_machine({"flat": 0, "long": 1, "held": 1}, ENTER, {"from": "long", "to": "held", "signal": "arm", "stop": "close"}, LEAVE), "write `when`"),
    ],
)  # fmt: skip
def test_whole_is_refused_with_the_reason(spec: dict[str, Any], words: str) -> None:
    assert words.replace("'", "") in refused(spec).message.replace("'", "")


def test_state_beyond_64_kb_is_refused() -> None:
    spec = with_machine(LONG, {**ENTER, "when": "close > sma(close, 9000)"}, LEAVE)
    assert "64 KB" in refused(spec).message


def test_always_in_and_core_holdings_are_fine() -> None:
    reverse = {"signal": "reverse", "when": "close > sma(close, 5)"}
    compile_spec(
        load_spec(
            with_machine(
                {"flat": 0, "long": 1, "short": -1},
                ENTER,
                {"from": "long", "to": "short", **reverse},
                {"from": "short", "to": "long", **reverse},
            )
        )
    )
    compile_spec(
        load_spec(
            with_machine(
                {"flat": 0, "long": 1, "less": 0.5},
                ENTER,
                {"from": "long", "to": "less", "signal": "scale_out", "when": "close < open"},
                {"from": "less", "to": "long", "signal": "scale_in", "when": "close > open"},
            )
        )
    )


def test_stop_that_can_widen_is_warned_of() -> None:
    stop = {"from": "long", "to": "flat", "signal": "stop", "stop": "entry_price - 2 * atr(14)"}
    assert any("can widen" in w for w in compile_spec(load_spec(with_machine(LONG, ENTER, stop))).warnings)
    held = {**stop, "stop": "entry_price - 2 * at_entry(atr(14))"}
    assert not any("can widen" in w for w in compile_spec(load_spec(with_machine(LONG, ENTER, held))).warnings)
    assert not any("can widen" in w for w in compile_spec(load_spec(EMA_CROSS)).warnings)


def test_order_that_never_works_is_warned_of() -> None:
    states = {"flat": 0, "first": 1, "later": 1}
    stop = {"from": "first", "to": "flat", "signal": "stop", "stop": "entry_price * 0.99"}
    onward = {"from": "first", "to": "later", "signal": "next", "when": "always"}
    leave = {"from": "later", "to": "flat", "signal": "exit_long", "when": "close < open"}
    resting = {"from": "flat", "to": "first", "signal": "enter_long", "stop": "highest(high, 20)"}
    at_open = {"from": "flat", "to": "first", "signal": "enter_long", "when": "close > open"}

    def warned(enter: dict[str, Any]) -> bool:
        warnings = compile_spec(load_spec(with_machine(states, enter, stop, onward, leave))).warnings
        return any("transitions[1].stop never works" in warning for warning in warnings)

    assert warned(resting)
    assert not warned(at_open)  # a market order fills at the open: its stop works in that bar


@pytest.mark.parametrize(
    ("condition", "absolute"),
    [
        ("close > 50000", True),
        ("crosses_above(sma(close, 10), 120)", True),
        ("close - open > 5", True),
        ("close - open > 0", False),
        ("close > open * 1.01", False),
        ("close / open > 1.01", False),
        ("rsi(close, 14) < 30", False),
        ("macd(close, 12, 26) > 0", False),
        ("atr(14) / close > 0.01", False),
    ],
)
def test_absolute_prices_are_flagged(condition: str, absolute: bool) -> None:
    compiled = compile_spec(load_spec(with_machine(LONG, {**ENTER, "when": condition}, LEAVE)))
    assert compiled.uses_absolute_prices is absolute


def test_unused_names_are_warned_of() -> None:
    warnings = compile_spec(load_spec(with_machine(LONG, ENTER, LEAVE, constraints=[]))).warnings
    assert "series.vol is used nowhere" in warnings
    assert "parameters.trail is used nowhere" in warnings
