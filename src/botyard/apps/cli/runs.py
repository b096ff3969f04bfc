"""`botyard runs` and `botyard show RUN`."""

from typing import TYPE_CHECKING, Annotated

import typer

from botyard.apps.cli import console
from botyard.apps.cli.console import figure, percent, say, when

if TYPE_CHECKING:
    from botyard.pipeline import Result
    from botyard.records.deployment import Deployment
    from botyard.records.design import Clarification, Design, Refusal
    from botyard.records.ranking import Ranking
    from botyard.records.research import Research


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("runs")(runs)
    app.command("show")(show)


def runs(as_json: console.JsonOption = False) -> None:
    """List the runs, oldest first."""
    from botyard.apps import run_folders

    records = run_folders.records()
    if as_json:
        console.print_json(records)
        return
    if not records:
        say('no runs yet; start one with: botyard pipeline "fast ema crosses slow ema" 5')
        return
    console.table(
        "",
        ["run", "started (UTC)", "market", "bars", "outcome", "how it ended", "idea"],
        ((r.run_id, when(r.created_ms), r.market, r.timeframe, r.outcome, r.text, _short(r.idea)) for r in records),
    )


def show(
    run: Annotated[str, typer.Argument(help='The run: its id, its number, or "last".')] = "last",
    as_json: console.JsonOption = False,
) -> None:
    """Show what a run found, and where its report is."""
    from botyard.apps import run_folders
    from botyard.pipeline import load_result

    record, artifacts = run_folders.load(run)
    result = load_result(record, artifacts)
    if as_json:
        console.print_json(
            {
                "run": record,
                "design": result.design,
                "clarification": result.clarification,
                "refusal": result.refusal,
                "ranking": result.ranking,
                "research": result.research,
                "deployment": result.deployment,
            }
        )
        return
    say(
        f"run {record.run_id}, started {when(record.created_ms)} UTC, {record.market} market: {record.outcome}",
        style="bold",
    )
    say(record.text)
    for stage in record.stages:
        say(f"  {stage.name:<11}{stage.seconds:6.1f} s  {stage.text}")
    show_result(result)
    if artifacts.exists("report.html"):
        say(f"report: {artifacts.path('report.html')}")


def show_result(result: "Result") -> None:
    """Print every hand-over that there is, in the order of the stages."""
    if result.clarification:
        _show_clarification(result.clarification)
    if result.refusal:
        _show_refusal(result.refusal)
    if result.design:
        _show_design(result.design)
    _show_reader(result)
    if result.ranking:
        _show_ranking(result.ranking)
    if result.research:
        _show_research(result.research)
    if result.deployment:
        _show_deployment(result.deployment)


def _show_clarification(asked: "Clarification") -> None:
    say("\nBefore this can be built:", style="bold")
    for question in asked.questions:
        say(f"  ? {question.text}")
        for choice in question.choices:
            say(f"      - {choice}")


def _show_refusal(refused: "Refusal") -> None:
    say(f"\nRefused ({refused.reason.replace('_', ' ')}):", style="bold")
    say(f"  {refused.text}")
    if refused.offer:
        say(f"  instead: {refused.offer}")


def _show_design(design: "Design") -> None:
    say(f"\n{design.spec.name} on {design.spec.timeframe} bars", style="bold")
    for sentence in design.words:
        say(f"  {sentence}")
    for assumption in design.spec.assumptions:
        say(f"  assumed: {assumption}")
    for text in (*design.notices, *design.warnings):
        say(f"  note: {text}", style="yellow")


def _show_reader(result: "Result") -> None:
    """Say who read the idea, and what a language model tried and cost."""
    from botyard.apps.report import models

    say("\n" + models.reader(result))
    for line in models.tried(result):
        say(f"  {line}")
    if models.costs(result):
        console.table(
            "",
            ["agent", "model", ">calls", ">tokens in", ">tokens out", ">US$", ">seconds"],
            (
                (u.purpose, u.model, u.calls, f"{u.input_tokens:,}", f"{u.output_tokens:,}", f"{u.cost_usd:.4f}", f"{u.seconds:.1f}")
                for u in models.costs(result)
            ),
        )  # fmt: skip


def _show_ranking(ranking: "Ranking") -> None:
    label = {"survivor": "survivors only", "point_in_time": "as of the date", "synthetic": "SYNTHETIC bars"}
    say("")
    console.table(
        f"Ranking, {when(ranking.from_ms)[:10]} to {when(ranking.until_ms)[:10]}, {label[ranking.candidate_list]}",
        [">#", "symbol", ">score", ">net return", ">net Sharpe", ">drawdown", ">trades", ">in market", "why not"],
        (
            (
                c.rank or "–",
                c.symbol + (" (synthetic)" if c.synthetic else ""),
                figure(c.score),
                percent(c.net_return),
                figure(c.net_sharpe),
                percent(c.max_drawdown),
                c.trades,
                percent(c.exposure, 0).lstrip("+"),
                c.reason,
            )
            for c in ranking.candidates
        ),
    )


def _show_research(research: "Research") -> None:
    inside, outside = research.study.metrics, research.walk_forward
    say("")
    console.table(
        f"{research.symbol}: {research.study.trials} trials, walk-forward over {len(research.folds)} folds",
        ["", ">return", ">Sharpe", ">drawdown", ">trades"],
        (
            (
                name,
                percent(m.net_return),
                figure(m.sharpe),
                percent(m.max_drawdown),
                m.trades,
            )
            for name, m in (("in sample", inside), ("walk-forward", outside))
        ),
    )
    for value in research.provenance:
        say(f"  {value.name} = {value.value:g}  {value.text}")
    for warning in research.warnings:
        say(f"  warning: {warning}", style="yellow")
    say(f"  verdict: {research.verdict.sentence}", style="bold")
    for reason in research.verdict.reasons:
        say(f"    {reason}")


def _show_deployment(deployment: "Deployment") -> None:

    say("")
    passed = sum(t.passed for t in deployment.contract.tests)
    say(
        f"{deployment.bot} on {deployment.symbol}, {deployment.mode}: "
        f"{passed} of {len(deployment.contract.tests)} contract tests pass over {deployment.contract.bars:,} bars"
    )
    if deployment.kill_rule:
        say(f"  kill rule: {deployment.kill_rule}")
    say(f"  first tick: {deployment.first_tick}")
    if deployment.code:
        say(f"  {deployment.code.line}")
    for line in deployment.review.lines if deployment.review else ():
        say(f"  {line}")


def _short(text: str, length: int = 48) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
