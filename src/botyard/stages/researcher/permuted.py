"""The whole search as one task, on permuted bars: rank all candidates, search the best three, keep the best value."""

import pickle
from dataclasses import dataclass
from pathlib import Path

from botyard.engine.bars import Bars
from botyard.evidence.permutation import permuted
from botyard.language import CompiledStrategy
from botyard.records.market import TradingRules
from botyard.search.crew import Tell
from botyard.search.ranking import MIN_TRADES, TOP, Candidate, rank, screen
from botyard.search.study import run_study
from botyard.search.tasks import loaded_program, study_name, study_seed

Panel = dict[str, tuple[Bars, TradingRules]]


@dataclass(frozen=True, slots=True)
class PermutedSearch:
    """One permutation to be searched; the panel of all candidates lies in a file, since every task needs all of it."""

    number: int  # 1 is the first
    panel: Path
    compiled: CompiledStrategy
    trials: int
    seed: int
    cache_dir: Path | None = None


def keep_panel(path: Path, panel: Panel) -> None:
    """Write the candidates for the workers of this very run."""
    path.write_bytes(pickle.dumps(panel, protocol=pickle.HIGHEST_PROTOCOL))


def run_permuted(task: PermutedSearch, tell: Tell) -> float | None:
    """Return the value that the search would have chosen; None where no instrument qualifies."""
    name = f"permutation{task.number}"
    panel = _panel(task.panel)
    ticks = {symbol: rules.instrument.tick for symbol, (_, rules) in panel.items()}
    shuffled = permuted({symbol: bars for symbol, (bars, _) in panel.items()}, ticks, study_seed(task.seed, name))
    program = loaded_program(task.compiled, task.cache_dir)
    candidates = {symbol: Candidate(symbol, shuffled[symbol], panel[symbol][1]) for symbol in panel}
    ranked = rank([screen(program, task.compiled.window_parameters, c).ranked for c in candidates.values()])
    values = []
    for symbol in [c.symbol for c in ranked if c.rank is not None][:TOP]:
        result = run_study(
            program,
            candidates[symbol].bars,
            candidates[symbol].rules,
            trials=task.trials,
            seed=study_seed(task.seed, f"{name}_{study_name(symbol)}"),
            min_trades=MIN_TRADES,
        )
        values.append(result.best.value)
    tell(1)
    return max((value for value in values if value is not None), default=None)


_panels: dict[Path, Panel] = {}  # a worker searches many permutations of the same panel


def _panel(path: Path) -> Panel:
    if path not in _panels:
        _panels.clear()
        _panels[path] = pickle.loads(path.read_bytes())  # noqa: S301  (written by this run, in a folder of its own)
    return _panels[path]
