"""The evidence verdict: what the data say about the edge."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Verdict:
    """`pass` alone opens mainnet; `not assessed` opens nothing."""

    outcome: Literal["pass", "fail", "not enough data", "not assessed"]
    sentence: str  # the one honest sentence that report, CLI and chat all show
    expected_sharpe: float | None  # always the walk-forward one
    reasons: tuple[str, ...] = ()
