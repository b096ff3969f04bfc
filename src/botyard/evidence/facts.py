"""What stands beside the returns: how much was tried, and checks that no luck in them could replace."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts, labels and hygiene of a run."""

    effective_trials: float
    trials: int  # different ones
    earlier_runs: int  # that share half of the period
    tested_trades: int
    stressed_sharpe: float | None  # annual, in sample, at doubled costs and one bar of delay; None where undefined
    neighbours_positive: float | None  # share; None where nothing was searched
    candidate_list: str
    overfitting: float | None = None  # PBO of the chosen study
