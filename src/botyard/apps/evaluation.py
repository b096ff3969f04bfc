"""Measure a designer on a file of ideas: what compiled, was right, was asked, was refused, and what went silently wrong.

A line of the file is a JSON object with `id` and `idea`; `expect` is compile (the default), clarify or refuse, and `facts`
what the spec must say (stages/designer/facts.py). Without facts a compiled spec is counted, not judged.
Each answer is kept as soon as it is there; an evaluation that was interrupted goes on after it.
"""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botyard.apps import settings
from botyard.errors import UserError
from botyard.ports import LanguageModel, Progress
from botyard.records import codec
from botyard.records.design import Clarification, Design, Refusal
from botyard.records.spec import Spec
from botyard.stages.designer.facts import judge

RULES = "rules"
TASK = "eval designer"
EXPECTED = ("compile", "clarify", "refuse")
GOOD = ("right", "clarified", "refused", "not judged")

Answer = Spec | Clarification | Refusal
Ask = Callable[[str, str], tuple[Answer, float]]
"""Takes an idea and a bar length; gives the answer and what it cost in dollars."""


@dataclass(frozen=True, slots=True)
class Idea:
    """One line of the file."""

    id: str
    idea: str
    expect: str
    facts: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one idea."""

    id: str
    idea: str
    expect: str
    became: str  # compiled, clarified or refused
    outcome: str  # as facts.py judges it, or "not judged"
    notes: tuple[str, ...]  # facts that do not hold, questions, the reason
    seconds: float
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of an evaluation; every idea is in one of the outcomes."""

    ideas: int
    compiled: int
    right: int
    not_judged: int
    clarified: int
    refused: int
    silently_wrong: int
    outcomes: dict[str, int]  # "compile: right" and so on
    seconds: float
    cost_usd: float


def read_ideas(path: Path) -> list[Idea]:
    """Read the file.

    Raises: UserError naming the line that is wrong.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as e:
        raise UserError(f"{path} cannot be read: {e}; give a file with one JSON object per line") from e
    found = [_idea(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    twice = [name for name, n in Counter(i.id for i in found).items() if n > 1]
    if twice or not found:
        what = f"has the id {twice[0]} twice" if twice else "holds no idea"
        raise UserError(f'{path} {what}; each line needs an id of its own and an idea: {{"id": "A1", "idea": "…"}}')
    return found


def _idea(line: str, place: str) -> Idea:
    try:
        row = json.loads(line)
    except ValueError as e:
        raise UserError(f"{place} is no JSON: {e}") from e
    if not isinstance(row, dict) or not all(isinstance(row.get(k), str) and row[k].strip() for k in ("id", "idea")):
        raise UserError(f'{place} needs texts "id" and "idea"')
    expect, facts = row.get("expect", "compile"), row.get("facts")
    if expect not in EXPECTED:
        raise UserError(f'{place}: "expect" is {expect!r}; it is one of {", ".join(EXPECTED)}')
    if facts is not None and not isinstance(facts, dict):
        raise UserError(f'{place}: "facts" must be an object, such as {{"timeframe": "5m"}}')
    return Idea(row["id"], row["idea"], expect, facts)


def evaluate(
    ideas: Sequence[Idea], timeframe: str, ask: Ask, kept: Path, progress: Progress, *, start_anew: bool = False
) -> list[Judged]:
    """Ask about every idea that `kept` does not hold yet; `kept` goes when all are answered.

    Raises: what `ask` raises; what was answered before stays in `kept`.
    """
    if start_anew:
        kept.unlink(missing_ok=True)
    done = {judged.id: judged for judged in _kept(kept)}
    progress.start(TASK, len(ideas))
    progress.advance(TASK, sum(i.id in done for i in ideas))
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.open("w", encoding="utf-8") as file:
        file.writelines(_line(judged) for judged in done.values())  # without a line that was cut off
        for idea in ideas:
            if idea.id in done:
                continue
            done[idea.id] = _judged(idea, timeframe, ask)
            file.write(_line(done[idea.id]))
            file.flush()
            progress.advance(TASK)
    kept.unlink()
    judged = [done[idea.id] for idea in ideas]
    progress.finish(TASK, f"{sum(j.outcome in GOOD for j in judged)} of {len(judged)} as they should be")
    return judged


def _judged(idea: Idea, timeframe: str, ask: Ask) -> Judged:
    started = time.perf_counter()
    answer, cost = ask(idea.idea, timeframe)
    seconds = time.perf_counter() - started
    became = {Clarification: "clarified", Refusal: "refused"}.get(type(answer), "compiled")
    if idea.facts is None and idea.expect == "compile" and became == "compiled":
        score = None
    else:
        score = judge(idea.expect, idea.facts or {}, answer)
    outcome, notes = (score.outcome, score.wrong) if score else ("not judged", ())
    return Judged(idea.id, idea.idea, idea.expect, became, outcome, notes, round(seconds, 3), round(cost, 6))


def _line(judged: Judged) -> str:
    return json.dumps(codec.to_plain(judged), ensure_ascii=False) + "\n"


def _kept(path: Path) -> Iterator[Judged]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield codec.from_plain(Judged, json.loads(line))
        except ValueError:
            return  # cut off in the middle of a line: that idea is asked about again


def figures(judged: Sequence[Judged]) -> Figures:
    """Count."""
    outcomes = Counter(j.outcome for j in judged)
    became = Counter(j.became for j in judged)
    return Figures(
        ideas=len(judged),
        compiled=became["compiled"],
        right=outcomes["right"],
        not_judged=outcomes["not judged"],
        clarified=became["clarified"],
        refused=became["refused"],
        silently_wrong=outcomes["silently wrong"],
        outcomes=dict(sorted(Counter(f"{j.expect}: {j.outcome}" for j in judged).items())),
        seconds=round(sum(j.seconds for j in judged), 3),
        cost_usd=round(sum(j.cost_usd for j in judged), 6),
    )


def by_rules(idea: str, timeframe: str) -> tuple[Answer, float]:
    """Answer with the rules alone."""
    from botyard.stages.designer.design import Draft, draft

    answer = draft(idea, timeframe)
    return (answer.spec if isinstance(answer, Draft) else answer), 0.0


def designer_of(setting: str, budget_usd: float) -> tuple[str, Ask]:
    """Choose the designer: its name, and how it is asked. No setting is BOTYARD_MODEL's, "rules" the rules alone.

    Raises: UserError when the setting, its key or its price is missing or wrong.
    """
    from botyard.apps.language_model import SETTING, open_setting

    text = setting or os.environ.get(SETTING, "").strip() or RULES
    if text == RULES:
        return RULES, by_rules
    model, budget = open_setting(text, budget_usd)
    return model.name, by_model(model, lambda: budget.spent_usd)


def by_model(model: LanguageModel, spent_usd: Callable[[], float]) -> Ask:
    """Answer with the rules, and with the model where they have to ask; `spent_usd` tells the money so far."""

    def ask(idea: str, timeframe: str) -> tuple[Answer, float]:
        from botyard.stages import designer

        before = spent_usd()
        answer = designer.run(idea, timeframe, model)
        return (answer.spec if isinstance(answer, Design) else answer), spent_usd() - before

    return ask


def kept_path(file: Path, timeframe: str, name: str) -> Path:
    """Where the answers of an evaluation that is not done yet are kept."""
    mark = hashlib.sha256(b"\0".join((file.read_bytes(), timeframe.encode(), name.encode()))).hexdigest()[:12]
    return settings.home() / "evaluations" / f"{file.stem}-{mark}.jsonl"
