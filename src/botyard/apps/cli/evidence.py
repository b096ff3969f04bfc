"""`botyard evidence calibrate`: what a verdict is worth, measured."""

import time
from pathlib import Path
from typing import Annotated

import typer

from botyard.apps import settings
from botyard.apps.cli import console
from botyard.apps.cli.console import say
from botyard.errors import UserError

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Evidence: measure what a verdict is worth."""


@app.command("calibrate")
def calibrate(
    seeds: Annotated[str, typer.Option(help="fresh, or design: those that the rule was chosen on.")] = "fresh",
    no_edge: Annotated[int, typer.Option(min=0, help="Universes without an edge.")] = 520,
    power: Annotated[int, typer.Option(min=0, help="Universes of each planted edge and true Sharpe.")] = 60,
    registry: Annotated[int, typer.Option(min=0, help="Universes without an edge, asked ten ideas each.")] = 60,
    kinds: Annotated[str, typer.Option(help="Universes without an edge; real ones need imported bars.")] = (
        "gbm,garch,real,drift"
    ),
    trials: Annotated[int, typer.Option(min=1, max=10_000, help="Optuna trials per instrument.")] = 200,
    workers: Annotated[int, typer.Option(min=0, help="Universes at once; 0 is one per core.")] = 0,
    folder: Annotated[
        Path | None, typer.Option(help="Where answers are kept. Default: calibration/SEEDS in the home folder.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Markdown file to write. Default: evidence.md in that folder.")
    ] = None,
    as_json: console.JsonOption = False,
) -> None:
    """Run the pipeline on made-up universes of known truth: how often luck passes, and how often skill does.

    Every answer is kept as it comes: stop it, and the same command goes on.
    """
    from botyard.apps.calibration import calibrate as calibration
    from botyard.apps.cli.progress import progress
    from botyard.search.crew import cpu_count

    home = settings.home()
    chosen = calibration.seed_range(seeds)
    place = folder or home / "calibration" / chosen
    if not no_edge + power + registry:
        raise UserError("nothing is asked: at least one of --no-edge, --power and --registry must be above 0")
    wish = calibration.Wish(
        seeds=chosen,
        counts={"no-edge": no_edge, "power": power, "registry": registry},
        kinds=calibration.universe_kinds(kinds),
        trials=trials,
        folder=place,
        home=home,
        until_ms=int(time.time() * 1000),
        workers=workers or cpu_count(),
    )
    with progress() as shown:
        found = calibration.calibrate(wish, shown)
    file = report or place / "evidence.md"
    calibration.write(found, file)
    rows = calibration.summary(found)
    if as_json:
        console.print_json({"report": str(file), "found": rows})
        return
    console.table("", ["", "goal", "found", "reached"], rows)
    say(f"report: {file}")
