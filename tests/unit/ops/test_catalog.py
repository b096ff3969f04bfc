"""Every function of the catalogue: documented, its example compiles, and it does the same compiled and not."""

import numpy as np
import pytest

from botyard.language import compile_spec
from botyard.language.catalog import FAMILIES, FUNCTIONS
from botyard.language.reading.check import Checker
from botyard.language.reading.syntax import parse
from botyard.language.reading.tree import type_of
from botyard.ops.signature import is_procedure, kinds
from botyard.ops.state import new_state
from botyard.records.schema import load_spec
from botyard.testing.compiled import compiled, drive, plain, random_bars
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


ALL = list(FUNCTIONS.values())


@pytest.mark.parametrize("first", range(0, len(ALL), 24), ids=lambda first: ALL[first].name)
def test_all_functions_give_the_same_bits_in_both_executors(first: int) -> None:
    series = {}
    for index, function in enumerate(ALL[first : first + 24]):
        expression = parse(function.example, "example")
        tree = Checker(load_spec(EMA_CROSS), 5).tree(expression, expression.root)
        text = function.example if type_of(tree) == "number" else f"1 if {function.example} else 0"
        series[f"f{index}"] = text
    names = list(series)
    half = len(names) // 2
    spec = {
        "name": "everything",
        "timeframe": "5m",
        "series": series,
        "state_machine": {
            "initial": "flat",
            "states": {"flat": 0, "long": 1},
            "transitions": [
                {"from": "flat", "to": "long", "signal": "enter_long", "when": f"{' + '.join(names[:half])} > 0 or close > open"},
                {"from": "long", "to": "flat", "signal": "exit_long", "when": f"{' + '.join(names[half:])} > 0 or close < open"},
            ],
        },
    }  # fmt: skip
    source = compile_spec(load_spec(spec)).source
    python, native = plain(source), compiled(source)
    a = new_state(python["STATE_SIZE"], 0, python["UNKNOWN"], 0)
    b = np.array(a)
    bars = random_bars(800, seed=5, unknown=0.01)
    assert drive(python, a, [0.0], bars) == drive(native, b, np.array([0.0]), bars)
    np.testing.assert_array_equal(np.array(a), b)
