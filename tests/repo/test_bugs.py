"""The bug catalogue says what is true: its tests are there, its planted bugs fit, its page is fresh."""

import ast
import importlib.util
import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from botyard.apps.bugs import catalogue
from botyard.apps.cli.main import app
from botyard.errors import NotFound

ROOT = Path(__file__).parents[2]


def tool(name):
    spec = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


MUTANTS = tool("mutants")
PLANTED = MUTANTS.planted()


def is_there(test):
    file, *names = test.split("::")
    place = ROOT / "tests" / file
    if not place.exists():
        return False
    if not names:
        return True
    tree = ast.parse(place.read_text())
    wanted = names[-1]
    if len(names) == 2:  # a class that takes its tests from a port suite
        suites = "".join(p.read_text() for p in (ROOT / "src" / "botyard" / "testing" / "ports").glob("*_suite.py"))
        classes = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        return names[0] in classes and f"def {wanted}(" in suites
    return wanted in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_there_are_fifty():
    assert [bug.number for bug in catalogue()] == list(range(1, 51))


@pytest.mark.parametrize("bug", catalogue(), ids=lambda bug: str(bug.number))
def test_an_entry_is_guarded_by_tests_that_exist_or_is_open(bug):
    assert bug.title
    assert bug.shows.endswith(".")
    assert bug.prevents.endswith(".")
    assert bug.tests or bug.open
    assert [test for test in bug.tests if not is_there(test)] == []


def test_a_test_that_is_not_there_is_noticed():
    assert not is_there("unit/bot/test_tick.py::test_that_nobody_wrote")
    assert not is_there("unit/bot/test_nowhere.py::test_partial_fills_add_up")


def test_at_least_forty_bugs_are_planted_one_each():
    bugs = [mutant.bug for mutant in PLANTED]
    assert len(bugs) == len(set(bugs)) >= 40
    assert set(bugs) <= {bug.number for bug in catalogue() if not bug.open}


@pytest.mark.parametrize("mutant", PLANTED, ids=lambda mutant: str(mutant.bug))
def test_a_planted_bug_still_fits_its_file(mutant):
    before = (ROOT / mutant.file).read_text()
    after = MUTANTS.apply(mutant, before)
    assert after != before
    ast.parse(after)
    assert is_there(mutant.test)


def test_what_was_caught_was_planted():
    found = json.loads(MUTANTS.CAUGHT.read_text())
    assert found["planted"] == len(PLANTED)
    assert set(found["caught"]) <= {mutant.bug for mutant in PLANTED}
    assert len(found["caught"]) >= 40


def test_the_page_is_fresh():
    pages = tool("make_bug_pages")
    assert pages.PAGE.read_text() == pages.page(), "run: python tools/make_bug_pages.py"


def test_the_command_lists_and_shows():
    listed = CliRunner().invoke(app, ["bugs"])
    assert listed.exit_code == 0
    for bug in catalogue():
        assert f"{bug.number}  {bug.title}" in listed.output
        assert (bug.open or bug.tests[0]) in " ".join(listed.output.split())
    shown = CliRunner().invoke(app, ["bugs", "18"]).output
    assert "tests/unit/rules/test_arithmetic.py::test_a_gap_through_the_level_fills_at_the_open" in shown
    assert isinstance(CliRunner().invoke(app, ["bugs", "51"]).exception, NotFound)
