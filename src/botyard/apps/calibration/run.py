"""A run of the calibration: every answer is kept as it comes, so that a killed run goes on where it was."""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from botyard.errors import InvariantError, UserError
from botyard.ports import Progress
from botyard.records import codec
from botyard.search.crew import Crew, Tell

Task = TypeVar("Task")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Setting:
    """What all answers in one file have in common: the first line of the file."""

    rule: str
    trials: int
    n_hours: int
    real_bars: str  # hash of the imported bars; empty where none are asked for


@dataclass(frozen=True, slots=True)
class Spent:
    """What the answers of one file took."""

    wall_seconds: float  # of all calls together, each until its last answer
    load: float  # mean of the machine's load when answers came: whatever else it did is in it


def answer_all(
    tasks: Mapping[str, Task],
    work: Callable[[Task, Tell], Found],
    kind: type[Found],
    file: Path,
    setting: Setting,
    *,
    workers: int,
    progress: Progress,
) -> list[Found]:
    """Do the tasks that the file does not answer yet, two at once with two workers; return all answers in order.

    tasks: by a name that says everything about them; their order is that of the answers.
    Raises: UserError when the file is of another setting.
    """
    known = read(file, kind, setting)
    missing = {name: task for name, task in tasks.items() if name not in known}
    progress.start(file.stem, len(missing))
    began = time.monotonic()
    with Crew(work, workers) as crew:
        names = {crew.submit(task): name for name, task in missing.items()}
        for number, found in crew.results(lambda units: progress.advance(file.stem, units)):
            known[names[number]] = found
            after = round(time.monotonic() - began, 1)
            _append(file, {"name": names[number], "found": codec.to_plain(found), "after": after, "load": _load()})
    progress.finish(file.stem, f"{len(missing)} answered, {len(tasks) - len(missing)} known before")
    return [known[name] for name in tasks]


def read(file: Path, kind: type[Found], setting: Setting) -> dict[str, Found]:
    """Return the answers of a file by name, and make the file where there is none.

    A last line that a kill cut off is taken out.
    Raises: UserError when the file is of another setting or no such file at all.
    """
    text = file.read_text() if file.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    if not whole:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        _append(file, codec.to_plain(setting))
        return {}
    if whole != text:
        file.write_text(whole)
    first, *rest = whole.splitlines()
    try:
        if json.loads(first) == codec.to_plain(setting):
            rows = [json.loads(line) for line in rest]
            return {row["name"]: codec.from_plain(kind, row["found"]) for row in rows}
    except (ValueError, KeyError, TypeError, InvariantError) as e:
        raise UserError(f"{file} cannot be read ({e}); choose another folder with --folder, or remove it") from e
    raise UserError(
        f"{file} holds answers of another setting, {first}; choose another folder with --folder, or remove it"
    )


def spent(file: Path) -> Spent:
    """Return what the answers of a file took; a call that was stopped counts until its last answer."""
    rows = [json.loads(line) for line in file.read_text().splitlines()[1:]] if file.exists() else []
    after = [row["after"] for row in rows]
    starts_anew = [i for i in range(1, len(after)) if after[i] < after[i - 1]]
    seconds = sum(after[i - 1] for i in [*starts_anew, len(after)] if after)
    return Spent(seconds, sum(row["load"] for row in rows) / max(1, len(rows)))


def _load() -> float:
    return round(os.getloadavg()[0], 2)


def _append(file: Path, plain: Any) -> None:
    with file.open("a") as handle:
        handle.write(json.dumps(plain, sort_keys=True) + "\n")
