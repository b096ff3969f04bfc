"""`botyard pipeline IDEA MINUTES`, and `botyard pipeline --resume RUN`."""

import dataclasses
import time
from typing import TYPE_CHECKING, Annotated

import typer

from botyard.apps import launch, settings
from botyard.apps.cli import console
from botyard.apps.language_model import BUDGET_USD
from botyard.errors import NoInstrument, Refused, UserError

if TYPE_CHECKING:
    from botyard.apps.run_folders import Artifacts
    from botyard.pipeline import Result
    from botyard.records.design import Clarification
    from botyard.records.fleet import Mode
    from botyard.records.run import RunRecord


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("pipeline")(pipeline)


def pipeline(
    idea: Annotated[str, typer.Argument(help='The idea in plain words, such as "fast ema crosses slow ema".')] = "",
    minutes: Annotated[str, typer.Argument(help="Bar length: 5, 5m, 1h, 1d …")] = "",
    market: Annotated[
        str, typer.Option("--market", help="demo, imported, or auto: imported bars if there are any.")
    ] = "auto",
    trials: Annotated[int, typer.Option("--trials", min=1, max=10_000, help="Optuna trials per instrument.")] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the search.")] = 1,
    workers: Annotated[int, typer.Option("--workers", min=0, help="Worker processes; 0 is one per core.")] = 0,
    permutations: Annotated[
        int,
        typer.Option("--permutations", min=0, max=10_000, help="Repeat the search on permuted bars, at most so often."),
    ] = 0,
    budget_usd: Annotated[
        float, typer.Option("--budget-usd", min=0.0, help="The most that the run's language model may cost.")
    ] = BUDGET_USD,
    recorded: Annotated[
        str, typer.Option("--recorded", help="Repeat this run, its model's words, trials and seed, without a model.")
    ] = "",
    venue: Annotated[
        str, typer.Option("--venue", help="An exchange: its costs and filters hold, and the bot follows its bars.")
    ] = "",
    mode: Annotated[str, typer.Option("--mode", help="With --venue: where orders go, paper or testnet.")] = "paper",
    allocate: Annotated[
        float, typer.Option("--allocate", help="With --venue: the quote that the bot is given to trade with.")
    ] = 1_000.0,
    resume: Annotated[
        str, typer.Option("--resume", help='Go on with a run: its id, its number, or "last".', show_default=False)
    ] = "",
    as_json: console.JsonOption = False,
) -> None:
    """Take an idea through Designer, Selector, Researcher and Deployer to a bot that ticks."""
    from botyard.apps import run_folders

    if resume:
        if settings.is_aws():
            raise UserError("a run in AWS is gone on with by Step Functions itself; start a new one after a failure")
        if idea:
            raise UserError("--resume goes on with a run that has its idea already; leave the idea out")
        if permutations:
            raise UserError("--permutations is asked for when a run begins; start a new one with it")
        record, artifacts = run_folders.load(resume)
        if record.outcome in ("clarification", "refused"):
            raise UserError(f"run {record.run_id} ended with an answer: see botyard show {record.run_id}")
    else:
        wish = launch.Wish(
            idea, minutes, market, trials=trials, seed=seed, permutations=permutations, budget_usd=budget_usd,
            recorded=recorded,
        )  # fmt: skip
        record, artifacts = launch.new_run(_at_venue(wish, venue, mode, allocate))
    if settings.is_aws():
        launch.put_off(record, artifacts)
        console.say(f"{record.run_id} has begun in AWS; follow it with: botyard runs · botyard aws logs -f")
        return
    _run(record, artifacts, workers=workers, as_json=as_json)


def _at_venue(wish: launch.Wish, venue: str, mode: str, allocate: float) -> launch.Wish:
    if settings.is_aws():
        from botyard.apps.aws.fleet import runs

        if mode != "paper":
            runs.check_mode(venue, mode, allocate)
    elif venue:
        from botyard.apps.exchanges import runs as venue_runs

        notice = venue_runs.check(venue, mode, allocate)
        if notice:
            console.warn(notice)
    if venue:
        orders: Mode = "testnet" if mode == "testnet" else "paper"
        return dataclasses.replace(wish, market="imported", venue=venue, mode=orders, allocated_quote=allocate)
    if mode != "paper":
        raise UserError(f"--mode {mode} needs an exchange: add --venue, such as --venue binance")
    return wish


def _run(record: "RunRecord", artifacts: "Artifacts", *, workers: int, as_json: bool) -> None:
    from botyard.apps.cli.progress import progress

    started = time.perf_counter()
    try:
        with progress() as shown:
            result = launch.carry_out(record, artifacts, shown, workers=workers)
    except KeyboardInterrupt:
        console.warn(f"go on with botyard pipeline --resume {record.run_id}")
        raise
    if as_json:
        console.print_json(_summary(result, artifacts))
    else:
        _show(result, artifacts, time.perf_counter() - started)
    _raise_outcome(result)


def _summary(result: "Result", artifacts: "Artifacts") -> dict[str, object]:
    return {
        "run": result.run,
        "report": str(artifacts.path("report.html")),
        "clarification": result.clarification,
        "refusal": result.refusal,
        "ranking": result.ranking,
        "verdict": result.research.verdict if result.research else None,
        "deployment": result.deployment,
    }


def _show(result: "Result", artifacts: "Artifacts", seconds: float) -> None:
    from botyard.apps.cli.runs import show_result

    show_result(result)
    console.say("")
    console.say(f"run {result.run.run_id}: {result.run.text} ({seconds:.1f} s)", style="bold")
    console.say(f"report: {artifacts.path('report.html')}")
    if result.deployment:
        bot = result.deployment.bot
        console.say(f"next: botyard fleet · botyard why {bot} · botyard up")


def _raise_outcome(result: "Result") -> None:
    outcome = result.run.outcome
    if outcome == "clarification" and result.clarification:
        raise Refused(_question_line(result.clarification), reason="clarification")
    if outcome == "refused" and result.refusal:
        raise Refused(result.refusal.text, reason=result.refusal.reason)
    if outcome == "no_instrument":
        raise NoInstrument(result.run.text)
    if outcome == "failed":
        raise Refused(result.run.text, reason="failed")


def _question_line(asked: "Clarification") -> str:
    return f"clarification needed: {len(asked.questions)} question(s) above; say the idea again with the answers in it"
