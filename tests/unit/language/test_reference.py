"""The reference of functions: warm-up worked out, the page fresh, the command's answers."""

import importlib.util
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from botyard.apps.cli.main import app
from botyard.errors import UserError
from botyard.language.catalog import FUNCTIONS
from botyard.language.reference import entries, entry
from botyard.testing.compiled import random_bars
from botyard.testing.expressions import values_of

ROOT = Path(__file__).parents[3]


def run(*arguments: str):
    return CliRunner().invoke(app, ["functions", *arguments])


def test_every_function_is_there_once() -> None:
    assert [e.name for e in entries()] == list(FUNCTIONS)
    assert len(FUNCTIONS) >= 100


@pytest.mark.parametrize(
    ("name", "bars"),
    [("sma", "n"), ("ema", "n"), ("rsi", "n + 1"), ("adx", "2 · n"), ("abs", "1"), ("tema", "3 · n - 2"), ("change", "k + 1"),
     ("macd_signal", "the largest of fast + signal - 1, signal + slow - 1")],
)  # fmt: skip
def test_warm_up_as_worked_out_by_hand(name: str, bars: str) -> None:
    assert entry(name).warm_up == bars


@pytest.mark.parametrize(
    "call",
    [
        "sma(close, 7)",
        "rsi(close, 7)",
        "adx(7)",
        "tema(close, 7)",
        "stoch_d(7, 3, 2)",
        "kama(close, 7)",
        "trix(close, 4)",
    ],
)
def test_nothing_is_known_before_and_all_is_from_there(call: str) -> None:
    name, numbers = call.split("(", maxsplit=1)[0], [int(n) for n in re.findall(r"\b\d+", call)]
    windows = [a.name for a in FUNCTIONS[name].arguments if a.kind == "window"]
    bar = eval(entry(name).warm_up.replace("·", "*"), dict(zip(windows, numbers, strict=True)))
    values = values_of(call, random_bars(60, seed=3))
    assert [value == value for value in values] == [False] * (bar - 1) + [True] * (60 - bar + 1)


def test_the_page_is_fresh() -> None:
    path = ROOT / "tools" / "make_function_docs.py"
    spec = importlib.util.spec_from_file_location("make_function_docs", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.PATH.read_text(encoding="utf-8") == tool.page(), f"run {path.name}"


def test_the_command() -> None:
    everything = run()
    assert everything.exit_code == 0
    assert "supertrend" in everything.output
    one = run("ema")
    assert "known from bar: n" in one.output
    assert "between: 0 and 100" in run("rsi").output
    assert "ema(close, 12)" in one.output
    assert json.loads(run("ema", "--json").output)["example"] == "ema(close, 12)"
    assert len(json.loads(run("--json").output)) == len(FUNCTIONS)
    with pytest.raises(UserError, match="did you mean supertrend"):
        entry("supertrent")
