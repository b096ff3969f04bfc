"""`botyard telegram`, and the gates' commands: `approve` and `reject`."""

from typing import TYPE_CHECKING, Annotated

import typer

from botyard.apps.cli.console import say
from botyard.errors import NotFound

if TYPE_CHECKING:
    from botyard.records.run import Asked

Run = Annotated[str, typer.Argument(help="The run that waits: its id or its number.", metavar="RUN")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (telegram, approve, reject):
        app.command(command.__name__)(command)


def telegram() -> None:
    """Serve the chat: ideas, runs and the fleet in Telegram. Ctrl-C ends it."""
    from botyard.adapters.notifier.console import ConsoleNotifier
    from botyard.apps.telegram import app

    say("serving the chat; Ctrl-C ends it")
    app.run(ConsoleNotifier())


def approve(run: Run) -> None:
    """Let the stage begin that a run waits for."""
    _decide(run, approved=True)


def reject(run: Run) -> None:
    """End a run before the stage that it waits for."""
    _decide(run, approved=False)


def _decide(run: str, *, approved: bool) -> None:
    from botyard.apps import gates

    store = gates.open_gates()
    asked = _waiting(store.waiting(), run)
    done = store.decide(asked.run_id, asked.stage, approved=approved, by="the command line")
    say(f"{done.run_id}: the {done.stage} is {done.answer}")


def _waiting(waiting: "list[Asked]", run: str) -> "Asked":
    for asked in waiting:
        if run in (asked.run_id, asked.run_id.split("-", 1)[0]):
            return asked
    there = "; waiting are: " + ", ".join(f"{a.run_id} ({a.stage})" for a in waiting) if waiting else "; no run waits"
    raise NotFound(f"run {run!r} waits for no leave{there}")
