"""The verdict: whether what was found is more than luck, and held where the search had not looked.

pass  ⇔  DSR > 0.50  and  p < 0.05 / r²  and  walk-forward Sharpe > 0
         and  walk-forward Sharpe beyond the mean exposure to the market > 0

p joins three questions about luck (luck.py); r counts the runs that asked the same data: Σ 1/r² stays below 1.65,
however many follow. Too few days to show even a splendid edge are `not enough data`, whatever the figures say.
"""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from botyard.evidence import words
from botyard.evidence.bootstrap import positive_mean
from botyard.evidence.deflated_sharpe import days_to_show, deflated_sharpe, power, sample
from botyard.evidence.earned import Earned
from botyard.evidence.facts import Facts
from botyard.evidence.luck import DSR_AT_LEAST, P_TOGETHER, VARIANCE_OF_SUM, Luck
from botyard.records.verdict import Condition, Figure, Outcome, PermutationTest, Verdict

Floats = npt.NDArray[np.float64]

ROOT_OF_YEAR = math.sqrt(365.0)

SPLENDID = 3.0
"""A true Sharpe that a verdict must be able to see more often than not."""

DIGITS = 6
"""Kept of every figure, so that the last bits of a machine's linear algebra do not show."""

RULE = (
    f"pass if DSR > {DSR_AT_LEAST:.2f} and p < {P_TOGETHER:g} / r² and walk-forward Sharpe > 0 and walk-forward Sharpe "
    "beyond the market > 0, where p = 1 − Φ((Φ⁻¹(DSR) + Φ⁻¹(1 − p of the walk-forward on all) + Φ⁻¹(1 − p of the idea "
    f"on all)) / √{VARIANCE_OF_SUM:g})"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verdict is about. Returns are daily, simple and net of costs."""

    chosen: Floats  # in sample, of the trial that was chosen
    tested: Earned  # the walk-forward
    pooled: Earned  # the walk-forward's parameters on all candidates
    idea: Earned  # the idea at its defaults on all candidates, over the whole period
    expected_sharpe: float | None  # of the walk-forward, annual
    period_days: int
    facts: Facts


def judge(evidence: Evidence, *, seed: int) -> Verdict:
    """Apply the rule. `seed` is the bootstraps'; equal evidence and seed give an equal verdict."""
    facts = evidence.facts
    found = sample(evidence.chosen)
    luck = Luck(
        deflated=deflated_sharpe(found, facts.effective_trials) if found else None,
        pooled=positive_mean(evidence.pooled.beyond_market(), seed=seed),
        idea=positive_mean(evidence.idea.beyond_market(), seed=seed),
        threshold=P_TOGETHER / (facts.earlier_runs + 1) ** 2,
    )
    beyond = _annual(evidence.tested.beyond_market())
    conditions = (
        _more_than_luck(luck),
        _above_zero("walk-forward", evidence.expected_sharpe, "on days that the search had not seen"),
        _above_zero("beyond the market", beyond, "after taking out the mean exposure times buy and hold"),
    )
    needed = math.ceil(days_to_show(SPLENDID, wanted_power=0.5))
    outcome: Outcome = "pass" if all(c.is_met for c in conditions) else "fail"
    if evidence.period_days < needed:
        outcome = "not enough data"
    figures = _figures(evidence, luck, beyond, needed)
    return Verdict(
        outcome=outcome,
        sentence=words.sentence(outcome, conditions, figures, facts, len(evidence.tested.returns)),
        expected_sharpe=evidence.expected_sharpe,
        reasons=words.reasons(conditions, figures, facts),
        rule=RULE,
        conditions=conditions,
        figures=figures,
        candidate_list=facts.candidate_list,
        null=tuple(_rounded(q) for q in luck.pooled.null) if luck.pooled else (),
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


def _more_than_luck(luck: Luck) -> Condition:
    name = "more than luck"
    if luck.deflated is None:
        return Condition(name, False, "The equity of the chosen parameters never moves: there is nothing to judge.")
    pooled, idea = ("undefined" if test is None else f"{test.p:.2g}" for test in (luck.pooled, luck.idea))
    text = (
        f"The deflated Sharpe ratio is {luck.deflated.value:.3f}; the p-value of the walk-forward's choices on all "
        f"instruments is {pooled}, that of the idea as it was said, without any search, {idea}. Together they make a "
        f"p-value of {luck.p:.2g}; it takes less than {luck.threshold:.2g}, and a ratio above {DSR_AT_LEAST:.2f}."
    )
    return Condition(name, luck.is_beaten, text)


def _above_zero(name: str, sharpe: float | None, of: str) -> Condition:
    if sharpe is None:
        return Condition(name, False, f"The Sharpe {of} is undefined: nothing was traded there.")
    return Condition(name, sharpe > 0.0, f"The Sharpe {of} is {sharpe:.2f}; it takes more than 0.")


def _figures(evidence: Evidence, luck: Luck, beyond: float | None, needed: int) -> dict[str, Figure]:
    facts, days, expected = evidence.facts, evidence.period_days, evidence.expected_sharpe
    deflated, pooled, idea = luck.deflated, luck.pooled, luck.idea
    found: dict[str, tuple[float | None, str]] = {
        "deflated_sharpe": (
            deflated.value if deflated else None,
            "Bailey and López de Prado 2014, of the chosen trial's days",
        ),
        "in_sample_sharpe": (
            deflated.sample.sharpe * ROOT_OF_YEAR if deflated else None,
            "the chosen trial's daily returns",
        ),
        "luck_sharpe": (
            deflated.threshold * ROOT_OF_YEAR if deflated else None,
            "expected best of as many independent trials without any edge",
        ),
        "effective_trials": (facts.effective_trials, "Galwey 2009, (Σ√λ)²/Σλ over the correlations of all trials"),
        "trials": (facts.trials, "different ones of this run's studies, the Selector's passes and earlier runs"),
        "earlier_runs": (facts.earlier_runs, "trial registry: same market, at least half of the days"),
        "p_pooled": (
            pooled.p if pooled else None,
            "studentised stationary bootstrap, mean block 5 days, of the pooled walk-forward beyond the market",
        ),
        "pooled_t": (
            pooled.statistic if pooled else None,
            "pooled walk-forward beyond the market: mean over deviation, times the root of the days",
        ),
        "p_idea": (
            idea.p if idea else None,
            "the same bootstrap of the idea at its defaults on all candidates beyond the market",
        ),
        "idea_sharpe": (
            _annual(evidence.idea.beyond_market()),
            "the idea at its defaults on all candidates in equal parts, beyond the market",
        ),
        "p_together": (
            luck.p,
            f"1 − Φ(sum of the normal scores of DSR, 1 − p_pooled and 1 − p_idea, over √{VARIANCE_OF_SUM:g})",
        ),
        "p_threshold": (luck.threshold, f"{P_TOGETHER:g} / r² for the r-th run on the data"),
        "walk_forward_sharpe": (expected, "the four chained tests of the walk-forward"),
        "beyond_market_sharpe": (beyond, "walk-forward minus mean exposure times buy and hold"),
        "mean_exposure": (evidence.tested.exposure, "walk-forward: signed position over equity, mean over the bars"),
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


def _annual(returns: Floats) -> float | None:
    found = sample(returns)
    return None if found is None else found.sharpe * ROOT_OF_YEAR


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
