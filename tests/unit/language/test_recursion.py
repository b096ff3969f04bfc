"""Series that look back at themselves, and what sampled() makes of named series."""

from typing import Any

import pytest

from botyard.errors import SpecError
from botyard.language import compile_spec
from botyard.ops.state import new_state
from botyard.records.schema import load_spec
from botyard.testing.compiled import plain

CLOSES = (100.0, 104.0, 103.0, 99.0, 98.0, 101.0, 97.0)


def compiled(series: dict[str, str], when: str, stop: str = "") -> Any:
    moves = [
        {"from": "flat", "to": "long", "signal": "enter_long", "when": when},
        {"from": "long", "to": "flat", "signal": "exit_long", "when": "close < open"},
    ]
    if stop:
        moves.append({"from": "long", "to": "flat", "signal": "stop", "stop": stop})
    return compile_spec(
        load_spec({
            "name": "probe", "timeframe": "5m", "series": series,
            "state_machine": {"initial": "flat", "states": {"flat": 0, "long": 1}, "transitions": moves},
        })
    )  # fmt: skip


def decided(strategy: Any, closes: tuple[float, ...] = CLOSES, step: float = 5.0) -> list[int]:
    """Bars at whose close the entry was decided, all of them seen from flat."""
    module = plain(strategy.source)
    s = new_state(module["STATE_SIZE"], module["ORDER_SLOTS"], module["UNKNOWN"], module["INITIAL"])
    found = []
    for bar, close in enumerate(closes):
        module["on_bar"](s, list(module["DEFAULTS"]), bar * step, close, close, close, close, 1.0)
        if s[2] == 0.0:  # the first transition is pending
            found.append(bar)
    return found


def test_a_line_that_only_rises_until_it_is_broken() -> None:
    # 3 under the close, never lowered while the close stays above it: 97 101 101 96 96 98 94
    series = {
        "line": "max(nz(line[1], close - 3), close - 3) if close > nz(line[1], close - 3) else close - 3",
        "broken": "close < nz(line[1], 0)",
    }
    assert decided(compiled(series, "line == 101")) == [1, 2]
    assert decided(compiled(series, "line == 96")) == [3, 4]  # 98 - 3 lies below 96
    assert decided(compiled(series, "broken")) == [3, 6]


def test_a_state_that_is_kept_between_two_levels() -> None:
    series = {"mood": "1 if close > 103 else 0 if close < 99 else nz(mood[1], 0)"}
    assert decided(compiled(series, "mood == 1")) == [1, 2, 3]


def test_it_counts_and_is_kept_for_the_orders() -> None:
    assert decided(compiled({"bar": "nz(bar[1], 0) + 1"}, "bar >= 6", "close - bar")) == [5, 6]


def test_it_runs_on_its_own_clock_inside_longer_bars() -> None:
    series = {"bar": "nz(bar[1], 0) + 1"}
    closes = (1.0,) * 15  # three bars of 15 minutes, known at the closes of bars 2, 5, 8 …
    assert decided(compiled(series, 'on("15m", bar) == 2'), closes) == [5, 6, 7]


def test_what_is_not_known_leaves_it_as_it_was() -> None:
    series = {"total": "nz(total[1], 0) + log(close - 98)"}  # unknown at 98 and 97
    assert decided(compiled(series, "total > nz(total[1], 0)"))[-1] == 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x[1] + 1", "write nz(x[1], start), with the value to start from"),
        ("x + 1", "x needs itself at the same bar; what it was a bar ago is nz(x[1], start)"),
        ("nz(x[2], 1)", "looks back at itself by one bar: x[1]"),
        ("nz(x[1], 1) > 0", "is a number: write 1 if ... else nz(x[1], 0)"),
        ('on("1h", nz(x[1], close))', 'write on("1h", x) where x is used'),
        ("nz(x[1], entry_price)", "entry_price may not feed it"),
    ],
)
def test_what_it_may_not_be_says_what_to_write(text: str, words: str) -> None:
    with pytest.raises(SpecError) as error:
        compiled({"x": text}, "close > x")
    assert words in str(error.value)
    assert error.value.place == "series.x"


def test_sampled_means_the_same_in_a_condition_and_in_an_order() -> None:
    # the named series runs on every bar: on every third, the mean of its last two values there
    series = {"twice": "sum(close, 2)", "mean": "sampled(minute % 15 == 10, sma(twice, 2))"}
    closes = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)  # 5 at bar 2, 11 at bar 5, 17 at bar 8
    assert decided(compiled(series, "mean == 8", "close - 0.1"), closes) == [5, 6, 7]
    stopped = compiled(series, "mean == 8", "mean - 7.5")
    module = plain(stopped.source)
    s = new_state(module["STATE_SIZE"], module["ORDER_SLOTS"], module["UNKNOWN"], module["INITIAL"])
    for bar, close in enumerate(closes[:6]):
        module["on_bar"](s, [], bar * 5.0, close, close, close, close, 1.0)
    assert s[4] == 0.5  # the stop that the entry would have
