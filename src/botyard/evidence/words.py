"""The verdict in sentences: the same words in report, command line and chat."""

import math
from collections.abc import Mapping, Sequence

from botyard.evidence.facts import Facts
from botyard.records.verdict import Condition, Figure, Outcome, PermutationTest

Figures = Mapping[str, Figure]

FEW_TRADES = 30
PAPER = "It may trade on paper only."


def sentence(
    outcome: Outcome, conditions: Sequence[Condition], figures: Figures, facts: Facts, tested_days: int
) -> str:
    """Say the outcome and the one thing that decided it."""
    if outcome == "not enough data":
        return (
            f"Not enough data: {_value(figures, 'period_days'):.0f} days cannot tell skill from luck, "
            f"at least {_value(figures, 'days_needed'):.0f} are needed. {PAPER}"
        )
    if outcome == "pass":
        label = ", on made-up bars" if facts.candidate_list == "synthetic" else ""
        return (
            f"Pass{label}: {_search(figures)}, and {_outside(figures, tested_days)}; "
            "expect the latter, and less than it looks."
        )
    luck, outside, beyond = conditions
    if not outside.is_met:
        return f"Fail: {_outside(figures, tested_days)}. {PAPER}"
    if not beyond.is_met:
        return (
            f"Fail: {_outside(figures, tested_days)}, but that was the market's doing: "
            f"holding as much of it did as well. {PAPER}"
        )
    if figures["deflated_sharpe"].value is None:
        return f"Fail: {luck.text} {PAPER}"
    return f"Fail: {_outside(figures, tested_days)}, but {_search(figures)}, and {_unsearched(figures)}: luck explains it as well. {PAPER}"


def reasons(conditions: Sequence[Condition], figures: Figures, facts: Facts) -> tuple[str, ...]:
    """List the conditions as they were found, what was tried, what the data could have shown, and the hygiene."""
    said = [f"{'Met' if c.is_met else 'Not met'}: {c.text}" for c in conditions]
    said += [_tried(figures, facts), *_could_have_shown(figures), *_hygiene(figures)]
    return tuple(said)


def permutation(test: PermutationTest) -> str:
    """Say what the searches on permuted bars found."""
    stopped = "; that settled it, and no more were made" if test.is_stopped else ""
    return (
        f"On bars in another order, where there is nothing to be found, {test.reached} of {test.used} whole searches "
        f"found a value as high as {test.actual:.2f}: p = {test.p:.2g}{stopped}."
    )


def _search(figures: Figures) -> str:
    found, luck = _value(figures, "in_sample_sharpe"), _value(figures, "luck_sharpe")
    best = f"the best of {max(1.0, _value(figures, 'effective_trials')):.0f} trials without an edge"
    if found <= luck:
        return f"the search's own Sharpe of {found:.2f} is no more than {best} shows ({luck:.2f})"
    confidence = _percent(_value(figures, "deflated_sharpe"))
    return f"the search's Sharpe of {found:.2f} beats {best} ({luck:.2f}) with {confidence} confidence"


def _unsearched(figures: Figures) -> str:
    return f"untuned, on all instruments and beyond the market, the idea's Sharpe is {_said(figures, 'idea_sharpe')}"


def _outside(figures: Figures, days: int) -> str:
    sharpe = figures["walk_forward_sharpe"].value
    if sharpe is None:
        return f"on {days} days that the search had not seen, nothing was found worth trading"
    error = math.sqrt(365.0 / max(days, 1))  # Lo 2002: of an annual Sharpe near 0
    return f"on {days} days that the search had not seen, the Sharpe was {sharpe:.2f}, give or take {error:.1f}"


def _tried(figures: Figures, facts: Facts) -> str:
    before = (
        "no earlier run asked these data"
        if facts.earlier_runs == 0
        else f"{facts.earlier_runs} earlier {'run' if facts.earlier_runs == 1 else 'runs'} on the same days counted in"
    )
    return (
        f"{facts.trials} different trials were made, worth {_value(figures, 'effective_trials'):.0f} independent ones; "
        f"{before}. The best of so many without any edge is expected to show a Sharpe of "
        f"{_said(figures, 'luck_sharpe')}."
    )


def _could_have_shown(figures: Figures) -> list[str]:
    days = _value(figures, "period_days")
    one, two, three = (100 * _value(figures, f"power_at_{sharpe}") for sharpe in (1, 2, 3))
    said = [
        (
            f"What {days:.0f} days could have shown at all: a fair test, without any search, "
            f"passes a true Sharpe of 1 about {one:.0f} times of 100, of 2 about {two:.0f} times and of 3 about {three:.0f} times."
        )
    ]
    needed, expected = figures["days_for_expected"].value, figures["walk_forward_sharpe"].value
    if needed is not None and expected is not None and needed > days:
        years = f"{needed / 365:.0f} years" if needed >= 730 else f"{needed:.0f} days"
        said.append(f"Were the walk-forward Sharpe of {expected:.2f} the true one, showing it would take {years}.")
    return said


def _hygiene(figures: Figures) -> list[str]:
    said = []
    stressed, near = figures["stressed_sharpe"].value, figures["neighbours_positive"].value
    if stressed is not None:
        said.append(f"At doubled costs and every fill one bar later, the in-sample Sharpe is {stressed:.2f}.")
    if near is not None:
        said.append(f"Of neighbouring parameters, {100 * near:.0f} % earn money in sample.")
    overfitting = figures["overfitting"].value
    if overfitting is not None:
        said.append(
            f"Of all splits of the days into halves, {100 * overfitting:.0f} % put the best of one half "
            "into the lower half of the other."
        )
    trades = _value(figures, "walk_forward_trades")
    few = ": too few to lean on" if trades < FEW_TRADES else ""
    said.append(f"The walk-forward closed {trades:.0f} trades{few}.")
    return said


def _value(figures: Figures, name: str) -> float:
    value = figures[name].value
    return math.nan if value is None else value


def _said(figures: Figures, name: str) -> str:
    value = figures[name].value
    return "undefined" if value is None else f"{value:.2f}"


def _percent(probability: float) -> str:
    if probability > 0.9995:
        return "more than 99.9 %"
    return "less than 0.1 %" if probability < 0.0005 else f"{100 * probability:.1f} %"
