"""What people write wrong, and the words that must be in the answer: the place, the cause, the nearest right thing."""

import copy
from typing import Any

import pytest

from botyard.errors import SpecError
from botyard.language import compile_spec
from botyard.records.schema import load_spec
from botyard.testing.specs import EMA_CROSS

EXPRESSIONS = [
    # what is missing
    ("rsi(close)", "`rsi(close)` needs a period: rsi(close, 14)"),
    ("rsi()", "`rsi()` needs x: rsi(close, 14)"),
    ("atr()", "`atr()` needs a period: atr(14)"),
    ("sum(close)", "needs a period: sum(volume, 20)"),
    ("crosses_above(ema_fast)", "needs b: crosses_above("),
    ("divergence(rsi(close, 14))", "needs left: divergence("),
    ("all_true(close > open)", "needs a period: all_true(close > open, 3)"),
    ("bars_since()", "needs a condition: bars_since("),
    ("inside()", "needs start: inside("),
    ("max(close)", "needs y: max(open, close)"),
    ("at_entry()", "takes 1 argument: at_entry(atr(14))"),
    ("count_true()", "needs conditions: count_true("),
    ("on('1h')", 'takes 2 arguments: on("1h", ema(close, 200))'),
    # what is too much
    ("atr(close, 14)", "takes 1 argument: atr(14)"),
    ("abs(close, open)", "takes 1 argument"),
    ("hour(close)", "write hour without ( )"),
    ("ema_fast(close)", "write ema_fast without ( )"),
    ("close(1)", "write close without ( )"),
    # order and kind
    ("rsi(14)", "the order is rsi(x: number, n: window): rsi(close, 14)"),
    ("rsi(14, close)", "the order is rsi(x: number, n: window): rsi(close, 14)"),
    ("highest(20, high)", "the order is highest("),
    ("macd(12, 26)", "macd looks at values that change, 12 never does"),
    ("stoch_k(close, 14)", "close is not a number of bars"),
    ("kc_upper(close, 20)", "close is not a number of bars; the order is kc_upper(n"),
    ("sma(close, ema_fast)", "ema_fast is not a number of bars"),
    ("sma(close, trail)", "trail is of type float; a number of bars needs an int parameter"),
    ("sma(close, fats)", "fats is not an int parameter; did you mean fast?"),
    ("sma(close, 0)", "at least 1 here, not 0"),
    ("sma(close, 2.5)", "whole number"),
    ("quantile(close, 0.9, 20)", "a number of bars is a whole number"),
    ("sma(close > open, 5)", "a number is wanted here, this is a condition"),
    ("min(close, open > 1)", "a number is wanted here, this is a condition"),
    ("close + (close > open)", "write `1 if ... else 0` to count it"),
    ("not close", "a condition is wanted here, this is a number; compare it, such as x > 0"),
    ("close and open > 1", "a condition is wanted here, this is a number"),
    ("bars_since(close)", "a condition is wanted here"),
    ("sampled(close, 5)", "a condition is wanted here"),
    ("inside(9, 16)", 'a time of day, such as "09:30" is wanted here, in quotes'),
    ('inside("25:00", "26:00")', 'write "09:30"'),
    ('vwap("9am")', 'write "09:30"'),
    ("bars(3)", 'a duration, such as "3h" is wanted here, in quotes'),
    ('bars("3x")', '"30m", "3h", "2d", "1w"'),
    ('bars("7m")', "whole number of bars"),
    ('on("1x", close)', "timeframe '1x' is not known"),
    ('on("5m", close)', "longer than the spec's own bars"),
    ('on(close, "1h")', "takes a timeframe in quotes"),
    ('is_new("hour")', "is_new knows day, week, month"),
    ('is_first("hour")', "is_first knows day, week, month"),
    ('weekday == "monday"', "write monday"),
    ('"close" > open', "write names without quotes"),
    # names
    ("crosses_abov(close, open)", "did you mean crosses_above?"),
    ("crossover(ema_fast, ema_slow)", "write crosses_above(a, b)"),
    ("crosses_under(ema_fast, ema_slow)", "write crosses_below(a, b)"),
    ("bollinger(close, 20, 2)", "write bb_upper, bb_mid, bb_lower"),
    ("smma(close, 20)", "write rma(x, n)"),
    ("mean(close, 20)", "write sma(x, n)"),
    ("stddev(close, 20)", "write stdev(x, n)"),
    ("shift(close, 1)", "write x[1]"),
    ("barssince(close > open)", "did you mean bars_since?"),
    ("RSI(close, 14)", "did you mean rsi?"),
    ("ta.rsi(close, 14)", "by their plain name; write rsi(close, 14)"),
    ("talib.STDDEV(close, 5)", "write stdev(x, n)"),
    ("emaa(close, 12)", "did you mean ema?"),
    ("CLOSE > open", "did you mean close?"),
    ("price > open", "write close"),
    ("ema_fst > ema_slow", "did you mean ema_fast?"),
    ("close > trial", "did you mean trail?"),
    ("rsi > 30", "rsi is a function; write rsi(close, 14)"),
    ("pnl > 0.05", "write position_return"),
    ("entry > close", "write entry_price"),
    ("position > 0", "write bars_in_position, or a state of the state machine"),
    ("long", "write a state of the state machine"),
    ("nan", "write nz(x, instead)"),
    ("bars_since_entry > 5", "write bars_in_position"),
    ("avg_price > close", "write entry_price, the average of all fills"),
    ("max_since_entry > close", "write highest_since_entry"),
    ("prev_close < open", "write close[1], or prev_day_close()"),
    ("consecutive_losses >= 3", "write losses_in_row()"),
    ("fib(0.618)", "write fibonacci(left, right, share)"),
    ("adr(14)", 'write on("1d", sma(high - low, n))'),
    ("mcginley(close, 14)", "can be written as a series, from others or from itself: nz(name[1], start)"),
    ('on("D", close)', "did you mean 1d?"),
    ('on("240", close)', "did you mean 4h?"),
    ('minute_of_day == "09:30"', "or minute_of_day and 570"),
    ("minute_of_day >= 0930", "minute_of_day >= 570"),
    ("sma(close, fast * 2)", "give fast * 2 an int parameter of its own"),
    ("2 of (close > open, high > low)", "count_true(a, b, c) >= 2"),
    # what may not feed what
    ("sma(entry_price, 5)", "may not feed it"),
    ("highest_since_entry[1]", "may not feed it"),
    ("at_entry(entry_price)", "no position yet"),
    ("highest_since_entry(high)", "there is no other"),
    ('on("1h", on("1d", close))', "on() inside on()"),
    # look-ahead
    ("close[-1]", "bars ahead cannot be seen"),
    ("sma(close, -5)", "bars ahead cannot be seen"),
    # habits of Python and of others
    ("close[1:3]", "not a slice"),
    ("close[close]", "whole number"),
    ("close ** 2", "write x * x"),
    ("close ^ 2", "write x * x"),
    ("pow(close, 2)", "write x * x"),
    ("close // 2", "write floor(x / y)"),
    ("close > 1 & open > 1", "write `and`"),
    ("close > 1 | open > 1", "write `or`"),
    ("close > 1 && open > 1", "write `and`"),
    ("close > 1 || open > 1", "write `or`"),
    ("close > 1 AND open > 1", "write `and` in small letters"),
    ("!(close > open)", "write `not`"),
    ("~(close > open)", "write `not`"),
    ("close = open", "write `==`"),
    ("x := close", "name it in `series`"),
    ("close <> open", "write `!=`"),
    ("close => open", "write `>=`"),
    ("close is open", "write =="),
    ("hour in (9, 10)", "a chain of comparisons"),
    ("close > open ? 1 : 0", "write a if condition else b"),
    ("if close > open: 1", "write the condition alone"),
    ("close if open > 1", "expected 'else'"),
    ("close.shift", "every input is a plain name"),
    ("f'{close}'", "plain text in quotes"),
    ("lambda x: x", "only called"),
    ("[x for x in close]", "loops are not in the language"),
    ("(close, open)", "take out the comma"),
    ("{'a': 1}", "without braces"),
    ("ema(close, n=12)", "arguments go by place"),
    ("round(close)", "write floor(x + 0.5)"),
    ("int(close)", "write floor(x)"),
    ("True", "write a comparison"),
    ("close > None", "nz(x, instead)"),
    ("close > 5%", "write 5 percent as 0.05"),
    ("inside(9:30, 16:00)", 'inside("09:30", "16:00")'),
    ("on(1h, close)", 'on("1h", x)'),
    ("close crosses above ema_fast", "crosses_above(a, b)"),
    ("close is below ema_fast", "write `<`"),
    ("$close", "a name stands as it is"),
    ("close @ open", "write `*`"),
    ("close >", "something is missing after `>`"),
    ("close > open and", "something is missing after `and`"),
    ("and close > open", "something is missing before `and`"),
    ("(close > open", "never closed"),
    ("close; open", "a field of its own"),
    ("1e400", "surely a mistake"),
    ("close\nopen", "one line"),
    ("   ", "an expression is missing"),
]


def message(spec: dict[str, Any]) -> SpecError:
    with pytest.raises(SpecError) as caught:
        compile_spec(load_spec(spec))
    return caught.value


@pytest.mark.parametrize(("text", "words"), EXPRESSIONS, ids=[text for text, _ in EXPRESSIONS])
def test_expression(text: str, words: str) -> None:
    spec = copy.deepcopy(EMA_CROSS)
    spec["series"]["extra"] = text
    error = message(spec)
    assert words in error.message
    assert error.place == "series.extra"
    assert error.column is None or 0 <= error.column <= len(text)


TRANSITION = "state_machine.transitions.0"
FIELDS = [
    ("timeframe", "7m", "timeframe", "write '1m', '3m', '5m'"),
    ("timeframe", 5, "timeframe", "did you mean 5m?"),
    ("timeframe", ..., "timeframe", "missing"),
    ("name", "EMA Cross", "name", "small letters"),
    ("parametres", {}, "parametres", "did you mean parameters?"),
    ("parameters.fast.type", "integer", "parameters.fast.type", "did you mean int?"),
    ("parameters.fast.defualt", 3, "parameters.fast.defualt", "did you mean default?"),
    ("parameters.fast", 12, "parameters.fast", "12 is not an object"),
    ("parameters.fast.default", "12x", "parameters.fast.default", '"12x" is not true or false'),
    ("parameters.slow.high", ..., "parameters.slow", "low and high come together"),
    ("parameters.slow.low", 500, "parameters.slow", "low <= default <= high does not hold"),
    ("parameters.open", {"type": "bool", "default": True}, "parameters.open", "choose another name"),
    ("series.fast", "open", "series.fast", "is a parameter already"),
    ("series.ema_fast", 5, "series.ema_fast", "5 is not text"),
    ("series.ema_fast", "", "series.ema_fast", "an expression is missing"),
    ("series.ema fast", "close", "series.ema fast.[key]", "a letter, then letters"),
    ("constraints", "fast < slow", "constraints", "is not a list"),
    ("constraints", ["fast < slwo"], "constraints[0]", "did you mean slow?"),
    ("constraints", ["fast"], "constraints[0]", "a condition is wanted"),
    ("constraints", ["fast < close"], "constraints[0]", "parameters and numbers only"),
    ("state_machine.initial", "flatt", "state_machine.initial", "did you mean flat?"),
    ("state_machine.states", {}, "state_machine.states", "nothing is in it"),
    ("state_machine.states.long", None, "state_machine.states.long", "null is not a number or text"),
    ("state_machine.states.long", "big", "state_machine.states.long", "big is not a series"),
    (f"{TRANSITION}.from", [], "state_machine.transitions[0].from", "nothing is in it"),
    (f"{TRANSITION}.from", "flt", "transitions[0].from", "did you mean flat?"),
    (f"{TRANSITION}.to", "lnog", "transitions[0].to", "did you mean long?"),
    (f"{TRANSITION}.to", ..., "state_machine.transitions[0].to", "missing"),
    (f"{TRANSITION}.signal", "enter_lnog", "transitions[0].signal", "did you mean enter_long?"),
    (f"{TRANSITION}.signal", "exit_short", "transitions[0].signal", "enter_long does"),
    (f"{TRANSITION}.condition", "close > open", "state_machine.transitions[0].condition", "from, to, signal, when, stop, limit"),
    (f"{TRANSITION}.when", ..., "state_machine.transitions[0]", "exactly one of when, stop and limit"),
    (f"{TRANSITION}.when", True, "state_machine.transitions[0].when", "true is not text"),
    (f"{TRANSITION}.when", "close", "transitions[0].when", "a condition is wanted here"),
    (f"{TRANSITION}.ratchet", True, "state_machine.transitions[0]", "only a stop has a ratchet"),
    ("state_machine.transitions.2.stop", "close > open", "transitions[2].stop", "a number is wanted here"),
    ("state_machine.transitions.2.stop", "entry_price * 1.1", "transitions[2].stop", "a stop of a long position lies below"),
    ("sizing.type", "percent", "sizing.type", "'fraction', 'quote', 'units' or 'risk'"),
    ("sizing.of_equity", 0, "sizing", "of_equity is above 0"),
    ("sizing.leverage", 2, "sizing.leverage", "did you mean max_leverage?"),
    ("sizing.max_leverage", 1000, "sizing.max_leverage", "is not at most 125"),
    ("limits", {"max_loss": 1}, "limits.max_loss", "did you mean max_daily_loss?"),
    ("limits", {"max_trades_per_day": 0}, "limits.max_trades_per_day", "0 is not at least 1"),
    ("timezone", "Berlin", "timezone", "America/New_York"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "place", "words"), FIELDS, ids=[f"{f[0]}={f[1]}" for f in FIELDS])
def test_field(path: str, value: Any, place: str, words: str) -> None:
    spec: Any = copy.deepcopy(EMA_CROSS)
    part = spec
    *way, last = path.split(".")
    for key in way:
        part = part[int(key)] if isinstance(part, list) else part[key]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    error = message(spec)
    assert (error.place, words in error.message) == (place, True), error
