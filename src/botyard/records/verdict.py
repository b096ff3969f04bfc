"""The evidence verdict: what the data say about the edge."""

from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["pass", "fail", "not enough data", "not assessed"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the verdict and where it comes from. Sharpe ratios are annual unless the source says otherwise."""

    value: float | None  # None where undefined
    source: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One part of the rule, as it was found."""

    name: str
    is_met: bool
    text: str


@dataclass(frozen=True, slots=True)
class PermutationTest:
    """The whole search on permuted bars, beside the search on the bars as they were. Reported, never weighed."""

    p: float  # exact: how often luck alone finds as much
    reached: int  # permutations whose best value is at least the actual one
    used: int  # permutations that count
    is_stopped: bool  # before all that were asked for, since enough had reached it
    actual: float  # value of the chosen trial: its annual Sharpe, lower where trades are few
    found: tuple[float | None, ...]  # best value of each permutation; None where no instrument qualified


@dataclass(frozen=True, slots=True)
class Verdict:
    """`pass` alone opens mainnet; `not assessed` opens nothing."""

    outcome: Outcome
    sentence: str  # the one honest sentence that report, CLI and chat all show
    expected_sharpe: float | None  # always the walk-forward one
    reasons: tuple[str, ...] = ()
    rule: str = ""  # that was applied, in one line
    conditions: tuple[Condition, ...] = ()
    figures: dict[str, Figure] = field(default_factory=dict)
    candidate_list: str = ""  # point_in_time, survivor or synthetic
    null: tuple[float, ...] = ()  # 101 quantiles of the pooled walk-forward's t ratio without an edge
    permutation: PermutationTest | None = None  # where it was asked for
