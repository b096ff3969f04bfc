"""The expressions that docs/language.md gives for what is often asked for are in the language."""

import re
from pathlib import Path

import pytest

from botyard.language.reading.check import Checker
from botyard.language.reading.syntax import parse
from botyard.records.schema import load_spec

TEXT = (Path(__file__).parents[3] / "docs" / "language.md").read_text(encoding="utf-8")
SECTION = TEXT.partition("## How to say")[2].partition("\n## ")[0]
ROWS = [line.split(" | ") for line in SECTION.splitlines() if line.startswith("| ")][1:]
SERIES = {
    "top": 'range_high("09:30", "10:00")', "bottom": 'range_low("09:30", "10:00")', "vol": "atr(14)", "level": "high",
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[row[0].strip("| ") for row in ROWS])
def test_it_is_in_the_language(row: list[str]) -> None:
    own = re.search(r"the series `(\w+)`", row[2])
    expressions = re.findall(r"`([^`]+)`", row[1])
    assert expressions
    for text in expressions:
        spec = load_spec({
            "name": "docs", "timeframe": "5m", "series": {**SERIES, own[1] if own else "probe": text},
            "state_machine": {
                "initial": "flat", "states": {"flat": 0, "long": 1},
                "transitions": [
                    {"from": "flat", "to": "long", "signal": "enter_long", "when": "close > open"},
                    {"from": "long", "to": "flat", "signal": "exit_long", "when": "close < open"},
                ],
            },
        })  # fmt: skip
        checker = Checker(spec, 5)
        if own:
            checker.series(own[1])
        else:
            expression = parse(text, "docs")
            checker.tree(expression, expression.root)


def test_there_are_many() -> None:
    assert len(ROWS) > 20
