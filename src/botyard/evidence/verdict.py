"""The verdict: whether what the search found is more than luck, and held where the search had not looked.

pass  ⇔  (DSR > 0.99  or  (DSR > 0.50 and p < Φ(Φ⁻¹(DSR) − 3.1) / r²))  and  walk-forward Sharpe > 0
         and  walk-forward Sharpe beyond the mean exposure to the market > 0

For the first run the inner part says that the normal scores of DSR and of 1 − p add up to more than 3.1 (Stouffer's
sum): the more clearly the search beats luck, the less the walk-forward must show, and the other way round.
r counts the runs that asked the same data: Σ 1/r² stays below 1.65, however many follow.
Too few days to show even a splendid edge are `not enough data`, whatever the figures say.
"""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from botyard.evidence import words
from botyard.evidence.bootstrap import BootstrapTest, positive_mean
from botyard.evidence.deflated_sharpe import Deflated, Sample, days_to_show, deflated_sharpe, power, sample
from botyard.evidence.facts import Facts
from botyard.records.verdict import Condition, Figure, Outcome, PermutationTest, Verdict

Floats = npt.NDArray[np.float64]

DSR_ALONE = 0.99
DSR_WITH_P = 0.50
SCORES_TOGETHER = 3.1
YEAR = 365.0

SPLENDID = 3.0
"""A true Sharpe that a verdict must be able to see more often than not."""

DIGITS = 6
"""Kept of every figure, so that the last bits of a machine's linear algebra do not show."""

RULE = (
    f"pass if (DSR > {DSR_ALONE} or (DSR > {DSR_WITH_P:.2f} and p < Φ(Φ⁻¹(DSR) − {SCORES_TOGETHER:g}) / r²)) "
    "and walk-forward Sharpe > 0 and walk-forward Sharpe beyond the market > 0"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verdict is about. Returns are daily, simple and net of costs."""

    chosen: Floats  # in sample, of the trial that was chosen
    tested: Floats  # the walk-forward
    hold: Floats  # of buying and holding what the walk-forward traded, on the same days
    exposure: float  # mean signed position of the walk-forward over its equity
    pooled: Floats  # of the walk-forward's parameters on all candidates, in equal parts
    expected_sharpe: float | None  # of the walk-forward, annual
    period_days: int
    facts: Facts


def judge(evidence: Evidence, *, seed: int) -> Verdict:
    """Apply the rule. `seed` is the bootstrap's; equal evidence and seed give an equal verdict."""
    facts = evidence.facts
    found = sample(evidence.chosen)
    deflated = deflated_sharpe(found, facts.effective_trials) if found else None
    threshold = p_threshold(deflated.value if deflated else 0.0, facts.earlier_runs + 1)
    test = positive_mean(evidence.pooled, seed=seed, threshold=threshold)
    beyond = _annual(sample(evidence.tested - evidence.exposure * evidence.hold))
    conditions = (
        _more_than_luck(deflated, test, threshold),
        _above_zero("walk-forward", evidence.expected_sharpe, "on days that the search had not seen"),
        _above_zero("beyond the market", beyond, "after taking out the mean exposure times buy and hold"),
    )
    needed = math.ceil(days_to_show(SPLENDID, wanted_power=0.5))
    outcome: Outcome = "pass" if all(c.is_met for c in conditions) else "fail"
    if evidence.period_days < needed:
        outcome = "not enough data"
    figures = _figures(evidence, deflated, test, threshold, beyond, needed)
    return Verdict(
        outcome=outcome,
        sentence=words.sentence(outcome, conditions, figures, facts, len(evidence.tested)),
        expected_sharpe=evidence.expected_sharpe,
        reasons=words.reasons(conditions, figures, facts),
        rule=RULE,
        conditions=conditions,
        figures=figures,
        candidate_list=facts.candidate_list,
        null=tuple(_rounded(q) for q in test.null) if test else (),
    )


def with_permutation(verdict: Verdict, test: PermutationTest) -> Verdict:
    """Return the verdict with a permutation test beside it, which it does not hang on."""
    figure = Figure(_rounded(test.p), "the whole search on permuted bars, exact; Besag and Clifford 1991 where stopped")
    return dataclasses.replace(
        verdict,
        permutation=test,
        figures={**verdict.figures, "p_permutation": figure},
        reasons=(*verdict.reasons, words.permutation(test)),
    )


def p_threshold(deflated_sharpe: float, run: int) -> float:
    """Return what p must stay below in the run-th run (1 is the first) on the same data, at this deflated Sharpe ratio.

    0, which no p stays below, where the search shows no more than luck does.
    """
    if deflated_sharpe <= DSR_WITH_P:
        return 0.0
    return float(ndtr(ndtri(deflated_sharpe) - SCORES_TOGETHER)) / run**2


def _more_than_luck(deflated: Deflated | None, test: BootstrapTest | None, threshold: float) -> Condition:
    name = "more than luck"
    if deflated is None:
        return Condition(name, False, "The equity of the chosen parameters never moves: there is nothing to judge.")
    p = math.inf if test is None else test.p
    is_met = deflated.value > DSR_ALONE or p < threshold
    said = "undefined" if test is None else f"{test.p:.2g}"
    wanted = f"with this ratio a p-value below {threshold:.2g}" if threshold else f"more than {DSR_WITH_P:.2f}"
    text = (
        f"The deflated Sharpe ratio is {deflated.value:.3f} and the pooled walk-forward's p-value {said}; "
        f"it takes {wanted}, or a ratio above {DSR_ALONE}."
    )
    return Condition(name, is_met, text)


def _above_zero(name: str, sharpe: float | None, of: str) -> Condition:
    if sharpe is None:
        return Condition(name, False, f"The Sharpe {of} is undefined: nothing was traded there.")
    return Condition(name, sharpe > 0.0, f"The Sharpe {of} is {sharpe:.2f}; it takes more than 0.")


def _figures(
    evidence: Evidence,
    deflated: Deflated | None,
    test: BootstrapTest | None,
    threshold: float,
    beyond: float | None,
    needed: int,
) -> dict[str, Figure]:
    facts, days, expected = evidence.facts, evidence.period_days, evidence.expected_sharpe
    found: dict[str, tuple[float | None, str]] = {
        "deflated_sharpe": (
            deflated.value if deflated else None,
            "Bailey and López de Prado 2014, of the chosen trial's days",
        ),
        "in_sample_sharpe": (_annual(deflated.sample) if deflated else None, "the chosen trial's daily returns"),
        "luck_sharpe": (
            deflated.threshold * math.sqrt(YEAR) if deflated else None,
            "expected best of as many independent trials without any edge",
        ),
        "effective_trials": (facts.effective_trials, "Galwey 2009, (Σ√λ)²/Σλ over the correlations of all trials"),
        "trials": (facts.trials, "different ones of this run's studies, the Selector's passes and earlier runs"),
        "earlier_runs": (facts.earlier_runs, "trial registry: same market, at least half of the days"),
        "p_pooled": (
            test.p if test else None,
            "studentised stationary bootstrap, mean block 5 days, of the pooled walk-forward",
        ),
        "pooled_t": (
            test.statistic if test else None,
            "pooled walk-forward: mean over deviation, times the root of the days",
        ),
        "p_threshold": (threshold, f"Φ(Φ⁻¹(DSR) − {SCORES_TOGETHER:g}) / r² for the r-th run on the data"),
        "walk_forward_sharpe": (expected, "the four chained tests of the walk-forward"),
        "beyond_market_sharpe": (beyond, "walk-forward minus mean exposure times buy and hold"),
        "mean_exposure": (evidence.exposure, "walk-forward: signed position over equity, mean over the bars"),
        "stressed_sharpe": (facts.stressed_sharpe, "in sample at doubled costs, every fill one bar later"),
        "neighbours_positive": (facts.neighbours_positive, "share of neighbouring parameters with a Sharpe above 0"),
        "overfitting": (
            facts.overfitting,
            "PBO, Bailey et al. 2017, 10 parts, of the chosen study; reported, never weighed",
        ),
        "walk_forward_trades": (facts.tested_trades, "closed in the walk-forward"),
        "period_days": (days, "of the research bars"),
        "days_needed": (needed, f"to show a true Sharpe of {SPLENDID:g} in a fair test at 5 % every other time"),
        "power_at_1": (power(1.0, days), "of a fair one-sided test at 5 %, without any search, at a true Sharpe of 1"),
        "power_at_2": (power(2.0, days), "the same at a true Sharpe of 2"),
        "power_at_3": (power(3.0, days), "the same at a true Sharpe of 3"),
        "days_for_expected": (
            days_to_show(expected, wanted_power=0.8) if expected is not None and expected > 0.0 else None,
            "to show the walk-forward Sharpe, were it true, in that test four times of five",
        ),
    }
    return {name: Figure(None if value is None else _rounded(value), source) for name, (value, source) in found.items()}


def _annual(found: Sample | None) -> float | None:
    return None if found is None else found.sharpe * math.sqrt(YEAR)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
