"""The spec said again in sentences."""

import copy
import json

from botyard.language.check import Checker
from botyard.language.tree import as_json
from botyard.language.words import describe
from botyard.records.schema import load_spec
from botyard.testing.specs import EMA_CROSS


def test_the_design_s_example() -> None:
    assert describe(load_spec(EMA_CROSS)) == (
        "Bars of 5m, clock in UTC.",
        "ema_fast is the fast (12)-bar exponential average of the close.",
        "ema_slow is the slow (48)-bar exponential average of the close.",
        "vol is the average true range of 14 bars.",
        "When flat: buy at the next open once ema_fast crosses above ema_slow.",
        "When long: sell at the next open once ema_fast crosses below ema_slow.",
        (
            "When long: get out by a stop with a resting stop order at the highest high since entry minus trail (3) "
            "times vol, which only ever moves in the position's favour."
        ),
        "Each position takes 1 (100.00%) of the equity, at most 1 times the equity.",
    )


def said(text: str) -> str:
    spec = copy.deepcopy(EMA_CROSS)
    spec["state_machine"]["transitions"][0]["when"] = text
    sentence = next(s for s in describe(load_spec(spec)) if s.startswith("When flat"))
    return sentence.removeprefix("When flat: buy at the next open once ").removesuffix(".")


def test_conditions() -> None:
    assert said("not close > open") == "the close is not above the open"
    assert (
        said("not (close > open or rsi(close, 14) <= 30)")
        == "the close is not above the open and the RSI(14) of the close is above 30"
    )
    assert (
        said("close > open and (volume > 1 or hour == 9)")
        == "the close is above the open and (the volume is above 1 or the hour is 9)"
    )
    assert (
        said("close[1] < highest(high, 20)[1]")
        == "the close 1 bar before is below the highest value of the high in 20 bars 1 bar before"
    )
    assert said('inside("09:30", "16:00")') == "the bar opens between 09:30 and 16:00"
    assert said("1 < close < 2") == "1 is below the close and is below 2"
    assert said("(close - open) * 2 > 0") == "(the close minus the open) times 2 is above 0"


def test_limits_sizing_and_exposure_are_said() -> None:
    spec = copy.deepcopy(EMA_CROSS)
    spec["limits"] = {"max_losses_per_day": 2, "max_drawdown": 0.1}
    spec["sizing"] = {"type": "risk", "per_trade": 0.01, "max_quote": 500}
    spec["state_machine"]["states"]["long"] = 0.5
    sentences = describe(load_spec(spec))
    assert "No more entries on a day with 2 losses." in sentences
    assert "No more entries after a drawdown of 10.00%." in sentences
    assert any(
        "risks 0.01 (1.00%) of the equity down to its stop" in s and "500 in quote currency" in s for s in sentences
    )
    assert any(s.endswith("to hold 0.5 of the unit position.") for s in sentences)


def test_tree_prints_as_json() -> None:
    tree = Checker(load_spec(EMA_CROSS), 5).boolean("crosses_above(ema_fast, sma(close, 5)) and not close < 1", "here")
    data = json.loads(json.dumps(as_json(tree)))
    assert data["kind"] == "Junction"
    assert data["gives"] == "boolean"
    assert data["parts"][0]["arguments"][1]["arguments"][1]["default"] == 5
