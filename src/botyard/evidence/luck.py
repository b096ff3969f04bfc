"""Whether luck explains what was found: three questions, and their answers joined to one p-value.

1. Is the best of the search better than luck's best would be? The deflated Sharpe ratio of the chosen trial.
2. Did what the folds found earn on all candidates, on days they had not seen? The pooled walk-forward.
3. Did the idea as it was said, which no search could flatter, earn on all candidates? The idea at its defaults.

Each p-value is a normal score; without an edge the scores are about standard normal, or lower for the costs of
trading. They are added up, the more of one making up for the less of another (Stouffer). Being about the same days
and the same idea they go up and down together, so that their sum varies more than that of independent ones.
"""

import math
from dataclasses import dataclass

from scipy.special import ndtr, ndtri

from botyard.evidence.bootstrap import BootstrapTest
from botyard.evidence.deflated_sharpe import Deflated

DSR_AT_LEAST = 0.50
"""At 0.5 the search found just what luck's best is expected to show."""

P_TOGETHER = 0.05
"""For the first run on the data: the usual level."""

CORRELATION = 0.5
VARIANCE_OF_SUM = 3.0 + 6.0 * CORRELATION

SURE = 1e-12
"""No p-value counts as smaller, so that no one score is without end."""


@dataclass(frozen=True, slots=True)
class Luck:
    """The answers to the three questions; None where nothing moved."""

    deflated: Deflated | None
    pooled: BootstrapTest | None
    idea: BootstrapTest | None
    threshold: float  # that p must stay below

    @property
    def p(self) -> float:
        """All three together; 1 where one of them has no answer."""
        if self.deflated is None or self.pooled is None or self.idea is None:
            return 1.0
        return together(1.0 - self.deflated.value, self.pooled.p, self.idea.p)

    @property
    def is_beaten(self) -> bool:
        """Whether luck does not explain what was found."""
        return self.deflated is not None and self.deflated.value > DSR_AT_LEAST and self.p < self.threshold


def together(found: float, pooled: float, idea: float) -> float:
    """Return one p-value for three whose normal scores are correlated by 0.5.

    Stouffer et al., The American Soldier, volume 1, 1949; correlated scores as in Strube, Combining and comparing
    significance levels from nonindependent hypothesis tests, Psychological Bulletin 97(2), 1985.
    """
    scores = sum(-float(ndtri(min(max(p, SURE), 1.0 - SURE))) for p in (found, pooled, idea))
    return float(ndtr(-scores / math.sqrt(VARIANCE_OF_SUM)))
