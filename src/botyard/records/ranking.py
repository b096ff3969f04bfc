"""Selector -> Researcher: every candidate with its figures, best first."""

from dataclasses import dataclass
from typing import Literal

CandidateList = Literal["point_in_time", "survivor", "synthetic"]
"""Whether the candidates are all that were listed when the bars begin, those that are left of them, or made up."""


@dataclass(frozen=True, slots=True)
class RankedInstrument:
    """One candidate. Figures are at default parameters, net of costs, unless the name says otherwise."""

    symbol: str
    rank: int | None  # 1 is best; None when it does not qualify
    score: float | None  # mean gross Sharpe over the horizons
    net_return: float | None  # fraction
    net_sharpe: float | None
    max_drawdown: float | None  # fraction, at most 0
    trades: int
    exposure: float | None  # share of bars in the market
    reason: str = ""  # why it does not qualify
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Ranking:
    """All candidates, qualified ones first."""

    candidates: tuple[RankedInstrument, ...]
    horizons: tuple[float, ...]
    candidate_list: CandidateList
    from_ms: int
    until_ms: int
    passes: int  # backtests run

    @property
    def chosen(self) -> tuple[str, ...]:
        """The symbols that go on to the Researcher: the top three."""
        return tuple(c.symbol for c in self.candidates if c.rank is not None)[:3]
