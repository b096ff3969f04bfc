"""Studies as tasks for worker processes: everything a study needs travels with it.

A task holds the bars it may see and no others, so that a fold's search cannot look ahead.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botyard.engine.bars import Bars
from botyard.engine.program import Program, load_program
from botyard.language import CompiledStrategy
from botyard.records import codec
from botyard.records.market import TradingRules
from botyard.search.crew import Tell
from botyard.search.study import N_EI_CANDIDATES, N_STARTUP, StudyResult, run_study

VERSION = 2
"""Raised whenever a study's result changes for equal inputs: kept results of older versions are not taken up."""


@dataclass(frozen=True, slots=True)
class StudyTask:
    """One study to be run."""

    name: str  # unique in a run, usable as a file name
    compiled: CompiledStrategy
    bars: Bars
    rules: TradingRules
    trials: int
    seed: int
    min_trades: int
    cache_dir: Path | None = None  # where the machine code is kept

    def inputs_hash(self) -> str:
        """Return a hash of everything that the result depends on."""
        inputs: dict[str, Any] = {
            "code": self.compiled.code_hash,
            "spec": self.compiled.spec_hash,
            "bars": _bars_hash(self.bars),
            "rules": self.rules,
            "trials": self.trials,
            "seed": self.seed,
            "min_trades": self.min_trades,
            "sampler": [VERSION, N_STARTUP, N_EI_CANDIDATES],
        }
        return codec.content_hash(inputs)


@dataclass(frozen=True, slots=True)
class KeptStudy:
    """A finished study as a run keeps it."""

    inputs_hash: str
    result: StudyResult


def study_name(symbol: str, fold: int | None = None) -> str:
    """Return a study's name: BTC_USDT, or fold2_BTC_USDT."""
    plain = symbol.replace("/", "_").replace(":", "_")
    return plain if fold is None else f"fold{fold}_{plain}"


def study_seed(seed: int, name: str) -> int:
    """Give each study of a run a seed of its own, whatever the order they run in."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:4], "big")


def run_task(task: StudyTask, tell: Tell) -> StudyResult:
    """Run one study in whichever process this is."""
    return run_study(
        loaded_program(task.compiled, task.cache_dir),
        task.bars,
        task.rules,
        trials=task.trials,
        seed=task.seed,
        min_trades=task.min_trades,
        tell=tell,
    )


_programs: dict[str, Program] = {}  # a worker gets several tasks of the same strategy


def loaded_program(compiled: CompiledStrategy, cache_dir: Path | None) -> Program:
    """Load a strategy's machine code once per process."""
    key = f"{compiled.code_hash} {compiled.spec_hash}"
    if key not in _programs:
        _programs.clear()
        _programs[key] = load_program(compiled, cache_dir)
    return _programs[key]


def _bars_hash(bars: Bars) -> str:
    digest = hashlib.sha256()
    for column in bars.columns():
        digest.update(column.data)
    return digest.hexdigest()
