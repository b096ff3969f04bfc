"""The last net: every number of the idea is in the spec, every measure that it names is used."""

import re

from botyard.records.design import Question
from botyard.records.spec import Spec
from botyard.stages.designer.meaning.acts import Clause, Label, RangeIs, Topic
from botyard.stages.designer.meaning.kinds import AVERAGES, SAID, family
from botyard.stages.designer.meaning.values import Candles, Extreme, Measure, Pattern
from botyard.stages.designer.reading.measures import frame_of
from botyard.stages.designer.reading.tokens import UNIT_MINUTES, Token
from botyard.stages.designer.settling.gather import parts
from botyard.stages.designer.settling.plan import Plan

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")


def unused(tokens: tuple[Token, ...], clauses: tuple[Clause, ...], plan: Plan, spec: Spec) -> tuple[Question, ...]:
    """Ask about numbers and measures of the idea that the spec does not hold."""
    known = _numbers(spec, plan)
    lost = [t.text for t in tokens if t.kind in ("number", "percent") and round(abs(t.value), 9) not in known]
    written = " ".join(_texts(spec))
    lost += [t.text for t in tokens if t.kind == "time" and not _has_time(t.value, written)]
    ranges = {c.end - c.start for c in clauses if isinstance(c, RangeIs) and _has_range(c, written)}
    lost += [
        t.text
        for t in tokens
        if t.kind == "span"
        and t.value * UNIT_MINUTES.get(t.unit, 0) not in ranges
        and not _has_span(t, spec.timeframe, written, known)
    ]
    questions = [
        Question(text, f"What is {text} for? It has no place in the strategy as it was understood.")
        for text in dict.fromkeys(lost)
    ]
    return (*questions, *_unused_measures(clauses, plan))


def _unused_measures(clauses: tuple[Clause, ...], plan: Plan) -> list[Question]:
    rules = (tuple(plan.entries.values()), tuple(plan.exits.values()), tuple(plan.stops), plan.target, plan.part)
    used = list(parts((*rules, plan.break_even)))
    questions = []
    for clause in clauses:
        measure = clause.measure if isinstance(clause, Topic) else clause.named if isinstance(clause, Label) else None
        if isinstance(measure, Measure) and measure.kind != "momentum" and not _is_used(measure, used):
            name = SAID.get(family(measure.kind), measure.kind.upper())
            questions.append(
                Question(name, f"What is the {name} for: when should it let a trade through, or close one?")
            )
    return questions


def _is_used(measure: Measure, used: list[object]) -> bool:
    if measure.kind == "dc_upper" or family(measure.kind) == "dc":
        # "donchian breakout: above the highest high of the last 55 bars"
        return any(isinstance(u, Extreme) or (isinstance(u, Measure) and family(u.kind) == "dc") for u in used)
    found = [u for u in used if isinstance(u, Measure)]
    if measure.kind in AVERAGES and measure.lengths:
        return any((u.kind, u.lengths) == (measure.kind, measure.lengths) for u in found)
    return _group(measure.kind) in {_group(u.kind) for u in found}


def _group(kind: str) -> str:
    if kind in (*AVERAGES, "ma", "golden"):
        return "average"
    return "roc" if kind == "momentum" else family(kind)


def _texts(spec: Spec) -> list[str]:
    ways = spec.state_machine.transitions
    return [*spec.series.values(), *(t.expression for t in ways), *(t.guard for t in ways if t.guard)]


def _has_time(minutes: float, written: str) -> bool:
    hour, minute = divmod(int(minutes), 60)
    return f"{hour} * 60 + {minute}" in written or f'"{hour:02d}:{minute:02d}"' in written


def _has_range(value: RangeIs, written: str) -> bool:
    return all(f'"{int(m) // 60:02d}:{int(m) % 60:02d}"' in written for m in (value.start, value.end))


def _has_span(token: Token, timeframe: str, written: str, known: set[float]) -> bool:
    said = {f"{token.value:g}{token.unit}", frame_of(token) or ""} - {""}
    return timeframe in said or any(f'"{s}"' in written for s in said) or (token.unit == "d" and token.value in known)


def _numbers(spec: Spec, plan: Plan) -> set[float]:
    found = {float(n) for n in _NUMBER.findall(" ".join(_texts(spec)))}
    found |= {abs(float(p.default)) for p in spec.parameters.values()}
    found |= {
        float(c.count)
        for c in parts((tuple(plan.entries.values()), tuple(plan.exits.values())))
        if isinstance(c, Candles)
    }
    if any(
        isinstance(c, Pattern) and c.name.startswith("three_")
        for c in parts((tuple(plan.entries.values()), tuple(plan.exits.values())))
    ):
        found.add(3.0)
    if plan.part is not None:
        found.add(plan.part.fraction * 100)
    if plan.size is not None:
        found.add(plan.size.percent)
    for limit in plan.limits:
        found |= {limit.value, limit.value * 100}
    # "1:2" names the one as well
    return {round(n, 9) for n in found} | ({1.0} if "reward" in spec.parameters else set())
