"""Every function of the catalogue is documented, and its example compiles."""

import pytest

from botyard.language.catalog import FAMILIES, FUNCTIONS
from botyard.language.reading.check import Checker
from botyard.language.reading.syntax import parse
from botyard.language.reading.tree import type_of
from botyard.ops.signature import is_procedure, kinds
from botyard.records.schema import load_spec
from botyard.testing.specs import EMA_CROSS


def test_names_are_unique() -> None:
    names = [entry.name for family in FAMILIES for entry in family.CATALOGUE]
    assert len(names) == len(set(names)) == len(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda f: f.name)
def test_is_documented_and_its_example_is_of_its_type(function) -> None:
    assert function.meaning
    assert not function.meaning.endswith(".")
    assert function.formula
    assert function.name in function.example
    assert function.between == "x" or len(function.between) == 2
    assert (function.op is None) != (not function.expression)
    expression = parse(function.example, "example")
    tree = Checker(load_spec(EMA_CROSS), 5).tree(expression, expression.root)
    if function.result != "same" and not function.expression:
        assert type_of(tree) == ("boolean" if function.result == "boolean" else "number")


@pytest.mark.parametrize(
    "function", [f for f in FUNCTIONS.values() if f.op and f.op_name != "abs"], ids=lambda f: f.name
)
def test_kinds_follow_from_argument_names(function) -> None:
    windows = [a for a in function.arguments if a.kind == "window"]
    expected = kinds(function.op)
    assert expected.count("integer") == len(windows) + (1 if function.has_memory else 0)
    assert (expected[0] == "state") == function.has_memory
    assert len(expected) == len(function.inputs) + len(function.arguments) + (2 if function.has_memory else 0)
    assert not is_procedure(function.op)
