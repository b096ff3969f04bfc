"""What expressions mean, bar by bar, through the compiler."""

from math import inf, isnan, nan
from typing import Any

import pytest

from botyard.language import compile_spec
from botyard.ops import state as slots
from botyard.ops.state import new_state
from botyard.records.schema import load_spec
from botyard.testing.compiled import plain

DAY = 1440.0


class Strategy:
    """A compiled spec and its state, stepped by hand."""

    def __init__(self, **changes: Any) -> None:
        spec = {
            "name": "probe",
            "timeframe": "5m",
            "state_machine": {
                "initial": "flat",
                "states": {"flat": 0, "long": 1},
                "transitions": [
                    {"from": "flat", "to": "long", "signal": "enter_long", "when": "close > open"},
                    {"from": "long", "to": "flat", "signal": "exit_long", "when": "close < open"},
                ],
            },
        }
        spec.update(changes)
        self.compiled = compile_spec(load_spec(spec))
        self.module = plain(self.compiled.source)
        self.p = list(self.module["DEFAULTS"])
        m = self.module
        self.s = new_state(m["STATE_SIZE"], m["ORDER_SLOTS"], m["UNKNOWN"], m["INITIAL"])

    def bar(self, close: float, *, minutes: float = 0.0, open: float | None = None, high: float | None = None,
            low: float | None = None, volume: float = 1.0) -> None:  # fmt: skip
        opening = close if open is None else open
        top = max(opening, close) if high is None else high
        bottom = min(opening, close) if low is None else low
        self.module["on_bar"](self.s, self.p, minutes, opening, top, bottom, close, volume)

    def fill(self, transition: int, exposure: float, price: float) -> None:
        self.module["on_fill"](self.s, self.p, float(transition), exposure, price)

    def order(self, place: int = 0) -> tuple[float, float]:
        first = slots.ORDERS + place * slots.ORDER_WIDTH
        return self.s[first + slots.KIND], self.s[first + slots.LEVEL]

    @property
    def pending(self) -> float:
        return self.s[slots.PENDING]


def values(expression: str, closes: list[float], **changes: Any) -> list[float]:
    """Values of an expression, read off a sizing that is the expression."""
    strategy = Strategy(sizing={"type": "quote", "amount": expression}, **changes)
    result = []
    for index, close in enumerate(closes):
        strategy.s[slots.SIZE] = -1.0  # stays while the strategy warms up
        strategy.bar(close, minutes=5.0 * index)
        result.append(strategy.s[slots.SIZE])
    return result


def holds(condition: str, closes: list[float], **changes: Any) -> list[float]:
    return values(f"1 if {condition} else 0", closes, **changes)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("not close > 2", [1, 0, nan]),
        ("not (close > 2 or close < 0)", [1, 0, nan]),
        ("close != 2", [1, 1, nan]),
        ("not close == 1", [0, 1, nan]),
        ("close > 2 or open == open", [1, 1, nan]),
        ("close > 2 or volume == 1", [1, 1, 1]),
        ("close > 2 and volume == 0", [0, 0, 0]),
        ("0 < close < 2", [1, 0, nan]),
        ("not 0 < close < 2", [0, 1, nan]),
        ("(close if close > 0 else open) > 2", [0, 1, nan]),
    ],
)
def test_unknown_is_neither_true_nor_false(condition: str, expected: list[float]) -> None:
    assert holds(condition, [1.0, 3.0, nan]) == pytest.approx(expected, nan_ok=True)


def test_a_named_condition_means_the_same_as_written_out() -> None:
    series = {"up": "close > 2"}
    for condition in ("up", "not up", "up or volume == 1", "not (up and volume == 1)"):
        written = condition.replace("up", "(close > 2)")
        assert holds(condition, [1.0, 3.0, nan], series=series) == pytest.approx(
            holds(written, [1.0, 3.0, nan]), nan_ok=True
        )


def test_unknown_input_leaves_memory_untouched() -> None:
    assert values("sma(close, 2)", [1.0, 3.0, nan, 5.0])[1:] == pytest.approx([2.0, nan, 4.0], nan_ok=True)


def test_division_by_zero_is_unknown() -> None:
    assert all(isnan(v) for v in values("close / (close - close)", [1.0, 2.0]))
    assert all(isnan(v) for v in values("close % (close - close)", [1.0, 2.0]))


def test_events() -> None:
    closes = [1.0, 5.0, 2.0, 6.0, 3.0, 1.0]
    assert values("bars_since(close > 4)", closes) == [inf, 0, 1, 0, 1, 2]
    assert values("bars_since(close > 4, 1)", closes) == [inf, inf, inf, 2, 3, 4]
    assert values("value_when(close > 4, close)", closes)[1:] == [5, 5, 6, 6, 6]
    assert values("value_when(close > 4, close, 1)", closes)[3:] == [5, 5, 5]
    assert holds("all_true(close > 1, 2)", closes)[1:] == [0, 1, 1, 1, 0]
    assert holds("any_true(close > 4, 2)", closes)[1:] == [1, 1, 1, 1, 0]
    assert values("count(close > 4, 3)", closes)[2:] == [1, 2, 1, 1]
    assert values("count_true(close > 1, close > 4, close > 5)", closes) == [0, 2, 1, 3, 1, 0]
    assert values("streak(close > 1)", closes) == [0, 1, 2, 3, 4, 0]
    assert holds("crosses_above(close, 4)", closes)[1:] == [1, 0, 1, 0, 0]


def test_lag_by_literal_and_parameter() -> None:
    parameters = {"k": {"type": "int", "default": 2, "low": 0, "high": 5}}
    assert values("close[k]", [1.0, 2.0, 3.0, 4.0], parameters=parameters) == [-1.0, -1.0, 1.0, 2.0]
    assert values("close[0] + close[1]", [1.0, 2.0, 3.0]) == [-1.0, 3.0, 5.0]


def test_longer_bars_are_closed_ones_only() -> None:
    # twelve bars of 5 minutes make an hour; the value changes at the close of the twelfth
    closes = [float(i) for i in range(30)]
    seen = values('nz(on("1h", close), -7)', closes)
    assert seen[:22] == [-1.0] * 22  # a whole hour, even if the first one were cut
    assert seen[22] == 11.0
    assert seen[23:] == [23.0] * 7
    highs = values('on("15m", highest(high, 2))', closes)
    assert highs[8] == 8.0
    assert highs[11] == 11.0
    assert highs[12] == 11.0


def test_first_longer_bar_that_is_cut_is_dropped_and_a_missing_last_bar_closes_late() -> None:
    strategy = Strategy(sizing={"type": "quote", "amount": 'nz(on("15m", close), -7)'})
    seen = []
    for minutes in (5.0, 10.0, 15.0, 20.0, 30.0, 35.0, 40.0):  # 25.0 is missing
        strategy.bar(minutes, minutes=minutes)
        seen.append(strategy.s[slots.SIZE])
    assert seen[-3:] == [20.0, 20.0, 40.0]
    assert -7.0 in seen or 0.0 in seen


def test_sampled_advances_only_when_its_condition_holds() -> None:
    closes = [1.0, 10.0, 2.0, 20.0, 3.0]
    assert values("sampled(close < 5, sma(close, 2))", closes)[2:] == [1.5, 1.5, 2.5]


def test_clock_is_of_the_bars_open_and_local() -> None:
    strategy = Strategy(sizing={"type": "quote", "amount": "((year * 100 + month) * 100 + day) * 100 + hour"})
    # 2024-02-29 23:55, and five minutes later
    start = 19_782 * DAY + 1435.0
    strategy.bar(1.0, minutes=start)
    assert strategy.s[slots.SIZE] == 2024022923
    strategy.bar(1.0, minutes=start + 5)
    assert strategy.s[slots.SIZE] == 2024030100


@pytest.mark.parametrize(("period", "minutes", "expected"), [
    ("day", DAY - 5, 1.0), ("day", DAY - 10, 0.0),
    ("week", 4 * DAY - 5, 1.0), ("week", 3 * DAY - 5, 0.0),  # Monday 1970-01-05
    ("month", 31 * DAY - 5, 1.0), ("month", 30 * DAY - 5, 0.0),
])  # fmt: skip
def test_is_new_says_what_the_next_bar_starts(period: str, minutes: float, expected: float) -> None:
    strategy = Strategy(sizing={"type": "quote", "amount": f'1 if is_new("{period}") else 0'})
    strategy.bar(1.0, minutes=minutes)
    assert strategy.s[slots.SIZE] == expected


def test_sessions_and_ranges() -> None:
    def at(expression: str) -> dict[tuple[int, int], float]:
        strategy = Strategy(timeframe="30m", sizing={"type": "quote", "amount": f"nz({expression}, -7)"})
        seen = {}
        for day in range(3):
            for index in range(48):
                strategy.bar(100.0 * day + index, minutes=day * DAY + 30.0 * index)
                seen[day, index * 30] = strategy.s[slots.SIZE]
        return seen

    opened = at('session_open("09:30", "16:00")')
    assert opened[0, 540] == -7.0
    assert opened[0, 570] == opened[0, 1380] == opened[1, 540] == 19.0
    assert opened[1, 570] == 119.0
    high = at('session_high("09:30", "16:00")')
    assert (high[1, 570], high[1, 600], high[1, 1380]) == (119.0, 120.0, 131.0)
    before = at('prev_session_close("09:30", "16:00")')
    assert before[0, 900] == -7.0
    assert before[1, 570] == before[2, 540] == 31.0
    orb = at('range_high("09:30", "10:30")')
    assert (orb[1, 570], orb[1, 600], orb[1, 1410], orb[2, 0]) == (-7.0, 120.0, 120.0, -7.0)
    night = at('range_high("22:00", "02:00")')
    assert night[1, 90] == night[1, 600] == 103.0
    assert night[1, 60] == night[1, 1320] == -7.0


ATR_STOP = {"from": "long", "to": "flat", "signal": "stop", "stop": "entry_price - at_entry(x)"}
MACHINE = {
    "initial": "flat",
    "states": {"flat": 0, "long": 1},
    "transitions": [{"from": "flat", "to": "long", "signal": "enter_long", "when": "close > 10"}, ATR_STOP],
}


def test_at_entry_holds_the_value_of_the_decision() -> None:
    strategy = Strategy(state_machine=MACHINE, series={"x": "close / 10"})
    strategy.bar(20.0)
    assert strategy.pending == 0.0
    assert strategy.s[slots.PENDING_STOP] == 18.0
    strategy.fill(0, 1.0, 21.0)
    assert strategy.order() == (slots.SELL_STOP, 19.0)
    strategy.bar(50.0)
    assert strategy.order() == (slots.SELL_STOP, 19.0)
    strategy.fill(1, 0.0, 19.0)
    assert strategy.order()[0] == slots.NO_ORDER
    strategy.bar(30.0)
    strategy.fill(0, 1.0, 30.0)
    assert strategy.order() == (slots.SELL_STOP, 27.0)


def test_unknown_initial_stop_is_handed_on_as_unknown() -> None:
    strategy = Strategy(state_machine=MACHINE, series={"x": "value_when(close > 1000, close)"})
    strategy.bar(20.0)
    assert strategy.pending == 0.0
    assert isnan(strategy.s[slots.PENDING_STOP])


def test_resting_entry_carries_the_stop_at_its_level_and_a_guard_takes_it_down() -> None:
    machine = {
        "initial": "flat",
        "states": {"flat": 0, "long": 1},
        "transitions": [
            {"from": "flat", "to": "long", "signal": "enter_long", "stop": "high + 1", "if": "volume > 5"},
            {"from": "long", "to": "flat", "signal": "stop", "stop": "entry_price * 0.9"},
        ],
    }
    strategy = Strategy(state_machine=machine)
    strategy.bar(20.0, volume=10.0)
    assert strategy.order() == (slots.BUY_STOP, 21.0)
    assert strategy.s[slots.ORDERS + slots.ORDER_EXPOSURE] == 1.0
    assert strategy.s[slots.ORDERS + slots.ORDER_STOP] == pytest.approx(18.9)
    strategy.bar(20.0, volume=1.0)
    assert strategy.order()[0] == slots.NO_ORDER


def test_unknown_resting_price_keeps_its_last_level_until_the_state_is_entered_anew() -> None:
    machine = {
        "initial": "flat",
        "states": {"flat": 0, "long": 1},
        "transitions": [
            {"from": "flat", "to": "long", "signal": "enter_long", "when": "close > 10"},
            {"from": "long", "to": "flat", "signal": "stop", "stop": "value_when(volume > 5, low)"},
            {"from": "long", "to": "flat", "signal": "target", "limit": "low * 2 if volume > 5 else volume / 0"},
        ],
    }
    strategy = Strategy(state_machine=machine)
    strategy.bar(20.0, volume=9.0)
    strategy.fill(0, 1.0, 20.0)
    assert strategy.order(1) == (slots.SELL_LIMIT, 40.0)
    strategy.bar(30.0, volume=1.0)
    assert strategy.order(1) == (slots.SELL_LIMIT, 40.0)
    strategy.fill(2, 0.0, 40.0)
    strategy.bar(30.0, volume=1.0)
    strategy.fill(0, 1.0, 30.0)
    assert strategy.order(1)[0] == slots.NO_ORDER


def test_ratchet_is_shared_by_the_states_of_one_transition() -> None:
    machine = {
        "initial": "flat",
        "states": {"flat": 0, "long": 1, "half": 0.5},
        "transitions": [
            {"from": "flat", "to": "long", "signal": "enter_long", "when": "close > 10"},
            {"from": "long", "to": "half", "signal": "target", "limit": "entry_price * 1.5"},
            {"from": ["long", "half"], "to": "flat", "signal": "stop", "stop": "close - 1", "ratchet": True},
        ],
    }
    strategy = Strategy(state_machine=machine)
    strategy.bar(20.0)
    strategy.fill(0, 1.0, 20.0)
    strategy.bar(25.0)
    strategy.bar(22.0)
    assert strategy.order(1) == (slots.SELL_STOP, 24.0)
    strategy.fill(1, 0.5, 30.0)
    assert strategy.order(0) == (slots.SELL_STOP, 24.0)
    strategy.fill(2, 0.0, 24.0)
    strategy.bar(12.0)
    strategy.fill(0, 1.0, 12.0)
    assert strategy.order(1) == (slots.SELL_STOP, 11.0)


def test_states_of_equal_exposure_change_at_once_and_counters_restart() -> None:
    machine = {
        "initial": "flat",
        "states": {"flat": 0, "long": 1, "late": 1},
        "transitions": [
            {"from": "flat", "to": "long", "signal": "enter_long", "when": "close > 10"},
            {"from": "long", "to": "late", "signal": "arm", "when": "bars_in_position >= 2"},
            {"from": "late", "to": "flat", "signal": "time_exit", "when": "bars_in_state >= 2"},
        ],
    }
    strategy = Strategy(state_machine=machine)
    strategy.bar(20.0)
    strategy.fill(0, 1.0, 20.0)
    strategy.bar(20.0)
    assert strategy.s[slots.STATE] == 1.0
    strategy.bar(20.0)
    assert (strategy.s[slots.STATE], strategy.pending) == (2.0, slots.NONE)
    strategy.bar(20.0)
    assert strategy.pending == slots.NONE
    strategy.bar(20.0)
    assert strategy.pending == 2.0
    assert strategy.s[slots.BARS_IN_POSITION] == 4.0


def test_self_transition_latches_anew_without_an_order_unless_it_rebalances() -> None:
    def machine(**extra: Any) -> dict[str, Any]:
        return {
            "initial": "flat",
            "states": {"flat": 0, "long": "close / 100"},
            "transitions": [
                {"from": "flat", "to": "long", "signal": "enter_long", "when": "close > 10"},
                {"from": "long", "to": "long", "signal": "scale_in", "when": "bars_in_state >= 2", **extra},
                {"from": "long", "to": "flat", "signal": "stop", "stop": "at_entry(close) - 1"},
            ],
        }

    strategy = Strategy(state_machine=machine())
    strategy.bar(20.0)
    assert strategy.s[slots.PENDING_EXPOSURE] == 0.2
    strategy.fill(0, 0.2, 20.0)
    assert strategy.order() == (slots.SELL_STOP, 19.0)
    strategy.bar(30.0)
    strategy.bar(40.0)
    assert (strategy.pending, strategy.s[slots.BARS_IN_STATE]) == (slots.NONE, 0.0)
    assert strategy.order() == (slots.SELL_STOP, 39.0)
    again = Strategy(state_machine=machine(rebalance=True))
    again.bar(20.0)
    again.fill(0, 0.2, 20.0)
    again.bar(30.0)
    again.bar(40.0)
    assert (again.pending, again.s[slots.PENDING_EXPOSURE]) == (1.0, 0.4)
    again.fill(1, 0.4, 40.0)
    assert again.s[slots.ENTRY_PRICE] == pytest.approx(30.0)
    assert again.order() == (slots.SELL_STOP, 39.0)


def test_nothing_fires_before_the_longest_window_is_full() -> None:
    strategy = Strategy(
        state_machine={
            **MACHINE,
            "transitions": [
                {"from": "flat", "to": "long", "signal": "enter_long", "when": "close > 0 or sma(close, 9) > 0"},
                {"from": "long", "to": "flat", "signal": "exit_long", "when": "close < 1"},
            ],
        }
    )
    pending = []
    for _ in range(10):
        strategy.bar(20.0)
        pending.append(strategy.pending)
    assert pending == [slots.NONE] * 8 + [0.0, 0.0]


def test_names_that_collide_get_an_underscore() -> None:
    strategy = Strategy(
        parameters={
            "p": {"type": "int", "default": 3, "low": 1, "high": 9},
            "sma_": {"type": "float", "default": 2, "low": 1, "high": 3},
        },
        series={"s": "sma(close, p)", "level": "s * sma_", "lambda_": "level + 1"},
        sizing={"type": "quote", "amount": "lambda_"},
    )
    for close in (1.0, 2.0, 3.0):
        strategy.bar(close)
    assert strategy.s[slots.SIZE] == 5.0


def test_position_return_is_on_average_cost_and_signed() -> None:
    machine = {
        "initial": "flat",
        "states": {"flat": 0, "short": -1},
        "transitions": [
            {"from": "flat", "to": "short", "signal": "enter_short", "when": "close > 10"},
            {"from": "short", "to": "flat", "signal": "target", "when": "position_return >= 0.1"},
        ],
    }
    strategy = Strategy(state_machine=machine)
    strategy.bar(20.0)
    strategy.fill(0, -1.0, 20.0)
    strategy.bar(19.0)
    assert strategy.pending == slots.NONE
    strategy.bar(17.0)
    assert strategy.pending == 1.0
    assert strategy.compiled.has_shorts
