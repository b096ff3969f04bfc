"""The spec said again in sentences."""

import copy
import json
from pathlib import Path

import pytest

from botyard.language.catalog import FUNCTIONS
from botyard.language.reading.check import Checker
from botyard.language.reading.syntax import parse
from botyard.language.reading.tree import as_json
from botyard.language.words import describe
from botyard.language.words.speaker import Speaker
from botyard.records.schema import load_spec
from botyard.testing.specs import EMA_CROSS


def test_the_design_s_example() -> None:
    assert describe(load_spec(EMA_CROSS)) == (
        "Decides at the close of every 5-minute bar; clock in UTC.",
        (
            "While flat: buy at the next open when the 12-bar EMA of the close (ema_fast) crosses above the 48-bar EMA of "
            "the close (ema_slow)."
        ),
        "While long: sell at the next open when ema_fast crosses below ema_slow.",
        (
            "While long: a stop order rests at the highest high since entry minus 3 times the 14-bar ATR (vol), "
            "moved only in the position's favour."
        ),
        "Each position is worth the whole equity.",
        "To be tuned: fast 12 (4 to 60), slow 48 (20 to 300), trail 3 (1 to 8).",
    )


GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.mark.parametrize("path", sorted((GOLDEN / "words").glob("*.txt")), ids=lambda p: p.stem)
def test_golden_words(path) -> None:
    data = json.loads((GOLDEN / "specs" / f"{path.stem}.json").read_text())
    assert "\n".join(describe(load_spec(data.get("spec", data)))) == path.read_text().rstrip("\n")


def said(text: str) -> str:
    spec = copy.deepcopy(EMA_CROSS)
    spec["state_machine"]["transitions"][0]["when"] = text
    sentence = next(s for s in describe(load_spec(spec)) if s.startswith("While flat"))
    return sentence.removeprefix("While flat: buy at the next open when ").removesuffix(".")


def test_the_strategy_s_own_record() -> None:
    assert said('losses_within(bars("24h")) < 3') == "the number of losses within 288 (24h) bars is below 3"
    assert said("losses_in_row() < 2 or bars_since_exit >= bars('2h')") == (
        "the number of losses in a row is below 2 or the number of bars since the last exit is at least 24 (2h)"
    )
    assert said('return_since(is_first("week")) > -0.05') == (
        "the account's return since the last time that a new week has begun with this bar is above -0.05"
    )


def test_conditions() -> None:
    assert said("not close > open") == "the close is not above the open"
    assert (
        said("not (close > open or rsi(close, 14) <= 30)")
        == "the close is not above the open and the 14-bar RSI of the close is above 30"
    )
    assert (
        said("close > open and (volume > 1 or hour == 9)")
        == "the close is above the open and (the volume is above 1 or the hour is 9)"
    )
    assert (
        said("close[1] < highest(high, 20)[1]")
        == "the close one bar ago is below the highest high of the 20 bars before"
    )
    assert said('inside("09:30", "16:00")') == "the bar opens between 09:30 and 16:00"
    assert said("1 < close < 2") == "the close is between 1 and 2"
    assert said("minute_of_day >= 930 or weekday == 4") == "the bar opens at 15:30 or later or it is a Friday"
    assert said("close > entry_price * (1 + 0.02)") == "the close is above 2 % above the entry price"
    assert said("not minute_of_day >= 930") == "the bar opens before 15:30"
    assert said('on("1d", close - open) > 0') == "(the close minus the open) on daily bars is above 0"
    assert said("bars_since(close > open, 2) < 9").startswith(
        "the number of bars since the last time but 2 that the close"
    )
    assert said("(close - open) * 2 > 0") == "(the close minus the open) times 2 is above 0"


def test_limits_sizing_and_exposure_are_said() -> None:
    spec = copy.deepcopy(EMA_CROSS)
    spec["limits"] = {"max_losses_per_day": 2, "max_drawdown": 0.1}
    spec["sizing"] = {"type": "risk", "per_trade": 0.01, "max_quote": 500}
    spec["state_machine"]["states"]["long"] = 0.5
    sentences = describe(load_spec(spec))
    assert "No more entries on a day with 2 losses." in sentences
    assert "No more entries after a drawdown of 10 %." in sentences
    assert (
        "Each position is sized to lose 1 % of the equity at its stop, never worth more than the equity, "
        "at most 500 in quote currency." in sentences
    )
    assert any(s.endswith("to hold 50 % of the full position.") for s in sentences)


def test_tree_prints_as_json() -> None:
    tree = Checker(load_spec(EMA_CROSS), 5).boolean("crosses_above(ema_fast, sma(close, 5)) and not close < 1", "here")
    data = json.loads(json.dumps(as_json(tree)))
    assert data["kind"] == "Junction"
    assert data["gives"] == "boolean"
    assert data["parts"][0]["arguments"][1]["arguments"][1]["default"] == 5


def test_every_example_has_words_of_its_own() -> None:
    for function in FUNCTIONS.values():
        text = function.example if function.name != "lag" else "close[1]"
        tree = parse(text, "here").root
        assert f"{function.name}(" not in Speaker(load_spec(EMA_CROSS)).say(tree), function.name
