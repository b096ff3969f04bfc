"""`botyard`: assemble the commands, and turn every error on purpose into one clear line and an exit code.

Exit codes: 0 done, 1 status found something wrong, 2 bad input, 3 refused or clarification needed, 4 no instrument qualifies, 130 interrupted.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from botyard import __version__, errors
from botyard.apps import settings
from botyard.apps.aws import command as stage
from botyard.apps.aws.control import commands as aws
from botyard.apps.cli import (
    bugs,
    console,
    data,
    doctor,
    evaluate,
    evidence,
    fleet,
    functions,
    operations,
    pipeline,
    promote,
    runs,
    telegram,
)

EXIT_BAD_INPUT = 2
EXIT_REFUSED = 3
EXIT_NO_INSTRUMENT = 4
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="botyard",
    help="From a trading idea in plain words to a live bot, unattended, with proof.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich would take two thirds of the start-up time
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        console.say(__version__)
        raise typer.Exit


IN_AWS = frozenset(
    [
        "approve",
        "aws",
        "bugs",
        "fleet",
        "functions",
        "kill",
        "logs",
        "pause",
        "pipeline",
        "pnl",
        "reject",
        "resume",
        "runs",
        "show",
        "stage",
        "status",
        "why",
    ]
)
"""Commands that know the fleet and the runs in AWS, or need neither."""


@app.callback()
def _common(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option("--home", help="Folder for bars, runs and bots. Default: BOTYARD_HOME, else ~/.botyard."),
    ] = None,
    profile: Annotated[
        str, typer.Option("--profile", help="aws: speak of the fleet in AWS, as BOTYARD_HOME=aws does.")
    ] = "",
    version: Annotated[  # noqa: ARG001  (eager: its callback has answered)
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if home is not None:
        settings.use_home(home)
    if profile:
        if profile != settings.AWS:
            raise errors.UserError(f"--profile {profile!r} is not known; there is aws")
        settings.use_aws()
    if settings.is_aws() and context.invoked_subcommand not in IN_AWS:
        raise errors.UserError(
            f"botyard {context.invoked_subcommand} works on this machine's home: leave BOTYARD_HOME=aws and --profile "
            "aws out; botyard aws export BOT brings a bot here"
        )


pipeline.register(app)
runs.register(app)
fleet.register(app)
operations.register(app)
stage.register(app)
bugs.register(app)
promote.register(app)
functions.register(app)
doctor.register(app)
telegram.register(app)
app.add_typer(aws.app, name="aws", help="A whole Botyard in your own AWS account.")
app.add_typer(data.app, name="data", help="Bars: download, import, list, check.")
app.add_typer(evidence.app, name="evidence", help="Measure what a verdict is worth.")
app.add_typer(evaluate.app, name="eval", help="Measure the agents on a file of ideas.")


def run() -> None:
    """Run the command line and exit with its code."""
    sys.exit(_run())


def _run() -> int:
    try:
        code = int(app(standalone_mode=False) or 0)
    except errors.Refused as e:
        console.fail(str(e))
        return EXIT_REFUSED
    except errors.NoInstrument as e:
        console.fail(str(e))
        return EXIT_NO_INSTRUMENT
    except (errors.BotyardError, OSError) as e:
        console.fail(str(e))
        return EXIT_BAD_INPUT
    except Exception as e:  # noqa: BLE001  (click's errors share no base with ours)
        return _click_code(e)
    if code == EXIT_INTERRUPTED:  # what Typer makes of Ctrl-C
        console.fail("interrupted; what was finished is kept")
    return code


def _click_code(error: Exception) -> int:
    # click's own errors know how to show themselves (Typer carries its own click); anything else keeps its traceback
    if isinstance(error, typer.Abort):
        console.fail("aborted; nothing was changed")
        return EXIT_INTERRUPTED
    if isinstance(error, typer.Exit):
        return error.exit_code
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    return EXIT_BAD_INPUT
