"""Answers counted: how often each kind of universe passed, by the verdict and by the naive rule."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from botyard.apps.calibration.asking import Answers
from botyard.apps.calibration.intervals import clopper_pearson

NAIVE_SHARPE = 1.0
"""In sample, of the best trial: what many a search's report would call an edge."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """Between 0 and 1; 0 of none is 0."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, exact."""
        return clopper_pearson(self.count, self.of)


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of universe."""

    label: str
    passed: Share
    naive: Share
    in_sample_sharpe: float | None  # means over the ideas that traded
    walk_forward_sharpe: float | None


def row(label: str, found: Sequence[Answers]) -> Row:
    """Count universes; one counts as passed when any of its ideas did."""
    answers = [answer for one in found for answer in one.answers]
    return Row(
        label=label,
        passed=Share(sum(passes(one) for one in found), len(found)),
        naive=Share(sum(passes_naively(one) for one in found), len(found)),
        in_sample_sharpe=_mean(a.in_sample_sharpe for a in answers),
        walk_forward_sharpe=_mean(a.walk_forward_sharpe for a in answers),
    )


def rows(found: Sequence[Answers], label_of: Callable[[Answers], str]) -> list[Row]:
    """Count by label, in the order in which labels first appear."""
    groups: dict[str, list[Answers]] = {}
    for one in found:
        groups.setdefault(label_of(one), []).append(one)
    return [row(label, group) for label, group in groups.items()]


def passes(found: Answers) -> bool:
    """Whether any idea got the verdict `pass`."""
    return any(answer.outcome == "pass" for answer in found.answers)


def passes_naively(found: Answers) -> bool:
    """Whether any idea's best trial had an in-sample Sharpe above 1."""
    return any((answer.in_sample_sharpe or 0.0) > NAIVE_SHARPE for answer in found.answers)


def cpu_minutes(found: Iterable[Answers]) -> float:
    """Return the processor time that the answers took."""
    return sum(one.cpu_seconds for one in found) / 60.0


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
