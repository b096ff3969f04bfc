"""`botyard stage NAME --run PLACE`: one agent of the pipeline, as a container runs it."""

import signal
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from botyard.apps.cli import console
from botyard.errors import BotyardError, NoInstrument, Refused

if TYPE_CHECKING:
    from botyard.apps.aws.task import Task
    from botyard.pipeline import Result
    from botyard.records.run import StageName


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("stage")(stage)


def stage(
    name: Annotated[str, typer.Argument(help="designer, selector, researcher or deployer.", metavar="NAME")],
    run: Annotated[str, typer.Option("--run", help="The run: its folder, or s3://BUCKET/runs/ID.")],
    workers: Annotated[int, typer.Option("--workers", min=0, help="Worker processes; 0 is one per core.")] = 0,
    as_json: console.JsonOption = False,
) -> None:
    """Carry out one stage of a run; done before, it changes nothing."""
    from botyard.apps.aws import agent

    which = agent.find_stage(name)
    task = agent.waiting_task()
    result = _report(task, which, run, workers) if task else _carry_out(which, run, workers)
    outcome = agent.outcome_of(which, result)
    text = _text(which, result, outcome)
    if as_json:
        console.print_json(_output(which, result))
    else:
        console.say(f"{which} of run {result.run.run_id}: {outcome}: {text}")
    if outcome != "done" and not task:  # the state machine was told already
        raise NoInstrument(text) if outcome == "no_instrument" else Refused(text, reason=outcome)


def _carry_out(which: "StageName", run: str, workers: int) -> "Result":
    from botyard.apps.aws import agent
    from botyard.apps.cli.progress import progress

    with progress() as shown:
        return agent.carry_out_stage(which, run, shown, workers=workers)


def _report(task: "Task", which: "StageName", run: str, workers: int) -> "Result":
    """Carry out the stage under heartbeats and report how it ended, whatever happens."""
    signal.signal(signal.SIGTERM, _interrupt)  # Fargate takes spot capacity back with two minutes' notice
    try:
        with task.beating():
            result = _carry_out(which, run, workers)
    except BaseException as e:
        error = "Interrupted" if isinstance(e, KeyboardInterrupt) else type(e).__name__
        cause = str(e) if isinstance(e, BotyardError) else f"{type(e).__name__}: {e}"
        task.fail(error, cause)
        raise
    if not task.succeed(_output(which, result)):
        console.warn("nobody waits for this report any more: the stage was reported before, or gave up waiting")
    return result


def _output(which: "StageName", result: "Result") -> dict[str, object]:
    from botyard.apps.aws import agent

    outcome = agent.outcome_of(which, result)
    return {
        "stage": which,
        "run_id": result.run.run_id,
        "outcome": outcome,
        "text": _text(which, result, outcome),
        "bot": result.run.bot,
    }


def _text(which: "StageName", result: "Result", outcome: str) -> str:
    done = next((stage.text for stage in result.run.stages if stage.name == which), "")
    return done if outcome == "done" else result.run.text or done


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
