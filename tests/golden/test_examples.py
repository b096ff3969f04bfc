"""The examples are what the project makes of their ideas today. `python tools/make_examples.py` renews them on purpose."""

import importlib.util
import json
from pathlib import Path

import pytest

from botyard.language import compile_spec
from botyard.records.design import Design
from botyard.records.schema import dump_spec, load_spec
from botyard.stages import designer

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/idea.txt"))


@pytest.fixture(scope="module")
def tool():
    found = importlib.util.spec_from_file_location("make_examples", ROOT / "tools" / "make_examples.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_there_are_examples():
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize("place", EXAMPLES, ids=lambda place: place.name)
def test_the_idea_still_becomes_this_spec(place):
    idea, timeframe = (place / "idea.txt").read_text().splitlines()
    design = designer.run(idea, timeframe)
    assert isinstance(design, Design)
    assert dump_spec(design.spec) == (place / "strategy_spec.json").read_text()


@pytest.mark.parametrize("place", EXAMPLES, ids=lambda place: place.name)
def test_the_spec_still_becomes_this_strategy(place):
    spec = load_spec((place / "strategy_spec.json").read_text())
    assert compile_spec(spec).source == (place / "strategy.py").read_text()


@pytest.mark.parametrize("place", EXAMPLES, ids=lambda place: place.name)
def test_the_strategy_still_trades_like_this(place, tool, code_cache, tmp_path_factory):
    home = tmp_path_factory.getbasetemp() / "examples"
    expected = json.loads((place / "expected.json").read_text())
    assert tool.expectation((place / "strategy_spec.json").read_text(), code_cache, home) == expected
