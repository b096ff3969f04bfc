"""The whole calibration: measure the planted edges, ask every universe, write the report."""

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from botyard.apps.calibration import pictures, report, run, truth
from botyard.apps.calibration.asking import Answers, Task, ask, real_hours
from botyard.apps.calibration.plan import GROUPS, Group, Question, SeedRange, questions
from botyard.apps.calibration.run import Setting
from botyard.apps.calibration.universes import HOURS_PER_YEAR, Kind
from botyard.errors import UserError
from botyard.evidence.verdict import RULE
from botyard.ports import Progress


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for."""

    seeds: SeedRange
    counts: dict[Group, int]
    kinds: tuple[Kind, ...]
    trials: int
    folder: Path  # where answers are kept
    home: Path  # where the imported bars and machine code are
    until_ms: int  # now
    workers: int
    n_hours: int = HOURS_PER_YEAR
    truth_years: int = truth.YEARS


def calibrate(wish: Wish, progress: Progress) -> report.Findings:
    """Ask everything that the folder does not answer yet.

    Raises: UserError when bars are needed and none were imported, or the folder holds answers of another setting.
    """
    asked = {group: questions(group, wish.seeds, wish.counts[group], wish.kinds) for group in GROUPS}
    needs_real = any(q.kind == "real" for group in GROUPS for q in asked[group])
    setting = Setting(RULE, wish.trials, wish.n_hours, _real_hash(wish) if needs_real else "")
    answers = {group: _answers(wish, group, asked[group], setting, progress) for group in GROUPS}
    truths = _truths(wish, progress) if asked["power"] else []
    spent = {group: run.spent(_file(wish, group)) for group in GROUPS}
    return report.Findings(
        wish.seeds, setting, answers["no-edge"], answers["power"], answers["registry"], tuple(truths), spent
    )


def seed_range(text: str) -> SeedRange:
    """Read what a person types. Raises: UserError."""
    if text not in get_args(SeedRange):
        raise UserError(f"there are no {text!r} seeds; choose one of {', '.join(get_args(SeedRange))}")
    return cast("SeedRange", text)


def universe_kinds(text: str) -> tuple[Kind, ...]:
    """Read kinds of universes, separated by commas. Raises: UserError naming those there are."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in get_args(Kind)]
    if unknown or not names:
        raise UserError(f"universes of kind {text!r} cannot be made; choose some of {', '.join(get_args(Kind))}")
    return tuple(cast("Kind", name) for name in dict.fromkeys(names))


def write(found: report.Findings, file: Path) -> None:
    """Write the report, and its pictures into images/ beside it."""
    images = file.parent / "images"
    images.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.draw(found).items():
        (images / name).write_bytes(picture)
    file.write_text(report.markdown(found))


def summary(found: report.Findings) -> list[tuple[str, str, str, str]]:
    """Return what was to be reached, what was found, and whether it was."""
    return [(name, goal, said, "yes" if is_met else "no") for name, goal, said, is_met in report.goals(found)]


def _answers(wish: Wish, group: Group, asked: list[Question], setting: Setting, progress: Progress) -> list[Answers]:
    if not asked:
        return []
    if not any(q.kind == "real" for q in asked):
        setting = dataclasses.replace(setting, real_bars="")
    tasks = {q.name: Task(q, wish.trials, wish.n_hours, wish.home, wish.until_ms) for q in asked}
    return run.answer_all(tasks, ask, Answers, _file(wish, group), setting, workers=wish.workers, progress=progress)


def _file(wish: Wish, group: Group) -> Path:
    return wish.folder / f"{group}.jsonl"


def _truths(wish: Wish, progress: Progress) -> list[truth.Truth]:
    return run.answer_all(
        truth.tasks(years=wish.truth_years, cache_dir=wish.home / "cache"),
        truth.measure,
        truth.Truth,
        wish.folder / "truth.jsonl",
        Setting("", 0, 0, ""),  # a task's name says it all
        workers=wish.workers,
        progress=progress,
    )


def _real_hash(wish: Wish) -> str:
    real = real_hours(wish.home, wish.until_ms)
    return hashlib.sha256(real.close.tobytes()).hexdigest()[:16]
