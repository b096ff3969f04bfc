"""The verdicts on the descriptions: complete, backed by a spec or by expressions that compile, and in the docs."""

import importlib.util
import json
from pathlib import Path

import pytest

from botyard.language import compile_spec
from botyard.language.reading.check import Checker
from botyard.language.reading.syntax import parse
from botyard.records.schema import load_spec

ROOT = Path(__file__).parents[2]
ROWS = [json.loads(line) for line in (Path(__file__).parent / "verdicts.jsonl").read_text().splitlines()]
UNSEEN = [
    json.loads(line) for line in (Path(__file__).parent / "unseen.jsonl").read_text(encoding="utf-8").splitlines()
]
SKETCHED = [row for row in ROWS if "sketch" in row]

HOST = load_spec({
    "name": "sketch", "timeframe": "5m",
    "state_machine": {
        "initial": "flat", "states": {"flat": 0, "long": 1},
        "transitions": [
            {"from": "flat", "to": "long", "signal": "enter_long", "when": "close > open"},
            {"from": "long", "to": "flat", "signal": "exit_long", "when": "close < open"},
        ],
    },
})  # fmt: skip


@pytest.fixture(scope="module")
def tool():
    found = importlib.util.spec_from_file_location("make_coverage", ROOT / "tools" / "make_coverage.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_there_is_one_verdict_for_each_description():
    assert len({row["id"] for row in ROWS}) == len(ROWS) == 194


def test_the_descriptions_are_those_of_the_collection():
    path = ROOT.parent / "shared" / "ideas" / "quantcode_dev.json"
    if not path.exists():
        pytest.skip("the collection of descriptions is not here")
    assert [row["id"] for row in ROWS] == [idea["id"] for idea in json.loads(path.read_text())]


def test_nine_in_ten_that_need_bars_only_can_be_said():
    bars = [row["verdict"] for row in ROWS if row["needs"] == "bars"]
    assert bars.count("no") <= 0.1 * len(bars)


def test_what_is_not_a_plain_yes_says_why(tool):
    assert not [row["id"] for row in ROWS if row["verdict"] not in tool.VERDICTS or row["needs"] not in tool.NEEDS]
    assert not [row["id"] for row in ROWS if (row["verdict"] == "yes") == bool(row.get("why"))]
    assert not [row["id"] for row in ROWS if row["verdict"] != "no" and row["needs"] != "bars"]


def test_what_can_be_said_is_written_or_sketched(tool):
    written = set(tool.specs()) - {0} - {row["id"] for row in UNSEEN}
    assert written <= {row["id"] for row in ROWS if row["verdict"] != "no"}
    assert {row["id"] for row in ROWS if row["verdict"] != "no"} == written | {row["id"] for row in SKETCHED}
    assert not written & {row["id"] for row in SKETCHED}
    assert all(row["says"] for row in ROWS if row["id"] not in written)


@pytest.mark.parametrize("row", SKETCHED, ids=[str(row["id"]) for row in SKETCHED])
def test_a_sketch_is_in_the_language(row, tool):
    checker = Checker(HOST, 5)
    for text in row["sketch"]:
        expression = parse(text, "sketch")
        checker.tree(expression, expression.root)
    assert tool.words(row["sketch"])


def test_the_unseen_are_told_apart_and_what_went_wrong_is_told(tool):
    numbers = [row["id"] for row in UNSEEN]
    assert sorted(set(numbers)) == numbers
    assert not set(numbers) & {row["id"] for row in ROWS}
    assert [sum(row["set"] == which for row in UNSEEN) for which in (1, 2)] == [40, 15]
    assert all((row["first"] == "exact") != bool(row.get("lacked")) for row in UNSEEN)
    assert all((row["now"] == "yes") != bool(row.get("why")) for row in UNSEEN)
    assert all(row["first"] in tool.TRIED and row["now"] in tool.VERDICTS for row in UNSEEN)
    assert {row["id"] for row in UNSEEN if "spec" not in row} == {n for n in tool.specs() if n > 1000}


def test_the_unseen_compile():
    for row in UNSEEN:
        if "spec" in row:
            compiled = compile_spec(load_spec(row["spec"]))
            assert compiled.spec.name.startswith(f"{row['id']}-")
            assert not [w for w in compiled.warnings if "used nowhere" in w or "never works" in w]


def test_the_page_is_fresh(tool):
    assert tool.PATH.read_text(encoding="utf-8") == tool.page(), "run `python tools/make_coverage.py`"
