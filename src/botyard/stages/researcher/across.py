"""Parameters on all candidates at once: what is found or said of one instrument must hold on the others too."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from botyard.engine import metrics as figures
from botyard.engine.backtest import Runner
from botyard.engine.bars import DAY_MS
from botyard.engine.program import Program
from botyard.evidence.earned import Earned, Floats
from botyard.search.ranking import Candidate
from botyard.search.space import Values


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days, UTC numbers, and the parameters they are traded with; none: in cash."""

    first_day: int
    last_day: int
    parameters: Values | None


def earned_across(program: Program, candidates: Sequence[Candidate], stretches: Sequence[Stretch]) -> Earned:
    """Return what the candidates earned in equal parts over stretches that follow each other.

    A run decides on closed bars only, so that its days in a stretch are those of a run that ends there.
    """
    first = stretches[0].first_day
    n_days = stretches[-1].last_day + 1 - first
    returns, hold, count = np.zeros(n_days), np.zeros(n_days), np.zeros(n_days)
    exposures = []
    for candidate in candidates:
        days = figures.return_days(candidate.bars.open_ms)
        held = figures.daily_returns(candidate.bars.open_ms, candidate.bars.close)
        runner = Runner(program, candidate.bars, candidate.rules)
        for stretch in stretches:
            inside = (days >= stretch.first_day) & (days <= stretch.last_day)
            at = days[inside] - first
            count[at] += 1.0
            hold[at] += held[inside]
            made, exposure = _made(program, candidate, runner, stretch)
            returns[at] += np.nan_to_num(made[inside], posinf=0.0, neginf=0.0)
            exposures.append(exposure)
    parts = np.maximum(count, 1.0)
    return Earned(returns / parts, hold / parts, float(np.concatenate(exposures).mean()))


def _made(program: Program, candidate: Candidate, runner: Runner, stretch: Stretch) -> tuple[Floats, Floats]:
    # daily returns of all days; signed position over equity at the bars of the stretch
    bars = candidate.bars
    from_bar, until_bar = bars.open_ms.searchsorted([stretch.first_day * DAY_MS, (stretch.last_day + 1) * DAY_MS])
    if stretch.parameters is None:
        return np.zeros(figures.return_days(bars.open_ms).size), np.zeros(until_bar - from_bar)
    run = runner.backtest(program.vector(stretch.parameters))
    part = slice(from_bar, until_bar)
    equity = np.maximum(run.equity[part], 1e-9)  # a liquidated account holds nothing
    lot = candidate.rules.instrument.lot.value
    return figures.daily_returns(bars.open_ms, run.equity), run.lots[part] * lot * bars.close[part] / equity
