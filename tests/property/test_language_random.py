"""Random specs and texts: the compiler says yes or SpecError, and what it says yes to runs alike everywhere."""

from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botyard.errors import SpecError
from botyard.language import compile_spec
from botyard.language.catalog import ACCOUNT_INPUTS, BAR_INPUTS, CLOCK_INPUTS, FUNCTIONS, POSITION_INPUTS
from botyard.language.words import describe
from botyard.ops import state as slots
from botyard.ops.state import new_state
from botyard.records.schema import dump_spec, load_spec
from botyard.testing.compiled import Bar, drive, plain, random_bars

PARAMETERS = {
    "n": {"type": "int", "default": 5, "low": 1, "high": 9},
    "x": {"type": "float", "default": 1.5, "low": 0.5, "high": 3.0},
    "loud": {"type": "bool", "default": True},
}
WINDOWS = st.sampled_from(["n", "1", "2", "3", "7"])
TIMES = st.sampled_from(['"00:00"', '"09:30"', '"16:00"', '"23:00"'])
BARS = st.sampled_from([*BAR_INPUTS, *CLOCK_INPUTS, "x", "n", "1", "0.5", "hl2"])
OWN = st.sampled_from([*POSITION_INPUTS, *ACCOUNT_INPUTS])
NUMERIC = sorted(name for name, f in FUNCTIONS.items() if f.result != "boolean" and "engulfing" not in name)
BOOLEAN = sorted(name for name, f in FUNCTIONS.items() if f.result == "boolean" or "engulfing" in name)


@st.composite
def call(draw: st.DrawFn, name: str, depth: int) -> str:
    parts = []
    for argument in FUNCTIONS[name].arguments:
        of_kind = {"window": WINDOWS, "time": TIMES, "boolean": conditions(depth)}
        parts.append(draw(of_kind.get(argument.kind, numbers(depth))))
    return f"{name}({', '.join(parts)})"


@st.composite
def numbers(draw: st.DrawFn, depth: int, *, own: bool = False) -> str:
    if depth == 0:
        return draw(OWN if own and draw(st.booleans()) else BARS)
    form = draw(st.integers(0, 8))
    inner = numbers(depth - 1, own=own)
    if form <= 1:
        return f"({draw(inner)} {draw(st.sampled_from('+-*/%'))} {draw(inner)})"
    if form == 2:
        return f"({draw(inner)} if {draw(conditions(depth - 1, own=own))} else {draw(inner)})"
    if form == 3:
        return f"{draw(st.sampled_from(['close', 'volume', 'hlc3']))}[{draw(WINDOWS)}]"
    if form == 4 and own:
        return f"at_entry({draw(numbers(depth - 1))})"
    if form == 5:
        timeframe = draw(st.sampled_from(["15m", "1h", "1d", "1w", "1M"]))
        return f'on("{timeframe}", {draw(numbers(depth - 1))})'
    if form == 6:
        return f"sampled({draw(conditions(depth - 1))}, {draw(numbers(depth - 1))})"
    return draw(call(draw(st.sampled_from(NUMERIC)), depth - 1))


@st.composite
def conditions(draw: st.DrawFn, depth: int, *, own: bool = False) -> str:
    if depth == 0:
        return draw(st.sampled_from(["close > open", "loud", "not loud", "volume != 1", 'inside("02:00", "09:00")']))
    form = draw(st.integers(0, 4))
    inner = conditions(depth - 1, own=own)
    if form == 0:
        return f"({draw(inner)} {draw(st.sampled_from(['and', 'or']))} {draw(inner)})"
    if form == 1:
        return f"not {draw(inner)}"
    if form == 2:
        return draw(call(draw(st.sampled_from(BOOLEAN)), depth - 1))
    operator = draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
    return f"({draw(numbers(depth - 1, own=own))} {operator} {draw(numbers(depth - 1, own=own))})"


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    states = {"flat": 0, "long": 1, "half": 0.5}
    kinds = st.sampled_from(["when", "stop", "limit"])

    def transition(source: Any, target: str, signal: str) -> dict[str, Any]:
        kind = draw(kinds)
        text = draw(conditions(2, own=True) if kind == "when" else numbers(2, own=True))
        built = {"from": source, "to": target, "signal": signal, kind: text}
        if kind != "when" and draw(st.booleans()):
            built["if"] = draw(conditions(1, own=True))
        if kind == "stop":
            built["ratchet"] = draw(st.booleans())
        return built

    return {
        "name": "random",
        "timeframe": "5m",
        "parameters": PARAMETERS,
        "series": {"first": draw(numbers(2)), "rising": draw(conditions(2))},
        "state_machine": {
            "initial": "flat",
            "states": states,
            "transitions": [
                transition("flat", "long", "enter_long"),
                transition("long", "half", "scale_out"),
                transition(["long", "half"], "flat", "stop"),
                transition(["half", "long"], "flat", "time_exit"),
            ],
        },
        "sizing": {"type": "fraction", "of_equity": draw(numbers(1))},
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(specs())
def test_random_spec_compiles_or_is_refused_and_runs_without_an_exception(data: dict[str, Any]) -> None:
    try:
        spec = load_spec(data)
        compiled = compile_spec(spec)
    except SpecError as e:
        assert e.message  # noqa: PT017 -- either outcome is right
        return
    assert load_spec(dump_spec(spec)) == spec
    assert compile_spec(spec).source == compiled.source
    assert all(sentence.endswith(".") for sentence in describe(spec))
    module = plain(compiled.source)
    bars = random_bars(150, seed=1, unknown=0.02)
    seen = [asked(module, bars), asked(module, bars[:100] + random_bars(50, seed=2))]
    np.testing.assert_array_equal(seen[0][:100], seen[1][:100])


def asked(module: dict[str, Any], bars: list[Bar]) -> list[list[float]]:
    """What the strategy asks for at each close: its decision and its resting orders."""
    s = new_state(module["STATE_SIZE"], module["ORDER_SLOTS"], module["UNKNOWN"], module["INITIAL"])
    p = list(module["DEFAULTS"])
    rows = []
    for bar in bars:
        drive(module, s, p, [bar])
        rows.append(s[slots.PENDING : slots.SIZE + 1] + s[slots.ORDERS : slots.ORDERS + 5 * module["ORDER_SLOTS"]])
    return rows


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=60) | st.text(alphabet="close()[]<>+-*/%&|!=.,'\"0123456789 andortifels\\{}:@#\n\t", max_size=80)
)
def test_random_text_is_an_expression_or_a_spec_error(text: str) -> None:
    data = {
        "name": "random",
        "timeframe": "5m",
        "state_machine": {
            "initial": "flat",
            "states": {"flat": 0, "long": 1},
            "transitions": [
                {"from": "flat", "to": "long", "signal": "enter_long", "when": text},
                {"from": "long", "to": "flat", "signal": "exit_long", "when": "close < open"},
            ],
        },
    }
    try:
        compile_spec(load_spec(data))
    except SpecError as e:
        assert e.column is None or 0 <= e.column <= len(text)  # noqa: PT017 -- either outcome is right
