"""A spec to a compiled strategy: check, lint, emit."""

import hashlib

from botyard.errors import SpecError
from botyard.language.catalog import (
    ACCOUNT_INPUTS,
    BAR_INPUTS,
    CLOCK_INPUTS,
    DERIVED_INPUTS,
    POSITION_INPUTS,
)
from botyard.language.judging.conditions import idle_parts
from botyard.language.judging.lint import lint, uses_absolute_prices
from botyard.language.judging.refuse import refuse
from botyard.language.judging.timing import longest, memory, warm_up
from botyard.language.reading import initial_stop
from botyard.language.reading.check import Checker
from botyard.language.reading.machine import check_machine
from botyard.language.reading.tree import Number, Tree, Window, walk
from botyard.language.writing.emit import emit, used_trees
from botyard.records.market import timeframe_minutes
from botyard.records.schema import SIZING_NUMBER, spec_hash
from botyard.records.spec import Spec
from botyard.records.strategy import CompiledStrategy

_RESERVED = {
    *BAR_INPUTS, *CLOCK_INPUTS, *DERIVED_INPUTS, *POSITION_INPUTS, *ACCOUNT_INPUTS,
    "and", "or", "not", "if", "else", "True", "False", "None",
}  # fmt: skip


def compile_spec(spec: Spec) -> CompiledStrategy:
    """Compile a spec.

    Raises: SpecError with the place, and the column where an expression is wrong.
    """
    minutes = timeframe_minutes(spec.timeframe)
    _check_names(spec)
    checker = Checker(spec, minutes)
    for name in spec.series:
        checker.series(name)
    machine = check_machine(spec, checker)
    sizing = _check_sizing(spec, checker)
    trees = used_trees(machine, sizing)
    needs = longest(need for tree in trees for need in warm_up(tree, minutes))
    judge = refuse(spec, checker, machine, sizing)
    source = emit(spec, checker, machine, sizing, needs, minutes)
    defaults = {name: int(p.default) for name, p in spec.parameters.items() if p.type == "int"}
    return CompiledStrategy(
        spec=spec,
        spec_hash=spec_hash(spec),
        source=source,
        code_hash=hashlib.sha256(source.encode()).hexdigest(),
        seed_bars=max(memory(tree, minutes, defaults) for tree in trees),
        warnings=(*lint(spec, machine, trees), *idle_parts(judge, machine)),
        uses_absolute_prices=uses_absolute_prices(trees),
        has_shorts=any(state.sign < 0 for state in machine.states),
        window_parameters=_window_parameters(spec, trees),
    )


def _check_names(spec: Spec) -> None:
    for field, names in (("parameters", spec.parameters), ("series", spec.series)):
        for name in names:
            if name in _RESERVED:
                raise SpecError(
                    f"{name} is a word of the language already; choose another name", place=f"{field}.{name}"
                )
            if field == "series" and name in spec.parameters:
                raise SpecError(f"{name} is a parameter already; choose another name", place=f"series.{name}")


def _check_sizing(spec: Spec, checker: Checker) -> dict[str, Tree]:
    trees: dict[str, Tree] = {}
    for field in (SIZING_NUMBER[spec.sizing.type], "stop_distance"):
        value = getattr(spec.sizing, field)
        if value is not None:
            place = f"sizing.{field}"
            trees[field] = checker.number(value, place) if isinstance(value, str) else Number(float(value))
            initial_stop.refuse(trees[field], place)
    return trees


def _window_parameters(spec: Spec, trees: list[Tree]) -> tuple[str, ...]:
    used = {part.name for tree in trees for part in walk(tree) if isinstance(part, Window)}
    return tuple(name for name in spec.parameters if name in used)
