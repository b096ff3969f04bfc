"""What a study spends on the engine, and what on Optuna."""

import json
import tempfile
from pathlib import Path
from time import process_time
from typing import Any

from benchmarks import page
from benchmarks.bars import benchmark_bars
from benchmarks.kernel import RULES

from botyard.engine.backtest import Runner, Score
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.records.schema import load_spec
from botyard.search.study import run_study
from botyard.testing.specs import EMA_CROSS

Figure = tuple[str, float, str, str]

TRIALS = 300


class _Timed(Runner):
    """A runner that adds up the CPU time of its trials."""

    spent = 0.0

    def score(self, *args: Any, **how: Any) -> Score:
        """As Runner.score."""
        began = process_time()
        found = super().score(*args, **how)
        _Timed.spent += process_time() - began
        return found


def figures() -> list[Figure]:
    """Measure, in CPU time."""
    from botyard.search import study

    bars, label = benchmark_bars()
    study.Runner = _Timed
    with tempfile.TemporaryDirectory(prefix="botyard-bench-") as folder:
        program = load_program(compile_spec(load_spec(json.dumps(EMA_CROSS))), Path(folder))
        run_study(program, bars, RULES, trials=5, seed=1, min_trades=10, tell=lambda *_: None)
        _Timed.spent = 0.0
        began = process_time()
        run_study(program, bars, RULES, trials=TRIALS, seed=1, min_trades=10, tell=lambda *_: None)
        took = process_time() - began
    found: list[Figure] = [
        (f"a study of {TRIALS} trials over {len(bars):,} {label}, CPU per trial", 1e3 * took / TRIALS, "ms", ""),
        ("  of which the engine", 1e3 * _Timed.spent / TRIALS, "ms", ""),
        ("  the engine's share", 100.0 * _Timed.spent / took, "%", "< 50: bound by Optuna"),
    ]
    page.write_table("study", found)
    return found
