"""Runs that AWS carries out: their artifacts in the bucket, a line for each in the table, an execution of the pipeline.

A line's sort key is the run's number; `outcome` and `text` are there once the pipeline told how the run ended.
"""

import dataclasses
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botyard.adapters.artifact_store.s3 import S3Artifacts
from botyard.adapters.deploy_target.stacks import TESTNETS, keys_place
from botyard.adapters.fleet_store.dynamodb_wire import ConditionFailedError
from botyard.adapters.market_data import klines
from botyard.apps import settings
from botyard.apps.aws import place
from botyard.apps.aws.fleet import table
from botyard.apps.exchanges.keys import variable
from botyard.errors import BotyardError, NotFound, UserError
from botyard.records import codec
from botyard.records.run import RUN_FILE, STAGES, RunRecord

if TYPE_CHECKING:
    from botyard.apps.launch import Wish
    from botyard.ports import ArtifactStore

PARTITION = "runs"
MODES = ("paper", "testnet")  # in which a bot in AWS can trade
VENUE = "binance"  # whose live bars a bot follows, where nothing else is said
SHOWN = 100
HEARTBEAT_SECONDS = 300


class RunInBucket(S3Artifacts):
    """A run's artifacts, of which a copy of one file, or of a model's conversations, is all that is ever wanted."""

    def path(self, name: str) -> Path:
        """Return the copy's place, brought here with the conversations; the rest of the run stays where it is."""
        super().path("conversations/any")  # what a model cost is read off them
        if "/" in name:
            return super().path(name)
        copy = self._copies / name
        if self.exists(name):
            copy.write_bytes(self.read(name))
        return copy


def create(idea: str) -> "tuple[str, S3Artifacts]":
    """Take the next number for a run, and return its id and where its artifacts go."""
    number = table.count("runs")
    words = re.findall(r"[a-z0-9]+", idea.lower())[:4]
    run_id = f"{number}-{'-'.join(words)[:40] or 'idea'}"
    return run_id, artifacts(run_id)


def at_venue(wish: "Wish") -> "tuple[Wish, str]":
    """Return the wish at the venue whose bars its bot will follow, and the market of its research.

    Raises: UserError when no bars lie in the bucket, or for a venue whose bars a function cannot ask for.
    """
    venue = wish.venue or os.environ.get("BOTYARD_VENUE", "").strip() or VENUE
    if venue not in klines.VENUES:
        raise UserError(f"bots in AWS follow the live bars of {' or '.join(klines.VENUES)} so far, not of {venue!r}")
    if not has_bars():
        raise UserError(
            "no bars lie in AWS yet: botyard data download BTC/USDT --timeframe 5m --since 2024-01-01, then "
            "botyard aws deploy brings them there"
        )
    return dataclasses.replace(wish, venue=venue), "imported"


def check_mode(venue: str, mode: str, allocated_quote: float) -> None:
    """Refuse a mode that no bot in AWS can trade in, and a testnet whose keys are not there.

    Raises: UserError, ConfigError.
    """
    from botyard.apps.aws.control import secrets

    if mode not in MODES or (mode == "testnet" and venue not in TESTNETS):
        named = " or ".join(TESTNETS)
        raise UserError(
            f"bots in AWS trade on paper, or at the testnet of {named} (--venue {TESTNETS[0]} --mode testnet), not with "
            f"--mode {mode} at {venue or 'no venue'}; run that on a machine of your own"
        )
    if not 0.0 < allocated_quote < 1e12:
        raise UserError(f"--allocate {allocated_quote:g} is no amount of money; a bot needs some, such as 1000")
    environment = place.here().environment
    if mode == "testnet" and not secrets.read(environment, keys_place(venue, "testnet")):
        name = variable(venue, mode)
        raise UserError(
            f"environment {environment} has no keys of {venue} {mode}: set {name} and {name}_SECRET, then "
            "botyard aws deploy puts them into SSM"
        )


def start(record: RunRecord, kept: "ArtifactStore") -> None:
    """Keep what is wished for and let the pipeline begin; the same run again changes nothing.

    Raises: RetryableError, ConfigError, UserError: what AWS has against it.
    """
    found = place.here()
    kept.write(RUN_FILE, codec.dump(record))
    table.put(PARTITION, _key(record.run_id), {"id": record.run_id, "at": record.created_ms})
    given = {
        "run": f"s3://{found.bucket}/runs/{record.run_id}",
        "run_id": record.run_id,
        "gates": {stage: stage in record.gates for stage in STAGES},
        "gate_seconds": settings.gate_timeout_ms() // 1000,
        "heartbeat_seconds": HEARTBEAT_SECONDS,
    }
    states = place.client("stepfunctions")
    try:
        states.start_execution(stateMachineArn=found.pipeline, name=record.run_id, input=json.dumps(given))
    except Exception as e:
        if place.code_of(e) != "ExecutionAlreadyExists":
            raise place.translated(e, f"starting run {record.run_id}") from e


def ended(run_id: str, outcome: str, text: str) -> None:
    """Write down how the pipeline says that a run ended; an agent that died left nothing in the run itself."""
    with suppress(ConditionFailedError, ValueError):  # a run that was started by hand has no line
        table.change(
            PARTITION, _key(run_id), {"outcome": outcome, "text": text[:1000]}, condition="attribute_exists(pk)"
        )


def records(most: int = SHOWN) -> list[RunRecord]:
    """Read the newest runs, oldest first."""
    lines = table.newest(PARTITION, most)
    with ThreadPoolExecutor(8) as crew:
        return [one for one in crew.map(_read, lines) if one is not None]


def load(run_id: str) -> "tuple[RunRecord, S3Artifacts]":
    """Read a run by its id, its number, or "last". Raises: NotFound, naming the newest runs."""
    line: dict[str, Any] | None = None
    if run_id == "last":
        line = next(iter(table.newest(PARTITION, 1)), None)
    elif run_id.split("-", 1)[0].isdecimal():
        line = table.get(PARTITION, _key(run_id))
    if line is not None and run_id in (table.text(line, "id"), table.text(line, "id").split("-", 1)[0], "last"):
        record = _read(line)
        if record is not None:
            return record, artifacts(record.run_id)
    known = ", ".join(table.text(line, "id") for line in table.newest(PARTITION, 5))
    where = f"in environment {place.here().environment} of AWS"
    raise NotFound(
        f"there is no run {run_id!r} {where}; {'the newest are ' + known if known else 'there are none yet'}"
    )


def artifacts(run_id: str) -> "S3Artifacts":
    """Open the artifacts of a run."""
    prefix = f"runs/{run_id}"
    return RunInBucket(place.client("s3"), place.here().bucket, prefix, settings.home() / prefix)


def has_bars() -> bool:
    """Whether bars of one's own lie in the bucket."""
    try:
        found = place.client("s3").list_objects_v2(Bucket=place.here().bucket, Prefix="market/imported/", MaxKeys=1)
    except Exception as e:
        raise place.translated(e, "looking for bars in the bucket") from e
    return bool(found.get("Contents"))


def _read(line: dict[str, Any]) -> RunRecord | None:
    try:
        record = codec.load(RunRecord, artifacts(table.text(line, "id")).read(RUN_FILE))
    except BotyardError:
        return None  # of another version, or gone
    outcome = table.text(line, "outcome")
    if outcome and record.outcome in ("running", "interrupted"):
        return dataclasses.replace(record, outcome=outcome, text=table.text(line, "text"))  # type: ignore[arg-type] # as written
    return record


def _key(run_id: str) -> str:
    return f"{int(run_id.split('-', 1)[0]):09d}"
