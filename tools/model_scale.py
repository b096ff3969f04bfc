"""What breaks first as a fleet grows: `python tools/model_scale.py` prints the tables of docs/scale.md, `--write` writes them.

Ticks are those that `botyard aws cost` counts with (src/botyard/apps/aws/cost/measured.toml). All bots have bars of
five minutes, so that all wake in the same minute: no fleet of that size is harder on its account.
"""

import heapq
import random
import sys
from dataclasses import dataclass
from pathlib import Path

from botyard.apps.aws.cost import bill, figures, plan

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "scale.md"
FLEETS = (100, 1_000, 10_000)
RUNS = 100
SPREAD_SECONDS = 5.0  # over which EventBridge delivers what is due in the same minute; AWS promises the minute only
TRADING_SHARE = 0.05  # of bots that send an order at the same close
KLINES_WEIGHT, TIME_WEIGHT = 2, 1 / 12  # of one tick's requests to the exchange; its clock is asked once an hour
BUNDLE_MB = 0.13
OWN_ROLES = 12  # of the control plane


@dataclass(frozen=True)
class Quota:
    """What AWS or the exchange allows by default."""

    name: str
    limit: float
    unit: str
    adjustable: str
    source: str


# looked up on 2026-11-23; AWS's are of eu-central-1
RULES = Quota("EventBridge rules on a bus", 300, "", "yes", "EventBridge quotas")
DELIVERIES = Quota("EventBridge deliveries", 4_500, "/s", "yes", "EventBridge quotas")
NEW_ACCOUNT = Quota("Lambda at once, new account", 10, "", "yes", "Lambda quotas: new accounts begin lower")
CONCURRENCY = Quota("Lambda at once", 1_000, "", "yes", "Lambda quotas")
STACKS = Quota("CloudFormation stacks", 2_000, "", "yes", "CloudFormation quotas")
ROLES = Quota("IAM roles", 1_000, "", "to 5,000", "IAM quotas")
CODE = Quota("Lambda code, GB", 75, "", "yes", "Lambda quotas")
WRITES = Quota("DynamoDB writes, new table", 4_000, "/s", "doubles in 30 min", "DynamoDB on-demand quotas")
WEIGHT = Quota("exchange weight from one address", 6_000, "/min", "no", "Binance exchangeInfo, spot")
ORDERS = Quota("exchange orders of one account", 100, "/10 s", "no", "Binance exchangeInfo, spot")
VCPUS = Quota("Fargate vCPUs", 6, "", "yes", "Fargate quotas: new accounts begin at 6")


@dataclass(frozen=True)
class Burst:
    """What becomes of ticks that are all due at once."""

    at_once: int  # the most that run at the same time where nothing holds them back
    last_seconds: float  # after the close until the last one has begun, within the quota


def ticks(count: int, quota: int, tick: figures.Tick, memory_mb: int, seed: int = 1) -> Burst:
    """Let so many ticks arrive and run; those beyond the quota wait their turn, first come, first served.

    Lambda itself tries again after a second, then ever later: what it really takes is longer where many wait.
    """
    draw = random.Random(seed)
    slower = bill.WHOLE_CORE_MB / memory_mb
    arrivals = sorted(draw.uniform(0.0, SPREAD_SECONDS) for _ in range(count))
    lengths = []
    for _ in arrivals:
        is_cold = draw.random() < tick.cold_share
        work = tick.cold_cpu_ms * slower + tick.init_cpu_ms / tick.init_cores if is_cold else tick.cpu_ms * slower
        lengths.append((work + draw.expovariate(1 / tick.exchange_ms) + tick.table_requests * tick.table_ms) / 1000)
    ends: list[float] = []
    at_once = 0
    for begins, length in zip(arrivals, lengths, strict=True):
        while ends and ends[0] <= begins:
            heapq.heappop(ends)
        heapq.heappush(ends, begins + length)
        at_once = max(at_once, len(ends))
    free = [0.0] * quota
    last = 0.0
    for begins, length in zip(arrivals, lengths, strict=True):
        start = max(begins, heapq.heappop(free))
        last = max(last, start)
        heapq.heappush(free, start + length)
    return Burst(at_once, last)


@dataclass(frozen=True)
class Runs:
    """What becomes of runs that all begin at once."""

    failed: int
    minutes: float  # until the last one that did not fail has ended


def runs(
    count: int, vcpus: float, drawn: plan.Plan, found: figures.Run, retry: tuple[float, int, float], seed: int = 1
) -> Runs:
    """Let runs go through their agents; where no capacity is left the state machine tries again, as its definition says.

    retry: first interval in seconds, how often at most, longest interval; each doubles the last, and is drawn below it.
    """
    draw = random.Random(seed)
    first, most, longest = retry
    stages = list(drawn.agents)
    waiting = [(0.0, run, 0, 0) for run in range(count)]  # when, run, stage, tries so far
    ends: list[tuple[float, float]] = []
    used, failed, done = 0.0, 0, 0.0
    heapq.heapify(waiting)
    while waiting:
        now, run, stage, tried = heapq.heappop(waiting)
        while ends and ends[0][0] <= now:
            used -= heapq.heappop(ends)[1]
        need = drawn.agents[stages[stage]].vcpu
        if used + need > vcpus:
            if tried == most:
                failed += 1
            else:
                heapq.heappush(waiting, (now + draw.uniform(0, min(longest, first * 2**tried)), run, stage, tried + 1))
            continue
        used += need
        end = now + found.start_seconds + found.seconds[stages[stage]]
        heapq.heappush(ends, (end, need))
        if stage + 1 < len(stages):
            heapq.heappush(waiting, (end, run, stage + 1, 0))
        else:
            done = max(done, end)
    return Runs(failed, done / 60)


def demands(bots: int, drawn: plan.Plan, found: figures.Measured) -> list[tuple[Quota, float]]:
    """Say what a fleet asks of each quota."""
    at_once = ticks(bots, int(CONCURRENCY.limit), found.tick, drawn.bot_mb).at_once
    per_second = bots / SPREAD_SECONDS
    return [
        (RULES, bots),
        (NEW_ACCOUNT, at_once),
        (CONCURRENCY, at_once),
        (ROLES, bots + OWN_ROLES),
        (STACKS, bots + 1),
        (DELIVERIES, per_second),
        (WRITES, per_second * 2),  # two units for every bot at once: the hour's end, or the same signal
        (CODE, bots * BUNDLE_MB / 1024),
        (WEIGHT, bots * (KLINES_WEIGHT + TIME_WEIGHT)),
        (ORDERS, bots * TRADING_SHARE),
    ]


def fleet_table(drawn: plan.Plan, found: figures.Measured) -> list[str]:
    """Write what fleets ask for beside what is allowed; bold where it is too much."""
    columns = [demands(bots, drawn, found) for bots in FLEETS]
    lines = [
        "| quota | by default | can be raised | " + " | ".join(f"{bots:,} bots" for bots in FLEETS) + " |",
        "|---|---:|---|" + "---:|" * len(FLEETS),
    ]
    for row in zip(*columns, strict=True):
        quota = row[0][0]
        asked = [f"**{need:,.0f}**" if need > quota.limit else f"{need:,.0f}" for _, need in row]
        lines.append(f"| {quota.name} | {quota.limit:,.0f}{quota.unit} | {quota.adjustable} | {' | '.join(asked)} |")
    _, _, prices = figures.prices()
    month = bill.total(bill.priced(bill.bot(drawn, found, "5m"), prices))
    lines.append(f"| dollars a month, bots alone | | | {' | '.join(f'{month * bots:,.2f}' for bots in FLEETS)} |")
    return lines


def burst_table(drawn: plan.Plan, found: figures.Measured) -> list[str]:
    """Write when the last tick of a minute begins."""
    quotas = (10, 100, 1_000)
    lines = [
        "| Lambda functions at once | " + " | ".join(f"{bots:,} bots" for bots in FLEETS) + " |",
        "|---:|" + "---:|" * len(FLEETS),
    ]
    for quota in quotas:
        lasts = [ticks(bots, quota, found.tick, drawn.bot_mb).last_seconds for bots in FLEETS]
        lines.append(
            f"| {quota:,} | " + " | ".join(f"**{s:,.0f} s**" if s > 60 else f"{s:,.0f} s" for s in lasts) + " |"
        )
    return lines


def runs_table(drawn: plan.Plan, found: figures.Measured, retry: tuple[float, int, float]) -> list[str]:
    """Write what becomes of a hundred runs at once."""
    lines = ["| Fargate vCPUs | runs that fail | minutes until the last other one is done |", "|---:|---:|---:|"]
    for vcpus in (6, 30, 100, 200):
        end = runs(RUNS, vcpus, drawn, found.run, retry)
        lines.append(f"| {vcpus} | {end.failed} of {RUNS} | {end.minutes:,.0f} |")
    return lines


def retry_of(machine: str) -> tuple[float, int, float]:
    """Read how the state machine tries again when there is no capacity."""
    import json

    (retry,) = json.loads(machine)["States"]["Designer"]["Retry"]
    return float(retry["IntervalSeconds"]), int(retry["MaxAttempts"]), float(retry["MaxDelaySeconds"])


def tables() -> dict[str, list[str]]:
    """Compute every table of the page."""
    drawn, found = plan.read_plan(ROOT / "infra"), figures.measured()
    retry = retry_of((ROOT / "infra" / "pipeline.asl.json").read_text())
    return {
        "fleets": fleet_table(drawn, found),
        "bursts": burst_table(drawn, found),
        "runs": runs_table(drawn, found, retry),
    }


def page(text: str) -> str:
    """Put the tables into the page's text."""
    for name, lines in tables().items():
        begin, end = f"<!-- {name}: written by tools/model_scale.py -->", f"<!-- end of {name} -->"
        body = "\n".join((begin, *lines, end))
        text = text[: text.index(begin)] + body + text[text.index(end) + len(end) :]
    return text


def main() -> None:
    """Print the tables, or write them into the page."""
    if "--write" in sys.argv:
        PAGE.write_text(page(PAGE.read_text()))
        return
    for name, lines in tables().items():
        print(f"{name}\n", *lines, "", sep="\n")


if __name__ == "__main__":
    main()
