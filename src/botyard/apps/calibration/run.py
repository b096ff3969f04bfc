"""A run of the calibration: every answer is kept as it comes, so that a killed run goes on where it was."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from botyard.apps.calibration.asking import Answers, Task, ask, real_hours
from botyard.apps.calibration.plan import Question
from botyard.apps.calibration.universes import HOURS_PER_YEAR, RealHours
from botyard.errors import UserError
from botyard.evidence.verdict import RULE
from botyard.market import open_market
from botyard.ports import Progress
from botyard.records import codec
from botyard.search.crew import Crew

TASK = "universes"


@dataclass(frozen=True, slots=True)
class Setting:
    """What all answers in one file have in common; the first line of the file."""

    rule: str
    trials: int
    n_hours: int
    real_bars: str  # hash of the imported bars; empty where they are not asked for


def setting(questions: Sequence[Question], *, trials: int, n_hours: int, home: Path, until_ms: int) -> Setting:
    """Describe a run. Raises: UserError when imported bars are needed and there are none."""
    needs_real = any(q.kind == "real" for q in questions)
    return Setting(RULE, trials, n_hours, _real_hash(real_hours(home, until_ms)) if needs_real else "")


def answer_all(
    questions: Sequence[Question],
    file: Path,
    described: Setting,
    *,
    home: Path,
    until_ms: int,
    workers: int,
    progress: Progress,
) -> list[Answers]:
    """Ask what the file does not answer yet, and return the answers in the order of the questions.

    Raises: UserError when the file is of another setting.
    """
    known = read(file, described)
    missing = [q for q in questions if known.get(q.name, Answers(q, (), (), 0.0)).question != q or q.name not in known]
    progress.start(TASK, len(missing))
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        _append(file, codec.to_plain(described))
    with Crew(ask, workers) as crew:
        for question in missing:
            crew.submit(Task(question, described.trials, described.n_hours, home, until_ms))
        for _, found in crew.results(lambda units: progress.advance(TASK, units)):
            known[found.question.name] = found
            _append(file, codec.to_plain(found))
    progress.finish(TASK, f"{len(missing)} asked, {len(questions) - len(missing)} known before")
    return [known[q.name] for q in questions]


def read(file: Path, described: Setting) -> dict[str, Answers]:
    """Return what a file answers, by question; a last line that was cut off is left out.

    Raises: UserError when the file is of another setting.
    """
    if not file.exists():
        return {}
    text = file.read_text()
    if not text.endswith("\n"):  # killed while it wrote
        text = text[: text.rfind("\n") + 1]
        file.write_text(text)
    lines = text.splitlines()
    if not lines:
        file.unlink()
        return {}
    if json.loads(lines[0]) != codec.to_plain(described):
        raise UserError(
            f"{file} holds answers of another setting ({lines[0]}); choose another folder with --folder, or remove it"
        )
    found = [codec.from_plain(Answers, json.loads(line)) for line in lines[1:]]
    return {answers.question.name: answers for answers in found}


def _append(file: Path, plain: object) -> None:
    with file.open("a") as handle:
        handle.write(json.dumps(plain, sort_keys=True) + "\n")


def _real_hash(real: RealHours) -> str:
    import hashlib

    return hashlib.sha256(real.close.tobytes()).hexdigest()[:16]


__all__ = ["HOURS_PER_YEAR", "Setting", "answer_all", "open_market", "read", "setting"]
