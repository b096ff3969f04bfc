"""`botyard bugs`: the bug catalogue."""

from typing import Annotated

import typer

from botyard.apps.cli import console
from botyard.apps.cli.console import say
from botyard.errors import NotFound


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bugs")(bugs)


def bugs(
    number: Annotated[int | None, typer.Argument(help="One entry, 1 to 50.", metavar="[N]")] = None,
    as_json: console.JsonOption = False,
) -> None:
    """List the ways in which a backtest and a live bot part, each with the test that guards against it."""
    from botyard.apps.bugs import catalogue

    found = [bug for bug in catalogue() if number in (None, bug.number)]
    if not found:
        raise NotFound(f"there is no entry {number}; the catalogue goes from 1 to {len(catalogue())}")
    if as_json:
        console.print_json(found)
    elif number is None:
        for bug in found:
            guard = f"open: {bug.open}" if bug.open else bug.tests[0]
            say(f"{bug.number:>3}  {bug.title}")
            say(f"       {guard}", style="dim")
        say(f"{sum(not bug.open for bug in found)} of {len(found)} are guarded; more of one: botyard bugs N")
    else:
        for bug in found:
            say(f"{bug.number}. {bug.title}", style="bold")
            say(f"how it shows:       {bug.shows}")
            say(f"what prevents it:   {bug.prevents}")
            for test in bug.tests:
                say(f"guarded by:         tests/{test}")
            if bug.open:
                say(f"open:               {bug.open}")
