"""Begin a run and carry it out: the same for the command line and the chat."""

import dataclasses
import math
import os
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botyard.apps import settings
from botyard.errors import UserError

if TYPE_CHECKING:
    from botyard.apps.run_folders import Artifacts
    from botyard.pipeline import Result
    from botyard.ports import Notifier, Progress
    from botyard.records.fleet import Mode
    from botyard.records.run import RunRecord

MAX_IDEA = 4000  # characters


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks of a run; a recorded one brings its market, trials, seed and what else is left empty."""

    idea: str = ""
    minutes: str = ""  # of a bar: 5, 5m, 1h, 1d
    market: str = "auto"
    trials: int = 200
    seed: int = 1
    permutations: int = 0
    budget_usd: float | None = None  # None: the usual limit
    recorded: str = ""  # the run whose conversations are repeated
    venue: str = ""
    mode: "Mode" = "paper"
    allocated_quote: float = 10_000.0


def new_run(wish: Wish) -> "tuple[RunRecord, Artifacts]":
    """Check what was asked and make the run's folder.

    Raises: UserError for what cannot be used, NotFound for a recording that is gone, ConfigError when there is no room
    for one more bot; nothing is made then.
    """
    from botyard.apps import bots, language_model, run_folders
    from botyard.apps.operations import outer_limits
    from botyard.records.market import parse_timeframe
    from botyard.records.run import RunRecord

    if wish.budget_usd is not None and not math.isfinite(wish.budget_usd):
        raise UserError(f"--budget-usd is {wish.budget_usd}; write an amount of US dollars, such as 2")
    before = run_folders.load(wish.recorded)[0] if wish.recorded else None
    if before is not None:
        wish = dataclasses.replace(
            wish,
            idea=wish.idea or before.idea,
            minutes=wish.minutes or before.timeframe,
            market=before.market,
            trials=before.trials,
            seed=before.seed,
            permutations=before.permutations,
        )
    idea = checked_idea(wish.idea)
    if not wish.minutes:
        raise UserError(f'how long is a bar? Add the minutes: pipeline "{idea[:40]}" 5')
    timeframe = parse_timeframe(wish.minutes)
    gates = settings.gates()
    model = language_model.configured() if before is None else before.model
    now_ms = int(time.time() * 1000) if before is None else before.created_ms  # what was now for its bars
    wish, market = _market(wish, now_ms)
    with closing(bots.open_store()) as store:  # before the research, not after it
        outer_limits.check_room(store, wish.mode)
    run_id, artifacts = run_folders.create(idea)
    record = RunRecord(
        run_id=run_id,
        idea=idea,
        timeframe=timeframe,
        market=market,
        seed=wish.seed,
        trials=wish.trials,
        created_ms=now_ms,
        outcome="running",
        permutations=wish.permutations,
        model=model,
        budget_usd=wish.budget_usd,
        recorded="" if before is None else before.run_id,
        venue=wish.venue,
        mode=wish.mode,
        allocated_quote=wish.allocated_quote,
        gates=gates,
        writes_code=language_model.deployer_writes() if before is None else before.writes_code,
    )
    return record, artifacts


def _market(wish: Wish, now_ms: int) -> tuple[Wish, str]:
    """Return the market whose bars a run uses, and the wish with what follows from it."""
    if settings.is_aws():
        from botyard.apps.aws.fleet import runs

        return runs.at_venue(wish)
    from botyard.market import open_market

    return wish, open_market(settings.home(), wish.market, now_ms).name


def put_off(record: "RunRecord", artifacts: "Artifacts") -> None:
    """Keep a run that is carried out later, by another process; in AWS it begins at once.

    Raises: UserError, ConfigError, RetryableError.
    """
    if settings.is_aws():
        from botyard.apps.aws.fleet import runs

        runs.start(record, artifacts)
        return
    from botyard.records import codec
    from botyard.records.run import RUN_FILE

    artifacts.write(RUN_FILE, codec.dump(record))


def checked_idea(text: str) -> str:
    """Return an idea without its margins. Raises: UserError when it is empty or too long."""
    idea = text.strip()
    if not idea:
        raise UserError('the idea is empty; say it in words, such as "fast ema crosses slow ema"')
    if len(idea) > MAX_IDEA:
        raise UserError(f"the idea has {len(idea)} characters; {MAX_IDEA} are allowed")
    return idea


def carry_out(
    record: "RunRecord",
    artifacts: "Artifacts",
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
