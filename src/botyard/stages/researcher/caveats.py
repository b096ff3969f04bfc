"""What to be wary of, in sentences."""

from collections.abc import Sequence

from botyard.records.ranking import Ranking
from botyard.records.research import Fold, Metrics, StudySummary
from botyard.records.spec import Spec
from botyard.search import space

FEW_TRADES = 30
MUCH_AMBIGUITY = 0.01
MUCH_TOUCHED = 0.02
MUCH_LARGER = 1.0  # Sharpe, in sample above walk-forward


def warnings(
    spec: Spec, ranking: Ranking, study: StudySummary, folds: Sequence[Fold], tested: Metrics, touched: float | None
) -> tuple[str, ...]:
    """List everything that a reader should know before the figures; `touched` is the in-sample share of such bars."""
    found = [
        *_about_the_list(ranking),
        *_about_the_gap(study, tested),
        *_about_trades(study, folds, tested),
        *_about_fills(study, touched),
        *_about_the_space(spec, study),
    ]
    return tuple(found)


def _about_the_list(ranking: Ranking) -> list[str]:
    if ranking.candidate_list == "synthetic":
        return ["The bars are made up: nothing here says anything about a real market."]
    if ranking.candidate_list == "survivor":
        return [
            "The candidates are those that still trade today; the ones that were delisted are missing, which flatters."
        ]
    return []


def _about_the_gap(study: StudySummary, tested: Metrics) -> list[str]:
    inside, outside = study.metrics.sharpe, tested.sharpe
    if inside is not None and inside <= 0:
        return [f"Even the best values found lose money in sample: a Sharpe of {inside:.2f} after costs."]
    if inside is None or outside is None or inside - outside <= MUCH_LARGER:
        return []
    return [
        f"The in-sample Sharpe of {inside:.2f} did not hold on bars that the search had not seen: expect {outside:.2f}."
    ]


def _about_trades(study: StudySummary, folds: Sequence[Fold], tested: Metrics) -> list[str]:
    found = []
    if study.metrics.trades < FEW_TRADES:
        found.append(f"Few trades: {study.metrics.trades} in sample; a handful of lucky ones would explain any figure.")
    if not folds:
        found.append("The period is shorter than six days: there is no walk-forward.")
    elif tested.trades < FEW_TRADES:
        found.append(f"Few trades: {tested.trades} in the whole walk-forward.")
    idle = [str(fold.index) for fold in folds if not fold.symbol]
    if idle:
        found.append(f"No instrument qualified in fold {', '.join(idle)}: its bars were spent in cash.")
    return found


def _about_fills(study: StudySummary, touched: float | None) -> list[str]:
    found = []
    ambiguous = study.metrics.ambiguous_share
    if ambiguous is not None and ambiguous > MUCH_AMBIGUITY:
        found.append(
            f"In {100 * ambiguous:.1f} % of the bars in the market several orders were touched; "
            "bars do not say in which order, and the nearest to the open was taken."
        )
    if touched is not None and touched > MUCH_TOUCHED:
        found.append(
            f"In {100 * touched:.1f} % of the bars in the market a resting entry filled in a bar whose range had also touched "
            "its stop; the stop works from the next bar, and this alone can turn the result's sign."
        )
    return found


def _about_the_space(spec: Spec, study: StudySummary) -> list[str]:
    free = space.free_parameters(spec)
    if not free:
        return ["The idea leaves no number open: there was nothing to optimise, and every figure is at its own values."]
    edges = [
        f"{name} = {study.best_parameters[name]:g}"
        for name, p in free.items()
        if p.type != "bool" and study.best_parameters[name] in (p.low, p.high)
    ]
    if not edges:
        return []
    return [f"{', '.join(edges)}: at the edge of what was searched; the best may lie beyond it."]
