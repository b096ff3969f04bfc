"""The arithmetic: what is used, times what it costs. Months have 730 hours, as in AWS's own calculator."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from botyard.apps.aws.cost.figures import Measured, Price, Tick
from botyard.apps.aws.cost.plan import Plan
from botyard.records.market import timeframe_minutes

HOURS = 730.0
MINUTES = HOURS * 60
WHOLE_CORE_MB = 1769  # Lambda: the memory at which a function has one vCPU; with less, its share of one
RUNS_KEPT = 365  # artifacts of a year
IMAGES_KEPT = 2  # the one in use and the one before
CHAT_MESSAGES = 300  # a month
MESSAGE_SECONDS = 0.25  # that the webhook takes for one


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill: so many of something."""

    what: str
    price: str  # its name in prices.toml
    amount: float


@dataclass(frozen=True, slots=True)
class Cost:
    """A line with its price."""

    what: str
    amount: float
    usd: float
    source: str


def priced(lines: Iterable[Line], prices: Mapping[str, Price], *, free_tier: bool = False) -> list[Cost]:
    """Put prices on lines; with the free tier, what is free goes to the first lines that use it."""
    left = {name: price.free if free_tier else 0.0 for name, price in prices.items()}
    costs = []
    for line in lines:
        price = prices[line.price]
        free = min(left[line.price], line.amount)
        left[line.price] -= free
        costs.append(Cost(line.what, line.amount, (line.amount - free) * price.usd, price.source))
    return costs


def total(costs: Iterable[Cost]) -> float:
    """Add up."""
    return sum(cost.usd for cost in costs)


def idle(plan: Plan, found: Measured) -> list[Line]:
    """List what a month costs in which nothing runs, but for somebody who looks into the chat."""
    table_gb = 0.05
    seconds = MESSAGE_SECONDS * CHAT_MESSAGES
    return [
        Line("images of the agents, GB", "image_gb_month", IMAGES_KEPT * found.image_mb / 1024),
        Line("artifacts of a year of daily runs, GB", "s3_gb_month", RUNS_KEPT * found.run.artifacts_mb / 1024),
        Line("fleet table, GB", "dynamodb_gb_month", table_gb),
        Line("fleet table, recovery to any second, GB", "dynamodb_recovery_gb_month", table_gb),
        Line(f"{CHAT_MESSAGES} messages in the chat", "lambda_request", CHAT_MESSAGES),
        Line("their GB-seconds", "lambda_gb_second", seconds * plan.function_mb / 1024),
        Line("their secrets decrypted", "key_request", 2.0 * CHAT_MESSAGES),
    ]


def run(plan: Plan, found: Measured, seconds: Mapping[str, float] | None = None) -> list[Line]:
    """List what one run costs without its language model; `seconds` by stage when the account's own runs were timed."""
    took = {**found.run.seconds, **(seconds or {})}
    billed = {stage: max(60.0, found.run.start_seconds + took[stage]) / 3600 for stage in plan.agents}
    return [
        Line("agents, vCPU-hours", "fargate_vcpu_hour", sum(plan.agents[s].vcpu * h for s, h in billed.items())),
        Line("agents, GB-hours", "fargate_gb_hour", sum(plan.agents[s].gb * h for s, h in billed.items())),
        Line("agents, hours with a public address", "public_ipv4_hour", sum(billed.values())),
        Line("steps of the state machine", "step_transition", plan.steps),
        Line("artifacts written", "s3_write", found.run.s3_writes),
        Line("artifacts read", "s3_read", found.run.s3_reads),
        Line("fleet and trials, write units", "dynamodb_write_unit", found.run.write_units),
        Line("fleet and trials, read units", "dynamodb_read_unit", found.run.read_units),
        Line("logs, GB", "log_gb", found.run.log_kb / 1024**2),
    ]


def billed_ms(tick: Tick, memory_mb: int, minutes: int) -> float:
    """How long Lambda bills for one tick at bars of that length.

    A function has memory/1769 of a core, so that processor time grows by the inverse; waiting does not.
    """
    slower = max(1.0, WHOLE_CORE_MB / memory_mb)
    cold = _cold(tick, minutes)
    working = ((1 - cold) * tick.cpu_ms + cold * tick.cold_cpu_ms) * slower
    waiting = tick.exchange_requests * tick.exchange_ms + tick.table_requests * tick.table_ms
    return working + waiting + import_ms(tick, minutes)


def import_ms(tick: Tick, minutes: int) -> float:
    """How much of it is the import that a cold start begins with, shared by all ticks."""
    return _cold(tick, minutes) * tick.init_cpu_ms / tick.init_cores


def _cold(tick: Tick, minutes: int) -> float:
    return 1.0 if minutes >= tick.cold_after_minutes else tick.cold_share


def bot(plan: Plan, found: Measured, timeframe: str, measured_ms: float | None = None) -> list[Line]:
    """List what a bot costs in a month; `measured_ms` is how long the account's own ticks ran, where known."""
    minutes = timeframe_minutes(timeframe)
    ticks = MINUTES / minutes
    if measured_ms is None:
        ms = billed_ms(found.tick, plan.bot_mb, minutes)
    else:
        ms = measured_ms + import_ms(found.tick, minutes)  # which Lambda's own metric leaves out
    return [
        Line("ticks", "lambda_request", ticks),
        Line(f"GB-seconds, {ms:.0f} ms each", "lambda_gb_second", ticks * ms / 1000 * plan.bot_mb / 1024),
        Line("write units", "dynamodb_write_unit", ticks * found.tick.write_units),
        Line("read units", "dynamodb_read_unit", ticks * found.tick.read_units),
        Line("logs, GB", "log_gb", ticks * found.tick.log_bytes / 1024**3),
    ]


def times(lines: Iterable[Line], count: float) -> list[Line]:
    """So many of each."""
    return [dataclasses.replace(line, amount=line.amount * count) for line in lines]
