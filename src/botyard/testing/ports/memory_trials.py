"""The trial registry in memory: a fake of the TrialRegistry port that keeps the same promises."""

from collections.abc import Iterator

from botyard.records.trials import RegisteredRun


class MemoryTrials:
    """The TrialRegistry port on a list."""

    def __init__(self) -> None:
        self.runs: list[RegisteredRun] = []

    def add(self, run: RegisteredRun) -> int:
        """Register a run and return its place."""
        if run not in self.runs:
            self.runs.append(run)
        return self.runs.index(run) + 1

    def earlier(self, place: int, run: RegisteredRun) -> Iterator[RegisteredRun]:
        """Yield the runs before that place which share the market and half of the days."""
        days = set(range(run.trials.first_day, run.trials.first_day + run.trials.n_days))
        for other in self.runs[: place - 1]:
            theirs = range(other.trials.first_day, other.trials.first_day + other.trials.n_days)
            if other.market == run.market and other.trials.n_trials and 2 * len(days.intersection(theirs)) >= len(days):
                yield other
