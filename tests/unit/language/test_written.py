"""strategy.py as people read it: the spec's names, short lines, nothing that is not needed."""

import ast
import copy
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from botyard.language import compile_spec
from botyard.language.writing import lines
from botyard.ops.state import new_state
from botyard.records.schema import load_spec
from botyard.testing.compiled import compiled, drive, plain, random_bars
from botyard.testing.specs import EMA_CROSS

ROOT = Path(__file__).parents[3]
COVERAGE = ROOT / "tests" / "coverage" / "specs"
TEN = (
    "0-stopped-grid", "13-pyramid", "44-pullback-ladder", "57-gap-guard", "85-break-retest-day", "118-consensus",
    "204-base-stop-entry", "217-momentum-scenarios", "238-scalp-modules", "273-fair-value",
)  # fmt: skip
EXAMPLES = sorted((ROOT / "examples").glob("*/strategy_spec.json"))
GENERATED = (
    "ANN",  # arrays and floats throughout, as on_bar's callers know
    "ARG001",  # the callers hand over every input, used or not
    "C901", "PLR0912", "PLR0915",  # as many branches as the spec has
    "A001",  # a series may be called len
    "SIM102",  # a state, then what leaves it, also where that is one thing
    "PLR1714", "SIM109",  # machine code and gate know no `in`
    "PLR1716",  # comparisons as the spec writes them
)  # fmt: skip


def source(name: str) -> str:
    return compile_spec(load_spec((COVERAGE / f"{name}.json").read_text())).source


def written(**series: str) -> str:
    """Compile the EMA cross with further series, each of them needed by the entry."""
    spec = copy.deepcopy(EMA_CROSS)
    spec["series"] |= series
    entry = spec["state_machine"]["transitions"][0]
    entry["when"] = " and ".join([entry["when"], *(f"{name} > 1" for name in series)])
    return compile_spec(load_spec(spec)).source


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Any) -> Path:
    """Hold the five examples and ten others as strategies, with the house's settings."""
    place = tmp_path_factory.mktemp("written")
    (place / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    for path in EXAMPLES:
        text = compile_spec(load_spec(path.read_text())).source
        (place / f"{path.parent.name}.py").write_text(text)
    for name in TEN:
        (place / f"{name}.py").write_text(source(name))
    return place


@pytest.mark.parametrize("arguments", [("format", "--check"), ("check", "--ignore", ",".join((*GENERATED, "INP001")))])
def test_the_houses_own_tools_have_nothing_to_say(folder: Path, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list(folder.glob("*.py"))) == 15


def test_a_series_keeps_its_name_whatever_else_is_called_so() -> None:
    guard = source("57-gap-guard")
    assert "    vol = atr(s, " in guard
    assert "        vol_1d = atr(s, " in guard  # the same words on days, unnamed in the spec
    assert "    is_calm = s[IS_CALM_1D]" in guard
    assert "    level = maximum(" in source("85-break-retest-day")
    assert "    push = ema_close_12 - ema_close_26 - push_1" in source("204-base-stop-entry")


@pytest.mark.parametrize(
    "name, line",
    [
        ("rsi", "    rsi = rsi_of(s, "),  # an op of its own definition
        ("crosses_above", "    crosses_above = rsi(s, "),  # an op that the entry uses
        ("decide", "    decide = rsi(s, "),
        ("state", "    state = rsi(s, "),
        ("level", "    level = rsi(s, "),
        ("price", "    price = rsi(s, "),
        ("before", "    before = rsi(s, "),
        ("ema_fast_crosses_above_ema_slow", "    ema_fast_crosses_above_ema_slow = rsi(s, "),
        ("max", "    max_ = rsi(s, "),
        ("p", "    p_ = rsi(s, "),
        ("STATE", "    STATE_ = rsi(s, "),
    ],
)
def test_a_series_may_be_called_anything(name: str, line: str) -> None:
    text = written(**{name: "rsi(close, 14)"})
    assert line in text
    module, native = plain(text), compiled(text)
    bars = random_bars(300, seed=2)
    s = new_state(module["STATE_SIZE"], module["ORDER_SLOTS"], module["UNKNOWN"], module["INITIAL"])
    t = np.array(s)
    filled = drive(module, s, list(module["DEFAULTS"]), bars)
    assert filled
    assert filled == drive(native, t, np.array(module["DEFAULTS"]), bars)
    np.testing.assert_array_equal(np.array(s), t)


def test_slots_states_and_transitions_have_names() -> None:
    text = source("204-base-stop-entry")
    assert "FLAT, ARMED, LONG, HALF = 0.0, 1.0, 2.0, 3.0\n" in text
    assert "\nVOL_AT_ENTRY = " in text
    assert "        s[VOL_AT_ENTRY] = s[VOL]\n" in text
    assert "    if state == FLAT:\n        if ready:\n            enter_state(s, ARMED)  # arm\n" in text
    assert "            decide(s, TIME_EXIT, 0.0, NO_STOP)\n" in text
    for name in TEN:
        assert not re.search(r"\bs\[\d", source(name)), name


def test_names_of_states_that_the_header_has_too() -> None:
    spec = copy.deepcopy(EMA_CROSS)
    spec["state_machine"]["states"] = {"none": 0, "size": 1}
    spec["state_machine"]["initial"] = "none"
    for transition in spec["state_machine"]["transitions"]:
        transition["from"], transition["to"] = (
            {"flat": "none", "long": "size"}[transition[end]] for end in ("from", "to")
        )
    assert "NONE_STATE, SIZE_STATE = 0.0, 1.0" in compile_spec(load_spec(spec)).source


def test_states_that_are_left_in_the_same_ways_share_a_branch() -> None:
    assert source("204-base-stop-entry").count("decide(s, TIME_EXIT") == 1
    assert "    elif state == LONG or state == HALF:\n" in source("204-base-stop-entry")
    assert source("13-pyramid").count("decide(s, EXIT_LONG_1") == 9  # twelve states, four of them alike


def test_what_has_no_name_is_named_by_what_it_serves() -> None:
    base = source("204-base-stop-entry")
    assert "    push_1_ago = lag(s, " in base
    assert "    push_2_ago = lag(s, " in base
    assert "    session_open_0930_1600 = session_open(s, " in source("57-gap-guard")
    assert "    open_hours = inside(minutes, 570.0, 945.0)  # 09:30 to 15:45\n" in source("57-gap-guard")
    assert "    prev_day_high = prev_session_high(s, " in source("85-break-retest-day")
    assert "any_true(s, 56, above(strength, was_strong), memory)" in source("13-pyramid")


def test_the_docstring_says_the_rules_where_the_spec_does_not() -> None:
    document = ast.get_docstring(ast.parse(source("85-break-retest-day"))) or ""
    first, blank, *rules = document.splitlines()
    assert first == "85-break-retest-day: Break of the highest of three levels, retest within five bars, bounce."
    assert blank == ""
    assert (
        "While retested: buy at the next open when the close is above level and the close is above the open." in rules
    )
    told = (ast.get_docstring(ast.parse(compile_spec(load_spec(EMA_CROSS)).source)) or "").splitlines()
    assert told[2:] == [EMA_CROSS["logic"]]
    spec = EMA_CROSS | {"logic": '"""' + "\\N" * 200, "idea": "é\u2028"}
    told = (ast.get_docstring(ast.parse(compile_spec(load_spec(spec)).source)) or "").splitlines()
    assert "".join(line.strip() for line in told[2:]) == "'" * 3 + "\\N" * 200


def test_a_line_that_is_broken_says_the_same() -> None:
    rng = random.Random(4)

    def some(depth: int) -> str:
        kind = rng.randrange(9) if depth else 0
        if kind < 2:
            return rng.choice(["close", "s[ENTRY_PRICE]", "1.5", "a_longer_name_than_most", "-gap", "p[3]"])
        parts = [some(depth - 1) for _ in range(rng.randrange(2, 5))]
        signs = [" + ", " - ", " * ", " < ", " >= ", " and ", " or "]
        if kind < 4:
            return f"call_of_something({', '.join(parts)})"
        if kind == 4:
            return f"(({parts[0]}) if ({parts[1]}) else ({parts[0]}))"
        return rng.choice(signs).join(f"({part})" for part in parts)

    broken = 0
    for head, tail in (("x = ", ""), ("if ", ":"), ("return ", "")):
        for _ in range(100):
            line = f"{head}{ast.unparse(ast.parse(some(3)))}{tail}"
            parts = lines.wrapped([line])
            broken += len(parts) > 1
            before, after = ("\n".join(text) + ("\n    pass" if tail else "") for text in ([line], parts))
            assert ast.dump(ast.parse(before)) == ast.dump(ast.parse(after))
    assert broken > 60
