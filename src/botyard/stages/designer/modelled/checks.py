"""Everything that is wrong with a model's spec, in one list: it answers to the same judges as the rules do, and to more."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from botyard.errors import SpecError
from botyard.language import CompiledStrategy, compile_spec
from botyard.language.reading.check import Checker
from botyard.records import schema
from botyard.records.design import SmokeTest
from botyard.records.market import timeframe_minutes
from botyard.records.spec import Spec
from botyard.stages.designer.modelled.forms import sentence
from botyard.stages.designer.reading.tokens import UNIT_MINUTES, Token, tokenise
from botyard.stages.designer.smoke.trial import smoke_test

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
_ASKED_FOR = {
    "stop": re.compile(r"stop|trail|\bsl\b|loss|losing|risk|protect|invalid|against|breakeven|break even|chandelier|below entry|above entry|\d\s*x?\s*atr"),
    "target": re.compile(r"target|profit|\btp\b|take|goal|reward|\bgain|\br\b|\d ?r\b|limit|half|partial|scale|percent|%|\d\s*x?\s*atr"),
    "time_exit": re.compile(r"bar|candle|hour|minute|day|week|month|session|time|close of|overnight|noon|midnight|\d ?[hmdw]\b|:"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """A spec that passed, compiled, with its smoke tests; or what is wrong."""

    problems: tuple[str, ...]
    compiled: CompiledStrategy | None = None
    tests_source: str = ""
    tests: tuple[SmokeTest, ...] = ()


def check(said: dict[str, Any], idea: str, timeframe: str) -> Checked:
    """Judge what the model said; every problem is a sentence that it can act on."""
    said = {**said, "idea": idea, "spec_version": 1}
    problems = schema.problems(said)
    if problems:
        return Checked(problems)
    spec = schema.load_spec(said)
    spec = replace(spec, logic=sentence(spec.logic), assumptions=tuple(sentence(a) for a in spec.assumptions))
    tokens = tokenise(idea)
    found = [*_expressions(spec), *_lost_numbers(spec, tokens), *_silent_choices(spec, tokens), *_added(spec, idea)]
    if spec.timeframe != timeframe and not _names(tokens, spec.timeframe):
        found.append(f"timeframe: it is {timeframe}; the idea names no other bar length")
    compiled: CompiledStrategy | None = None
    if not any(p.startswith(("series.", "transitions[")) for p in found):
        try:
            compiled = compile_spec(spec)
        except SpecError as e:
            found.append(_line(e))
    if compiled is None or found:
        return Checked(tuple(dict.fromkeys(found)))
    source, tests = smoke_test(compiled)
    failed = tuple(f"smoke test “{t.name}” fails: {t.text}; can it ever hold?" for t in tests if not t.passed)
    return Checked(failed, compiled, source, tests)


def _expressions(spec: Spec) -> list[str]:
    """Each expression that is wrong on its own; the compiler stops at the first."""
    minutes = timeframe_minutes(spec.timeframe)
    series = dict(spec.series)
    found = []
    for name in spec.series:
        wrong = _error(partial(Checker(spec, minutes).series, name))
        found += wrong
        if wrong:
            series[name] = "close"  # its name is known: what uses it is not wrong for that
    checker = Checker(replace(spec, series=series), minutes)
    for index, t in enumerate(spec.state_machine.transitions):
        judge = checker.boolean if t.kind == "when" else checker.number
        found += _error(partial(judge, t.expression, f"transitions[{index}].{t.kind}"))
        if t.guard:
            found += _error(partial(checker.boolean, t.guard, f"transitions[{index}].if"))
    return found


def _error(work: Callable[[], object]) -> list[str]:
    try:
        work()
    except SpecError as e:
        return [_line(e)]
    return []


def _line(error: SpecError) -> str:
    at = f", at “{error.source[error.column :][:40]}”" if error.column is not None and error.source else ""
    return f"{error.place}: {error.message}{at}" if error.place else error.message


def _lost_numbers(spec: Spec, tokens: tuple[Token, ...]) -> list[str]:
    """Numbers of the idea that are neither in the spec nor named by an assumption."""
    known = spec_numbers(spec)
    written = " ".join(_texts(spec))
    said = {float(n) for a in spec.assumptions for n in _NUMBER.findall(a)}
    lost = []
    for token in tokens:
        value = round(abs(token.value), 9)
        if token.kind in ("number", "percent"):
            parts = (value / 100, 1 - value / 100, 1 + value / 100) if token.kind == "percent" else ()
            here = {value, *(round(part, 9) for part in parts)} & known
            lost += [] if here or value in said else [token.text]
        elif token.kind == "time":
            lost += [] if _has_time(value, written) or token.text in " ".join(spec.assumptions) else [token.text]
        elif token.kind == "span":
            lost += [] if _has_span(token, spec, known, written) or value in said else [token.text]
    return [
        f"the idea says {text} and nothing in the spec holds it: use it, or say in assumptions why it has no place"
        for text in dict.fromkeys(lost)
    ]


def spec_numbers(spec: Spec) -> set[float]:
    """Every number that decides something."""
    found = {float(n) for n in _NUMBER.findall(" ".join(_texts(spec)))}
    found |= {abs(float(p.default)) for p in spec.parameters.values()}
    sized = (spec.sizing.of_equity, spec.sizing.amount, spec.sizing.quantity, spec.sizing.per_trade, spec.sizing.max_leverage, spec.sizing.max_quote)  # fmt: skip
    limits = (spec.limits.max_losses_per_day, spec.limits.max_daily_loss, spec.limits.max_drawdown, spec.limits.max_trades_per_day)  # fmt: skip
    found |= {abs(float(v)) for v in (*sized, *limits) if isinstance(v, int | float)}
    found |= {abs(float(v)) for v in spec.state_machine.states.values() if isinstance(v, int | float)}
    return {round(n, 9) for n in found}


def _silent_choices(spec: Spec, tokens: tuple[Token, ...]) -> list[str]:
    """Parameters whose value the idea does not say and no assumption names."""
    said = {round(abs(t.value), 9) for t in tokens if t.kind in ("number", "percent", "span", "time")}
    assumed = " ".join(spec.assumptions)
    numbers = {float(n) for n in _NUMBER.findall(assumed)}
    problems = []
    for name, parameter in spec.parameters.items():
        value = round(abs(float(parameter.default)), 9)
        in_idea = {value, round(value * 100, 9), round(value / 100, 9)} & said
        if not in_idea and not (value in numbers and name in assumed) and parameter.type != "bool":
            problems.append(
                f"parameters.{name}: {parameter.default} is not in the idea; add an assumption that names {name} and {parameter.default}"
            )
    return problems


def _added(spec: Spec, idea: str) -> list[str]:
    """Find exits of a kind that the idea has no word for."""
    text = idea.lower()
    return [
        f"transitions[{index}]: the idea asks for no {t.signal.replace('_', ' ')}; take it out"
        for index, t in enumerate(spec.state_machine.transitions)
        if t.signal in _ASKED_FOR and not _ASKED_FOR[t.signal].search(text)
    ]


def _texts(spec: Spec) -> list[str]:
    ways = spec.state_machine.transitions
    sized = (spec.sizing.of_equity, spec.sizing.amount, spec.sizing.quantity, spec.sizing.per_trade)
    return [
        *spec.series.values(), *(t.expression for t in ways), *(t.guard for t in ways if t.guard),
        *(v for v in (*sized, *spec.state_machine.states.values()) if isinstance(v, str)),
    ]  # fmt: skip


def _has_time(minutes: float, written: str) -> bool:
    hour, minute = divmod(int(minutes), 60)
    as_hour = minute == 0 and re.search(rf"\bhour\b[^a-z]*\b{hour}\b", written) is not None
    return f'"{hour:02d}:{minute:02d}"' in written or f"{int(minutes)}" in written or as_hour


def _has_span(token: Token, spec: Spec, known: set[float], written: str) -> bool:
    minutes = token.value * UNIT_MINUTES.get(token.unit, 0)
    own = timeframe_minutes(spec.timeframe)
    spans = {float(n) * UNIT_MINUTES[u] for n, u in re.findall(r'"(\d+)([mhdw])"', written)}
    return minutes == own or minutes in spans or token.value in known or (own > 0 and minutes / own in known)


def _names(tokens: tuple[Token, ...], timeframe: str) -> bool:
    minutes = timeframe_minutes(timeframe)
    spans = any(t.kind == "span" and t.value * UNIT_MINUTES.get(t.unit, 0) == minutes for t in tokens)
    words = {t.text for t in tokens if t.kind == "word"}
    named = {1440: {"daily", "day", "days"}, 60: {"hourly", "hour"}, 1: {"minute"}}.get(minutes, set())
    any_days = minutes == 1440 and any(t.kind == "span" and t.unit in ("d", "w") for t in tokens)
    return spans or any_days or bool(words & named)
