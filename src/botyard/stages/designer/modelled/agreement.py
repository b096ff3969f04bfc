"""Spec against witness, bar by bar, on bars that exercise every guard."""

import ast
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botyard.cage import Limits, run_strategy
from botyard.errors import SpecError
from botyard.language import CompiledStrategy, compile_spec
from botyard.records.spec import Spec, Transition
from botyard.stages.designer.modelled.bars import Series, series_of
from botyard.stages.designer.modelled.play import Decision, Played, decision_of, module_of, play

if TYPE_CHECKING:
    from botyard.market import Market

LEAST_BARS = 5_000
LIMITS = Limits(seconds=60.0, memory_mib=256)
_NEVER = "close < 0"


@dataclass(frozen=True, slots=True)
class Difference:
    """The first bar on which two readings of an idea part."""

    where: str
    seen: dict[str, object]
    before: dict[str, object]  # the bar before it
    spec: Decision
    witness: Decision

    def told(self, mine: Decision, other: Decision) -> str:
        """Tell one of the two."""
        return (
            "Another reader of the idea, who has not seen your answer, decides differently on one of the test bars.\n"
            f"{self.where}; the bar before it: {json.dumps(self.before)}\nthe bar: {json.dumps(self.seen)}\n"
            f"you decide at its close: {mine}\nthe other decides: {other}\n"
            "Look at the idea again. Correct your answer where it is wrong; return it unchanged where the idea bears it out."
        )


@dataclass(frozen=True, slots=True)
class Ground:
    """The bars of a comparison, what the spec decided on them, and the guards that made no difference."""

    series: tuple[Series, ...]
    played: tuple[Played, ...]
    unexercised: tuple[str, ...]

    @property
    def bars(self) -> int:
        """How many bars are compared."""
        return sum(len(s.rows) - s.start for s in self.series)

    @property
    def real_bars(self) -> int:
        """How many of these are real."""
        return sum(len(s.rows) - s.start for s in self.series if s.is_real)

    @property
    def decisions(self) -> int:
        """On how many of these something is wanted or rests."""
        return sum(
            d != Decision() for s, p in zip(self.series, self.played, strict=True) for d in p.decisions[s.start :]
        )


def ground(compiled: CompiledStrategy, open_market: "Callable[[], Market] | None") -> Ground:
    """Take series until there are enough bars and each guard made a difference, or there are no more series."""
    module = module_of(compiled)
    waiting = dict(_without_a_guard(compiled.spec))
    series: list[Series] = []
    played: list[Played] = []
    for one in series_of(compiled, int(module.warm_up(module.DEFAULTS)), open_market):
        whole = play(module, one.rows)
        new = [
            name for name, mutant in waiting.items() if _differs(whole, play(module_of(mutant), one.rows), one.start)
        ]
        enough = sum(len(s.rows) - s.start for s in series) >= LEAST_BARS
        if enough and not new:
            continue
        for name in new:
            del waiting[name]
        series.append(one)
        played.append(whole)
        if not waiting and sum(len(s.rows) - s.start for s in series) >= LEAST_BARS:
            break
    return Ground(tuple(series), tuple(played), tuple(waiting))


def compare(source: str, on: Ground) -> Difference | str | None:
    """Let a witness decide on the same bars: None where it agrees, what is wrong with its program, or where it parts."""
    for series, played in zip(on.series, on.played, strict=True):
        said = run_strategy(source, played.seen, {}, LIMITS)
        if said.error:
            return said.error
        for index in range(series.start, len(series.rows)):
            seen, mine = played.seen[index], played.decisions[index]
            other = decision_of(said.values[index], seen["exposure"])
            if isinstance(other, str):
                return other
            if not mine.is_same(other):
                where = f"bar {index} of {series.name}"
                return Difference(where, seen, played.seen[index - 1], mine, other)
    return None


def _differs(whole: Played, mutant: Played, start: int) -> bool:
    pairs = zip(whole.decisions[start:], mutant.decisions[start:], strict=True)
    return any(not a.is_same(b) for a, b in pairs)


def _without_a_guard(spec: Spec) -> Iterator[tuple[str, CompiledStrategy]]:
    """Give the spec without one of its guards, for each of them; what does not compile so is left out."""
    for index, transition in enumerate(spec.state_machine.transitions):
        for name, changed in _changes(transition):
            ways = spec.state_machine.transitions
            transitions = (*ways[:index], changed, *ways[index + 1 :])
            mutant = replace(spec, state_machine=replace(spec.state_machine, transitions=transitions))
            try:
                yield f"transitions[{index}] ({transition.signal}): {name}", compile_spec(mutant)
            except SpecError:
                continue


def _changes(t: Transition) -> Iterator[tuple[str, Transition]]:
    if t.when is not None:
        yield "fires", replace(t, when=_NEVER)
        for part, rest in _parts(t.when):
            yield part, replace(t, when=rest)
    else:
        yield "fires", replace(t, guard=_NEVER)
        if t.guard is not None:
            yield t.guard, replace(t, guard=None)
            for part, rest in _parts(t.guard):
                yield part, replace(t, guard=rest)


def _parts(condition: str) -> Iterator[tuple[str, str]]:
    """Give each part of an `and` or `or`, with the condition that is left without it."""
    root = ast.parse(condition, mode="eval").body
    if not isinstance(root, ast.BoolOp):
        return
    for part in root.values:
        rest = [value for value in root.values if value is not part]
        left: ast.expr = rest[0] if len(rest) == 1 else ast.BoolOp(root.op, rest)
        yield ast.unparse(part), ast.unparse(left)
