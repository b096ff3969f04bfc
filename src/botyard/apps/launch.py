"""Begin a run and carry it out: the same for the command line and the chat."""

import os
import time
from typing import TYPE_CHECKING

from botyard.apps import settings
from botyard.errors import UserError

if TYPE_CHECKING:
    from botyard.adapters.artifact_store.folder import FolderArtifacts
    from botyard.pipeline import Result
    from botyard.ports import Notifier, Progress
    from botyard.records.run import RunRecord

MAX_IDEA = 4000  # characters


def new_run(
    idea: str, minutes: str, *, market: str = "auto", trials: int = 200, seed: int = 1
) -> "tuple[RunRecord, FolderArtifacts]":
    """Check what was asked and make the run's folder.

    Raises: UserError for an idea or a bar length that cannot be used; nothing is made then.
    """
    from botyard.apps import language_model, run_folders
    from botyard.market import open_market
    from botyard.records import codec
    from botyard.records.market import parse_timeframe
    from botyard.records.run import RUN_FILE, RunRecord

    idea = idea.strip()
    if not idea:
        raise UserError('the idea is empty; say it in words, such as "fast ema crosses slow ema"')
    if len(idea) > MAX_IDEA:
        raise UserError(f"the idea has {len(idea)} characters; {MAX_IDEA} are allowed")
    if not minutes:
        raise UserError(f'how long is a bar? Add the minutes: pipeline "{idea[:40]}" 5')
    timeframe = parse_timeframe(minutes)
    gates = settings.gates()
    model = language_model.configured()
    now_ms = int(time.time() * 1000)
    chosen = open_market(settings.home(), market, now_ms).name
    run_id, artifacts = run_folders.create(idea)
    record = RunRecord(
        run_id=run_id,
        idea=idea,
        timeframe=timeframe,
        market=chosen,
        seed=seed,
        trials=trials,
        created_ms=now_ms,
        outcome="running",
        gates=gates,
        model=model,
    )
    artifacts.write(RUN_FILE, codec.dump(record))
    return record, artifacts


def carry_out(
    record: "RunRecord",
    artifacts: "FolderArtifacts",
    progress: "Progress",
    *,
    workers: int = 0,
    notifier: "Notifier | None" = None,
) -> "Result":
    """Run the stages that are not done yet and write the report.

    Raises: UserError while another process works on the run; what a stage raises.
    """
    from botyard.apps import run_folders
    from botyard.apps.report import write_report
    from botyard.apps.wiring import pipeline_ports
    from botyard.pipeline import run_pipeline

    with run_folders.locked(record.run_id):
        ports = pipeline_ports(record, artifacts, progress, workers=workers or os.cpu_count() or 1, notifier=notifier)
        result = run_pipeline(record, ports)
        write_report(result, artifacts)
    return result
