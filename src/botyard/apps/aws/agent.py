"""One agent: opens the run, carries out its stage with the functions of the embedded default, writes the report."""

import dataclasses
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botyard.apps import settings
from botyard.apps.aws import bot_stacks
from botyard.errors import NotFound, UserError
from botyard.records.run import STAGES, RunRecord, StageName

if TYPE_CHECKING:
    from botyard.apps.aws.task import Task
    from botyard.pipeline import Ports, Result
    from botyard.ports import ArtifactStore, Notifier, Progress

TRIALS = "runs/trials"  # where the bucket keeps what all runs tried
MARKET = "market/imported"
PICTURE = "equity.png"  # of what the research expects, for the chat


def find_stage(word: str) -> StageName:
    """Return the stage of that name. Raises: UserError."""
    for stage in STAGES:
        if stage == word.strip().lower():
            return stage
    raise UserError(f"there is no stage {word!r}; the stages are {', '.join(STAGES)}")


def carry_out_stage(name: StageName, run: str, progress: "Progress", *, workers: int = 0) -> "Result":
    """Carry out one stage of a run and rewrite the report; a stage that is done already changes nothing.

    run: the run's folder, or s3://bucket/runs/ID.
    Raises: NotFound, UserError, ConfigError when the run cannot be opened; what the stage raises.
    """
    from botyard.apps.report import write_report
    from botyard.pipeline import load_result, run_stage

    with _opened(run) as (artifacts, bucket):
        record = _load(run, artifacts)
        ports = _ports(record, artifacts, progress, name, bucket, workers or os.cpu_count() or 1)
        result = run_stage(record, name, ports)
        write_report(load_result(result.run, artifacts), artifacts)
        if bucket and result.research is not None and not artifacts.exists(PICTURE):
            from botyard.apps.pictures import research_picture  # the notifier, which sends it, cannot draw

            artifacts.write(PICTURE, research_picture(result.research))
    return result


def outcome_of(name: StageName, result: "Result") -> str:
    """Say how a stage ended: "done" when the next one may begin, else the run's outcome; later stages count for nothing."""
    if all(stage.name != name for stage in result.run.stages):
        return result.run.outcome
    if result.design is not None and not all(test.passed for test in result.design.tests):
        return "failed"
    if name != "designer" and result.ranking is not None and not result.ranking.chosen:
        return "no_instrument"
    return "done"


@contextmanager
def _opened(run: str) -> "Iterator[tuple[ArtifactStore, str]]":
    """Open a run's artifacts, with the bucket's name where they are in one."""
    from botyard.adapters.artifact_store.folder import FolderArtifacts
    from botyard.apps import run_folders

    if "://" not in run:
        folder = Path(run).expanduser().resolve()
        if not folder.is_dir():
            raise NotFound(f"there is no folder {folder}; give the run's folder, or s3://BUCKET/runs/ID")
        with run_folders.locked_at(folder):
            yield FolderArtifacts(folder), ""
        return
    place = urlsplit(run)
    prefix = place.path.strip("/")
    if place.scheme != "s3" or not place.netloc or not prefix:
        raise UserError(f"--run is {run!r}; give the run's folder, or s3://BUCKET/runs/ID")
    from botyard.adapters.artifact_store.s3 import S3Artifacts

    copies = settings.home() / "bucket" / place.netloc / prefix
    yield S3Artifacts(_client("s3"), place.netloc, prefix, copies), place.netloc


def _load(run: str, artifacts: "ArtifactStore") -> RunRecord:
    from botyard.records import codec
    from botyard.records.run import RUN_FILE

    if not artifacts.exists(RUN_FILE):
        raise NotFound(f"there is no {RUN_FILE} in {run}; is it a run?")
    return codec.load(RunRecord, artifacts.read(RUN_FILE))


def _ports(
    record: RunRecord, artifacts: "ArtifactStore", progress: "Progress", name: StageName, bucket: str, workers: int
) -> "Ports":
    from botyard.apps.wiring import pipeline_ports

    # who starts an agent has leave: in AWS the state machine asks before it
    ports = dataclasses.replace(
        pipeline_ports(record, artifacts, progress, workers=workers, notifier=_notifier(record, name)), gate=None
    )
    if not bucket:
        return ports
    # the designer needs bars only where a model reads the idea: spec and witness are compared on them
    if record.market == "imported" and (name != "designer" or os.environ.get("BOTYARD_MODEL", "").strip()):
        _bring_bars(bucket)
    if record.mode != "paper":  # only its function will have keys, and ask whose account they are of
        from botyard.apps.exchanges import runs as venue_runs

        opened = partial(venue_runs.open_run_market, settings.home(), record, with_account=False)
        ports = dataclasses.replace(ports, open_market=opened)
    if name == "deployer" and bot_stacks.is_meant():
        from botyard.apps.aws.fleet.table import open_fleet

        return dataclasses.replace(ports, target=bot_stacks.target(open_fleet()))
    if name != "researcher":
        return ports
    from botyard.adapters.artifact_store.s3 import S3Artifacts
    from botyard.adapters.trial_registry.dynamodb import DynamoTrials

    kept = S3Artifacts(_client("s3"), bucket, TRIALS, settings.home() / "bucket" / bucket / TRIALS)
    return dataclasses.replace(ports, registry=DynamoTrials(_client("dynamodb"), _table(), kept))


def _notifier(record: RunRecord, name: StageName) -> "Notifier":
    """Return who is told; in AWS the plan of a deployment goes to the chat before it is carried out."""
    from botyard.apps import notifying

    function = os.environ.get("BOTYARD_NOTIFIER", "").strip()
    if name != "deployer" or not function:
        return notifying.notifier()
    from botyard.adapters.notifier.function import FunctionNotifier

    return notifying.Everyone(notifying.notifier(), FunctionNotifier(_client("lambda"), function, record.run_id))


def _bring_bars(bucket: str) -> None:
    from botyard.adapters.artifact_store.s3 import S3Artifacts

    S3Artifacts(_client("s3"), bucket, MARKET, settings.home() / "market" / "imported").path("any")


def _table() -> str:
    table = os.environ.get("BOTYARD_TABLE", "").strip()
    if not table:
        raise UserError("BOTYARD_TABLE is not set; name the DynamoDB table that holds the trial registry")
    return table


def _client(service: str) -> Any:
    import boto3  # type: ignore[import-untyped]
    from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]

    try:
        return boto3.client(service)
    except BotoCoreError as e:
        raise UserError(f"cannot speak to AWS: {e}; set AWS_REGION, such as eu-central-1") from e


def waiting_task() -> "Task | None":
    """Return the task of BOTYARD_TASK_TOKEN, by which Step Functions waits for this agent, or None."""
    from botyard.apps.aws.task import Task

    token = os.environ.get("BOTYARD_TASK_TOKEN", "").strip()
    return Task(_client("stepfunctions"), token) if token else None
