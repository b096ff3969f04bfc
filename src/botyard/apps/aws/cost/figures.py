"""The figures a bill is made of: prices with their dates, and what was measured."""

import importlib.resources
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for one of something, how many are free each month, and where that is written."""

    usd: float
    free: float
    source: str


def prices() -> tuple[str, str, Mapping[str, Price]]:
    """Return region, date and the prices by name."""
    table = _table("prices.toml")
    named = {
        name: Price(float(each["usd"]), float(each.get("free", 0)), str(each["source"]))
        for name, each in table.items()
        if isinstance(each, dict)
    }
    return str(table["region"]), str(table["as_of"]), named


@dataclass(frozen=True, slots=True)
class Tick:
    """What one tick of a bot takes. Processor times are on a whole core."""

    cpu_ms: float
    cold_cpu_ms: float
    init_cpu_ms: float
    exchange_requests: float
    table_requests: float
    read_units: float
    write_units: float
    log_bytes: float
    exchange_ms: float  # of waiting for one request
    table_ms: float
    init_cores: float
    cold_share: float
    cold_after_minutes: int


@dataclass(frozen=True, slots=True)
class Run:
    """What one run takes."""

    seconds: Mapping[str, float]  # by stage, from its first line to its last
    start_seconds: float
    s3_writes: float
    s3_reads: float
    write_units: float
    read_units: float
    artifacts_mb: float
    log_kb: float
    model_input_tokens: int
    model_output_tokens: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured, and when."""

    on: str
    tick: Tick
    run: Run
    image_mb: float


def measured() -> Measured:
    """Read what was measured."""
    table = _table("measured.toml")
    tick, run = dict(table["tick"]), dict(table["run"])
    tick |= tick.pop("assumed")
    tick.pop("memory_mb")
    run |= run.pop("assumed")
    seconds = {name.removesuffix("_seconds"): run.pop(name) for name in list(run) if name in _STAGES}
    return Measured(
        str(table["measured_on"]), Tick(**tick), Run(seconds, **run), float(table["image"]["compressed_mb"])
    )


_STAGES = ("designer_seconds", "selector_seconds", "researcher_seconds", "deployer_seconds")


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((importlib.resources.files(__package__) / name).read_text())
