"""`botyard eval`: measure the agents."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from botyard.apps.cli import console

if TYPE_CHECKING:
    from botyard.apps.evaluation import Figures, Judged

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Measure the agents."""


@app.command("designer")
def designer(
    file: Annotated[Path, typer.Argument(help="One idea per line, as JSON: id, idea, expect, facts.", metavar="FILE")],
    *,
    model: Annotated[
        str, typer.Option("--model", help='As BOTYARD_MODEL; "rules" for the rules alone. Default: BOTYARD_MODEL.')
    ] = "",
    timeframe: Annotated[str, typer.Option("--timeframe", help="Bar length where an idea names none.")] = "5m",
    budget_usd: Annotated[float, typer.Option("--budget-usd", min=0.0, help="Money for all ideas together.")] = 5.0,
    again: Annotated[bool, typer.Option("--again", help="Start anew instead of going on.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Show every idea, not only those that went wrong.")] = False,
    as_json: console.JsonOption = False,
) -> None:
    """Run a file of ideas through the Designer and count what became of them."""
    from botyard.apps import evaluation
    from botyard.apps.cli.progress import progress

    ideas = evaluation.read_ideas(file)
    name, ask = evaluation.designer_of(model, budget_usd)
    kept = evaluation.kept_path(file, timeframe, name)
    with progress() as shown:
        judged = evaluation.evaluate(ideas, timeframe, ask, kept, shown, start_anew=again)
    counted = evaluation.figures(judged)
    if as_json:
        console.print_json({"model": name, "figures": counted, "ideas": judged})
        return
    _print(name, counted, [j for j in judged if every or j.outcome not in evaluation.GOOD])


def _print(name: str, counted: "Figures", shown: "list[Judged]") -> None:
    if shown:
        rows = [(j.id, j.expect, j.outcome, j.idea + "".join(f"\n  {note}" for note in j.notes)) for j in shown]
        console.table("", ["id", "should", "outcome", "idea"], rows)
        console.say("")
    console.table(
        f"{counted.ideas} ideas, {name}",
        ["outcome", ">ideas"],
        [(outcome, n) for outcome, n in counted.outcomes.items()],
    )
    console.say(
        f"compiled {counted.compiled}, right {counted.right}, not judged {counted.not_judged}, clarified "
        f"{counted.clarified}, refused {counted.refused}, silently wrong {counted.silently_wrong}; "
        f"{counted.seconds:.1f} s, ${counted.cost_usd:.4f}"
    )
