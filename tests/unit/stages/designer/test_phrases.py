"""What people say, phrase by phrase, with the expressions that it must come to, written by hand."""

import pytest

from botyard.records.design import Clarification
from botyard.stages import designer
from botyard.stages.designer.design import Draft, draft
from botyard.stages.designer.facts import found_facts, wrong_facts
from botyard.stages.designer.reading.tokens import mended

RSI_IN, RSI_UP = "rsi(close, 14) < 30", "rsi(close, 14) > 60"
BUY = "buy when rsi(14) < 30, "
SELL = ", sell when rsi(14) > 60"
CROSS = {"enter_long": "crosses_above(ema(close, 10), ema(close, 30))"}
HAMMER = "hammer()"


@pytest.mark.parametrize(
    ("idea", "facts"),
    [
        # stops, targets, sizes
        (
            "short when rsi(14) > 70, cover at 30, stop loss 2%",
            {
                "enter_short": "rsi(close, 14) > 70",
                "exit_short": "rsi(close, 14) <= 30",
                "stop": "entry_price * (1 + 2 / 100)",
            },
        ),
        (
            BUY + "sell at 70, 1.5 atr stop",
            {
                "enter_long": RSI_IN,
                "exit_long": "rsi(close, 14) >= 70",
                "stop": "entry_price - 1.5 * at_entry(atr(_))",
            },
        ),
        ("zscore(20) below -2: buy, exit at 0", {"enter_long": "zscore(close, 20) < -2", "exit_long": "zscore(close, 20) >= 0"}),
        (BUY + "exit at rsi 50", {"enter_long": RSI_IN, "exit_long": "rsi(close, 14) >= 50"}),
        (BUY + "sell when rsi hits 65", {"enter_long": RSI_IN, "exit_long": "rsi(close, 14) >= 65"}),
        (BUY + "exit at the 20 bar low", {"enter_long": RSI_IN, "exit_long": "close < lowest(low, 20)[1]"}),
        (
            "ema 10/30 cross, 2% risk per trade, stop 2 atr",
            {**CROSS, "stop": "entry_price - 2 * at_entry(atr(_))", "sizing": {"type": "risk", "per_trade": 0.02}},
        ),
        (
            BUY + "sell after 5% gain or 2% loss",
            {"enter_long": RSI_IN, "target": "entry_price * (1 + 5 / 100)", "stop": "entry_price * (1 - 2 / 100)"},
        ),
        (
            BUY + "exit at 2% loss or 6% profit",
            {"enter_long": RSI_IN, "target": "entry_price * (1 + 6 / 100)", "stop": "entry_price * (1 - 2 / 100)"},
        ),
        # channels, moves, gaps, candles
        ("donchian 20 breakout", {"enter_long": "close > highest(high, 20)[1]"}),
        ("donchian(55) breakout, exit on the 20 bar low", {"enter_long": "close > highest(high, 55)[1]", "exit_long": "close < lowest(low, 20)[1]"}),
        ("buy a 20 day breakout, sell on a 10 day low", {"timeframe": "1d", "enter_long": "close > highest(high, 20)[1]", "exit_long": "close < lowest(low, 10)[1]"}),
        ("buy a new 20 day high, sell a new 10 day low", {"timeframe": "1d", "enter_long": "close > highest(high, 20)[1]", "exit_long": "close < lowest(low, 10)[1]"}),
        ("buy when price drops 3% in 12 bars, exit after 6 bars", {"enter_long": "roc(close, 12) <= -3", "time_exit": "bars_in_position >= 6"}),
        ("buy when price is up more than 5% over the last 20 bars, exit after 6 bars", {"enter_long": "roc(close, 20) > 5", "time_exit": "bars_in_position >= 6"}),
        ("short when price rises by 4% within 10 bars, cover after 6 bars", {"enter_short": "roc(close, 10) >= 4", "time_exit": "bars_in_position >= 6"}),
        ("buy when price gaps down more than 1%, exit after 6 bars", {"enter_long": "open < close[1] * (1 - 1 / 100)", "time_exit": "bars_in_position >= 6", "assumes": ["gap"]}),
        ("buy on a gap up, exit after 6 bars", {"enter_long": "open > close[1]", "time_exit": "bars_in_position >= 6"}),
        ("buy on a hammer, exit after 6 bars", {"enter_long": HAMMER, "time_exit": "bars_in_position >= 6", "assumes": ["hammer"]}),
        ("buy on 3 consecutive green candles, sell on 2 consecutive red candles", {"enter_long": "close > open and close[1] > open[1] and close[2] > open[2]", "exit_long": "close < open and close[1] < open[1]"}),
        ("buy on a bullish engulfing candle, sell on a bearish engulfing candle", {"enter_long": "bull_engulfing()", "exit_long": "bear_engulfing()"}),
        ("buy when rsi(14) is below 30 for 3 bars" + SELL, {"enter_long": "all_true(rsi(close, 14) < 30, 3)", "exit_long": RSI_UP}),
        ("buy when the 20 ema is rising for 4 bars, exit after 6 bars", {"enter_long": "all_true(ema(close, 20) > ema(close, 20)[1], 4)", "time_exit": "bars_in_position >= 6"}),
        ("buy when stoch k crosses above stoch d below 20, exit after 6 bars", {"enter_long": "crosses_above(stoch_k(14, 3), stoch_d(14, 3, 3)) and stoch_k(14, 3) < 20", "time_exit": "bars_in_position >= 6"}),
        ("buy on 2 consecutive closes above the 20 ema, sell on 2 consecutive closes below the 20 ema", {"enter_long": "all_true(close > ema(close, 20), 2)", "exit_long": "all_true(close < ema(close, 20), 2)"}),
        ("buy if the last 4 candles were red, sell after 3 bars", {"enter_long": "close < open and close[1] < open[1] and close[2] < open[2] and close[3] < open[3]", "time_exit": "bars_in_position >= 3"}),
        ("scalp: ema 10/30 cross on 1m, 0.5% target, 0.3% stop", {**CROSS, "timeframe": "1m", "target": "entry_price * (1 + 0.5 / 100)", "stop": "entry_price * (1 - 0.3 / 100)"}),
        ("buy on three white soldiers, exit on three black crows", {"enter_long": "three_white_soldiers()", "exit_long": "three_black_crows()"}),
        ("buy on a morning star, sell on an evening star", {"enter_long": "morning_star()", "exit_long": "evening_star()"}),
        ("long when aroon up crosses above aroon down, exit when it crosses below", {"enter_long": "crosses_above(aroon_up(14), aroon_down(14))", "exit_long": "crosses_below(aroon_up(14), aroon_down(14))"}),
        ("buy when stochastic rsi crosses above 20, sell when it is above 80", {"enter_long": "crosses_above(stoch_rsi(close, 14, 14), 20)", "exit_long": "stoch_rsi(close, 14, 14) > 80"}),
        ("buy when mfi(10) < 20, sell at 80", {"enter_long": "mfi(10) < 20", "exit_long": "mfi(10) >= 80"}),
        ("buy when cmf is above 0, sell when it is below 0", {"enter_long": "cmf(20) > 0", "exit_long": "cmf(20) < 0"}),
        ("buy when price crosses above the 20 hma, sell when it crosses below", {"enter_long": "crosses_above(close, hma(close, 20))", "exit_long": "crosses_below(close, hma(close, 20))"}),
        ("kama 10 crosses above kama 30, sell when it crosses below", {"enter_long": "crosses_above(kama(close, 10), kama(close, 30))", "exit_long": "crosses_below(kama(close, 10), kama(close, 30))"}),
        ("buy when price crosses above the parabolic sar, sell when it crosses below", {"enter_long": "crosses_above(close, psar(0.02, 0.2))", "exit_long": "crosses_below(close, psar(0.02, 0.2))"}),
        ("buy when cci(20) crosses above -100, sell at 100", {"enter_long": "crosses_above(cci(20), -100)", "exit_long": "cci(20) >= 100"}),
        ("buy when choppiness is below 38 and close is above the 50 ema, sell when close is below the 50 ema", {"enter_long": "choppiness(14) < 38 and close > ema(close, 50)", "exit_long": "close < ema(close, 50)"}),
        # both sides
        (
            "long when ema 10 crosses above ema 30, short when it crosses below, reverse each time",
            {**CROSS, "exit_long": "crosses_below(ema(close, 10), ema(close, 30))", "enter_short": "crosses_below(ema(close, 10), ema(close, 30))", "exit_short": "crosses_above(ema(close, 10), ema(close, 30))"},
        ),
        ("supertrend 10 3 strategy", {"enter_long": "crosses_above(close, supertrend(10, 3))", "exit_long": "crosses_below(close, supertrend(10, 3))"}),
        # exits that lean on the entry
        ("long when rsi(14) > 50 and macd > 0, exit when either is below", {"enter_long": "rsi(close, 14) > 50 and macd(close, 12, 26) > 0", "exit_long": "rsi(close, 14) < 50 or macd(close, 12, 26) < 0"}),
        ("long when close > 50 sma, exit when the condition no longer holds", {"enter_long": "close > sma(close, 50)", "exit_long": "close <= sma(close, 50)"}),
        ("price above vwap and ema 9 above ema 21: long. exit below vwap", {"enter_long": "close > vwap() and ema(close, 9) > ema(close, 21)", "exit_long": "close < vwap()"}),
        # parts, break even, cooldown
        (
            "ema 10/30 cross, stop 2 atr, take half off at 1r, the rest trails with a 3 atr stop",
            {**CROSS, "scale_out": "entry_price + 1 * 2 * at_entry(atr(14))", "stop": "(entry_price - 2 * at_entry(atr(14))) or (highest_since_entry - 3 * atr(14))", "ratchet": True, "exit_long": None},
        ),
        ("ema 10/30 cross, sell 25% at 3% profit, exit after 50 bars", {**CROSS, "scale_out": "entry_price * (1 + 3 / 100)", "time_exit": "bars_in_position >= 50"}),
        (
            "ema 10/30 cross, take half off at 2%, the rest at 5%, stop 1%",
            {**CROSS, "scale_out": "entry_price * (1 + 2 / 100)", "target": "entry_price * (1 + 5 / 100)", "stop": "entry_price * (1 - 1 / 100)"},
        ),
        (
            BUY + "stop 2 atr, move stop to breakeven after 1 atr" + SELL,
            {"enter_long": RSI_IN, "exit_long": RSI_UP, "stop": "(entry_price - 2 * at_entry(atr(14))) or entry_price", "guards": {"stop": "highest_since_entry >= entry_price + 1 * at_entry(atr(14))"}},
        ),
        (
            "short when rsi(14) > 70, stop 2%, stop to breakeven once price gains 1%, cover at 50",
            {"enter_short": "rsi(close, 14) > 70", "exit_short": "rsi(close, 14) <= 50", "stop": "(entry_price * (1 + 2 / 100)) or entry_price", "guards": {"stop": "lowest_since_entry <= entry_price * (1 - 1 / 100)"}},
        ),
        (BUY + "wait 10 bars after a loss" + SELL, {"enter_long": "rsi(close, 14) < 30 and (bars_since_exit >= 10 or last_trade_return >= 0)", "exit_long": RSI_UP}),
        (BUY + "wait 10 bars after each exit" + SELL, {"enter_long": "rsi(close, 14) < 30 and bars_since_exit >= 10", "exit_long": RSI_UP}),
        # resting entries
        ("buy 1% below the 20 ema, sell when price closes above the 20 ema", {"enter_long": "ema(close, 20) * (1 - 1 / 100)", "kinds": {"enter_long": "limit"}, "exit_long": "close > ema(close, 20)"}),
        ("short 2 atr above the 50 sma, exit after 6 bars", {"enter_short": "sma(close, 50) + 2 * atr(_)", "kinds": {"enter_short": "limit"}, "time_exit": "bars_in_position >= 6"}),
        ("limit buy at the lower bollinger band, exit after 6 bars", {"enter_long": "bb_lower(close, 20, 2)", "kinds": {"enter_long": "limit"}, "time_exit": "bars_in_position >= 6"}),
        ("buy stop at the 20 bar high, exit after 6 bars", {"enter_long": "highest(high, 20)", "kinds": {"enter_long": "stop"}, "time_exit": "bars_in_position >= 6"}),
        (
            "buy 1% below the 20 ema only when adx(14) is above 25, exit after 6 bars",
            {"enter_long": "ema(close, 20) * (1 - 1 / 100)", "kinds": {"enter_long": "limit"}, "guards": {"enter_long": "adx(14) > 25"}, "time_exit": "bars_in_position >= 6"},
        ),
        ("when rsi(14) < 30 buy 1% below the close, exit after 6 bars", {"enter_long": "close * (1 - 1 / 100)", "kinds": {"enter_long": "limit"}, "guards": {"enter_long": "rsi(close, 14) < 30"}, "time_exit": "bars_in_position >= 6"}),
        # sessions and ranges
        ("london session only: ema 10/30 cross", {**CROSS, "enter_long": "crosses_above(ema(close, 10), ema(close, 30)) and inside('08:00', '16:30')", "timezone": "Europe/London", "assumes": ["08:00 to 16:30"]}),
        ("ema 10/30 cross, trade only during the new york session", {"enter_long": "crosses_above(ema(close, 10), ema(close, 30)) and inside('09:30', '16:00')", "timezone": "America/New_York", "assumes": ["09:30 to 16:00"]}),
        ("opening range 09:30 to 10:00 new york time, buy the break of the range high, exit at 15:55", {"enter_long": "close > range_high('09:30', '10:00')", "exit_long": "minute_of_day == 955", "timezone": "America/New_York"}),
        ("first 30 minutes from 09:30: buy when price closes above the range high, stop at the range low, exit at 15:55", {"enter_long": "close > range_high('09:30', '10:00')", "stop": "at_entry(range_low('09:30', '10:00'))", "exit_long": "minute_of_day == 955"}),
        # words that have two meanings
        ("4h: close crosses above the 50 ema, exit on a cross back below", {"timeframe": "4h", "enter_long": "crosses_above(close, ema(close, 50))", "exit_long": "crosses_below(close, ema(close, 50))"}),
        ("williams %r(14) crosses above -80 = buy, exit at williams %r -20", {"enter_long": "crosses_above(williams_r(14), -80)", "exit_long": "williams_r(14) >= -20"}),
        ("if price is above the 200 sma buy rsi(2) < 10 and sell rsi(2) > 70, if price is below the 200 sma do nothing", {"enter_long": "rsi(close, 2) < 10 and close > sma(close, 200)", "exit_long": "rsi(close, 2) > 70"}),
    ],
)  # fmt: skip
def test_a_phrase_comes_to_its_expressions(idea, facts):
    answer = draft(idea, "5m")
    assert isinstance(answer, Draft), answer
    assert wrong_facts({"timeframe": "5m", **facts}, answer.spec) == ()


@pytest.mark.parametrize(
    "idea",
    [
        "buy when rsi(14) < 30, sell at 20",
        "buy at 10, sell at 14",
        "buy at rsi 50, exit after 5 bars",
        "price above the 200 ema and the 9 ema crosses above the 21 ema: buy. exit below the 50 ema",
        "long when rsi(14) > 50 and macd > 0, exit when either is above",
        "ema 10/30 cross, the rest trails with a 3 atr stop",
        "ema 10/30 cross, move the stop to breakeven after 1 atr",
        "buy 1% above the 20 ema, exit after 6 bars",
        "short 1% below the 20 ema, exit after 6 bars",
        "buy when ema 10 crosses above ema 30 for 3 bars, exit after 6 bars",
        "ema 10/30 cross, take half off at 2%, take half off at 4%, exit after 9 bars",
        "ema 10/30 cross, take half off at 1r, exit after 9 bars",
        "opening range breakout: buy the break of the range high, exit at 15:55",
        "london session only: ema 10/30 cross, new york time",
        "buy 1% below the 20 ema",
        "buy on a hammer",
        "macd momentum: buy when rsi(14) < 30, exit after 6 bars",
        "when rsi(14) > 70 sell half, buy when rsi(14) < 30",
    ],
)
def test_what_stays_open_is_asked(idea):
    assert isinstance(draft(idea, "5m"), Clarification)


@pytest.mark.parametrize(
    "idea",
    [
        "ema 10/30 cross, stop 2 atr, take half off at 1r, the rest trails with a 3 atr stop",
        "buy when rsi(14) < 30, stop 2%, move stop to breakeven after 1%, exit after 40 bars",
        "buy 1% below the 20 ema, sell when price closes above the 20 ema",
        "buy stop at the 20 bar high, exit after 6 bars",
        "ema 10/30 cross, wait 10 bars after a loss",
        "buy when rsi(14) is below 40 for 3 bars, sell when rsi(14) > 60",
    ],
)
def test_new_kinds_of_orders_pass_their_smoke_tests(idea):
    design = designer.run(idea, "5m")
    assert [t.name for t in design.tests if not t.passed] == []


def test_a_part_leaves_the_rest_at_work():
    spec = draft("ema 10/30 cross, sell 25% at 3% profit, stop 2%, exit after 50 bars", "5m").spec
    assert spec.state_machine.states == {"flat": 0, "long": 1, "long_rest": 0.75}
    sources = {t.signal: t.source for t in spec.state_machine.transitions}
    assert sources["stop"] == sources["time_exit"] == ("long", "long_rest")
    assert sources["scale_out"] == ("long",)
    assert found_facts(spec)["kinds"]["scale_out"] == "limit"


UP_TURN = "ema(close, 12) > ema(close, 12)[1] and ema(close, 12)[1] <= ema(close, 12)[2]"
DOWN_TURN = "ema(close, 12) < ema(close, 12)[1] and ema(close, 12)[1] >= ema(close, 12)[2]"


@pytest.mark.parametrize(
    ("idea", "facts"),
    [
        ("fast ema crosses slow ema, 3 atr trailing stop", {"exit_long": "crosses_below(ema(close, _), ema(close, _))", "stop": "highest_since_entry - 3 * atr(_)"}),
        ("ema 10/30 cross, exit with a 3 atr trailing stop", {"exit_long": None, "stop": "highest_since_entry - 3 * atr(_)"}),
        ("ema 10/30 cross, 2% stop, 4% target", {"exit_long": None}),
        ("enter on macd cross, exit on macd cross back", {"enter_long": "crosses_above(macd(close, 12, 26), macd_signal(close, 12, 26, 9))", "exit_long": "crosses_below(macd(close, 12, 26), macd_signal(close, 12, 26, 9))"}),
        ("ema 9 x ema 21", {"enter_long": "crosses_above(ema(close, 9), ema(close, 21))"}),
        ("when the ema 12 turns up buy, sell when it turns down", {"enter_long": UP_TURN, "exit_long": DOWN_TURN}),
        ("buy 3 lower closes in a row, exit on the first up close", {"enter_long": "all_true(close < close[1], 3)", "exit_long": "close > close[1]"}),
        ("ema 8/21 cross only above the 200 ema", {"enter_long": "crosses_above(ema(close, 8), ema(close, 21)) and close > ema(close, 200)"}),
        ("long when the daily close is above its 100 sma, else cash", {"timeframe": "1d", "enter_long": "close > sma(close, 100)"}),
        ("rsi(close, 7) < 20 buy, rsi(close, 7) > 60 sell, bail at -3%", {"enter_long": "rsi(close, 7) < 20", "exit_long": "rsi(close, 7) > 60", "stop": "entry_price * (1 - 3 / 100)"}),
        ("buy when price reclaims vwap, sell when it loses vwap", {"enter_long": "crosses_above(close, vwap())", "exit_long": "close < vwap()"}),
        ("rsi(14) < 30 in, rsi(14) > 70 out, no trading on weekends", {"enter_long": "rsi(close, 14) < 30 and weekday <= 4", "exit_long": "rsi(close, 14) > 70"}),
        ("buy wehn rsi(14) < 30, sell above 60", {"enter_long": RSI_IN, "assumes": ['"wehn" is read as "when"']}),
    ],
)  # fmt: skip
def test_short_forms_come_to_their_expressions(idea, facts):
    made = draft(idea, "5m")
    assert isinstance(made, Draft), made
    wrong = wrong_facts({k: v for k, v in facts.items() if v is not None}, made.spec)
    assert [w for w in wrong if "never asked for" not in w] == []
    assert all(k not in found_facts(made.spec) for k, v in facts.items() if v is None)


@pytest.mark.parametrize(
    "idea", ["buy when rsi(14) rises under 30, sell above 60", "buy when rsi(14) falls above 70, sell below 40"]
)
def test_no_rise_under_a_level(idea):
    assert isinstance(draft(idea, "5m"), Clarification)


@pytest.mark.parametrize("slip, word", [("wehn", "when"), ("abbove", "above"), ("bakc", "back"), ("rsi", "rsi"), ("wibble", "wibble"), ("teh", "teh")])  # fmt: skip
def test_a_slip_is_put_right_only_where_one_word_fits(slip, word):
    assert mended(slip) == word
