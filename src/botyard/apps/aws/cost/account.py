"""What the account itself knows: which bots run, how long their ticks took, how long the last runs' stages took."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

from botyard.records.run import RunRecord

DAYS = 7  # that are looked back upon
LAST_RUNS = 10


def timeframes() -> Counter[str]:
    """Count the fleet's bots by the length of their bars; those that have ended cost nothing."""
    from botyard.apps import bots

    with closing(bots.open_store()) as fleet:
        return Counter(bot.timeframe for bot in fleet.bots() if bot.status != "killed")


def mean_tick_ms(cloudwatch: Any, functions: Iterable[str], now: dt.datetime) -> float | None:
    """Return how long these functions ran on average, by Lambda's own metric, or None where they never did.

    AWS bills the import of a cold function on top.
    """
    total = count = 0.0
    for name in functions:
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Duration",
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=now - dt.timedelta(days=DAYS),
            EndTime=now,
            Period=86_400,
            Statistics=["Sum", "SampleCount"],
        )["Datapoints"]
        total += sum(float(point["Sum"]) for point in points)
        count += sum(float(point["SampleCount"]) for point in points)
    return total / count if count else None


def mean_seconds(runs: Iterable[RunRecord]) -> Mapping[str, float]:
    """Return by stage how long the last runs took, from what they recorded themselves; stages that none had are left out."""
    took: dict[str, list[float]] = {}
    for run in sorted(runs, key=lambda each: each.created_ms)[-LAST_RUNS:]:
        for stage in run.stages:
            took.setdefault(stage.name, []).append(stage.seconds)
    return {name: sum(all_of) / len(all_of) for name, all_of in took.items()}


def run_seconds() -> Mapping[str, float]:
    """Ask the account for `mean_seconds` of its last runs."""
    from botyard.apps.aws.fleet import runs

    return mean_seconds(runs.records(LAST_RUNS))


def tick_ms() -> float | None:
    """Ask the account for `mean_tick_ms` of the fleet's functions. Raises: what `place.translated` says."""
    from botyard.adapters.deploy_target.stacks import stack_name
    from botyard.apps import bots, settings
    from botyard.apps.aws import place

    with closing(bots.open_store()) as fleet:
        names = [stack_name(settings.environment(), bot.name) for bot in fleet.bots() if bot.status != "killed"]
    try:
        return mean_tick_ms(place.client("cloudwatch"), names, dt.datetime.now(dt.UTC))
    except Exception as e:
        raise place.translated(e, "reading how long ticks took") from e
