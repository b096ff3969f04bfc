"""The report's sentences and figures."""

from datetime import UTC, datetime

from botyard.pipeline import Result
from botyard.records.verdict import Condition


def percent(fraction: float | None, digits: int = 1) -> str:
    """Write a fraction as a signed percentage."""
    return "–" if fraction is None else f"{100 * fraction:+.{digits}f} %".replace("-", "−")


def figure(value: float | None, digits: int = 2) -> str:
    """Write a figure with a true minus."""
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


def day(time_ms: int) -> str:
    """Write a UTC date."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d")


def minute(time_ms: int) -> str:
    """Write a UTC time to the minute."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def headline(result: Result) -> str:
    """Say how the run ended, in one honest sentence."""
    if result.research is not None:
        return result.research.verdict.sentence
    return result.run.text


def tone(result: Result) -> str:
    """Return the colour that the headline wears: good, bad, wait or plain."""
    if result.research is not None:
        tones = {"pass": "good", "fail": "bad", "not enough data": "wait", "not assessed": "wait"}
        return tones[result.research.verdict.outcome]
    return {"clarification": "wait", "refused": "bad", "no_instrument": "bad", "failed": "bad"}.get(
        result.run.outcome, "plain"
    )


def conditions(result: Result) -> tuple[Condition, ...]:
    """Return the parts of the verdict's rule as they were found."""
    return () if result.research is None else result.research.verdict.conditions


def reasons(result: Result) -> tuple[str, ...]:
    """Return the verdict's reasons beyond its conditions: what was tried, what could be shown, the hygiene."""
    return () if result.research is None else result.research.verdict.reasons[len(conditions(result)) :]


def powers(result: Result) -> list[tuple[str, float]]:
    """Return for some true Sharpe ratios how often these data would show them, a fraction."""
    if result.research is None:
        return []
    known = result.research.verdict.figures
    found = [(f"{sharpe}", known[f"power_at_{sharpe}"].value) for sharpe in (1, 2, 3) if f"power_at_{sharpe}" in known]
    return [(sharpe, value) for sharpe, value in found if value is not None]


def figures(result: Result) -> list[tuple[str, str, str]]:
    """Return every number of the verdict: name, value, where it comes from."""
    if result.research is None:
        return []
    known = result.research.verdict.figures
    return [
        (name.replace("_", " "), "–" if f.value is None else f"{f.value:,.4g}".replace("-", "−"), f.source)
        for name, f in known.items()
    ]


def journals(result: Result) -> tuple[str, ...]:
    """Return the studies' journals, which optuna-dashboard opens, the chosen one first."""
    if result.research is None:
        return ()
    chosen = result.research.study.journal
    others = [s.journal for s in result.research.studies if s.journal and s.journal != chosen]
    return tuple(([chosen] if chosen else []) + others)


def notes(result: Result) -> list[str]:
    """Return the warnings that stand first."""
    found: list[str] = []
    if result.research is not None:
        found += result.research.warnings
    if result.design is not None:
        found += [*result.design.notices, *result.design.warnings]
    return found


def cards(result: Result) -> list[tuple[str, str, str]]:
    """Return the key figures: label, value, what it is."""
    research = result.research
    if research is None:
        return []
    inside, outside = research.study.metrics, research.walk_forward
    return [
        (
            "Expected Sharpe",
            figure(outside.sharpe),
            f"walk-forward; the search found {figure(inside.sharpe)} in sample",
        ),
        ("Walk-forward return", percent(outside.net_return), f"in sample {percent(inside.net_return)}"),
        ("Worst drawdown", percent(outside.max_drawdown), f"in sample {percent(inside.max_drawdown)}"),
        ("Trades", str(outside.trades), f"in sample {inside.trades}"),
        ("In the market", percent(outside.exposure, 0).lstrip("+"), "share of bars"),
    ]


def hashes(result: Result) -> list[tuple[str, str]]:
    """Return what the run can be traced by."""
    found = []
    if result.research is not None:
        found += [("spec", result.research.spec_hash), ("data", result.research.data_hash)]
    elif result.design is not None:
        found += [("spec", result.design.spec_hash)]
    if result.deployment is not None:
        found += [("code", result.deployment.code_hash), ("bundle", result.deployment.bundle_hash)]
    return found
