"""`botyard aws cost`: what a month costs, computed here; it asks AWS nothing unless the fleet in AWS is meant."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from botyard.apps.cli import console
from botyard.apps.cli.console import say
from botyard.errors import UserError

if TYPE_CHECKING:
    from botyard.apps.aws.cost.bill import Cost

DAYS = 30


def cost(
    runs: Annotated[float, typer.Option("--runs", min=0, help="Runs of the pipeline in a month.")] = DAYS,
    bots: Annotated[
        int | None, typer.Option("--bots", min=0, help="So many bots; default: the fleet, or one where there is none.")
    ] = None,
    timeframe: Annotated[str, typer.Option("--timeframe", help="Bar length of those bots.")] = "5m",
    model: Annotated[
        str, typer.Option("--model", help="bedrock:MODEL, to count what it would say in each run as well.")
    ] = "",
    free_tier: Annotated[
        bool, typer.Option("--free-tier", help="Take off what every account has free of charge each month.")
    ] = False,
    as_json: console.JsonOption = False,
) -> None:
    """Compute the bill: the control plane idle, a run, a bot, a month; with dated list prices, without tax."""
    from botyard.apps.aws.control import sources
    from botyard.apps.aws.cost import bill, figures, plan
    from botyard.records.market import TIMEFRAMES

    if timeframe not in TIMEFRAMES:
        raise UserError(f"--timeframe {timeframe!r} is not one of {', '.join(TIMEFRAMES)}")
    region, as_of, prices = figures.prices()
    drawn, found = plan.read_plan(sources.find().infra), figures.measured()
    fleet, seconds, tick_ms = _asked(bots, timeframe)
    parts = {
        "control plane, idle, a month": bill.idle(drawn, found),
        "a run": bill.run(drawn, found, seconds) + _model(model, found),
    }
    for each in fleet:
        parts[f"a bot of {each} bars, a month"] = bill.bot(drawn, found, each, tick_ms)
    month = bill.times(parts["control plane, idle, a month"], 1) + bill.times(parts["a run"], runs)
    for each, count in fleet.items():
        month += bill.times(parts[f"a bot of {each} bars, a month"], count)
    parts[f"a month with {runs:g} runs and {_counted(fleet)}"] = month
    if model:
        prices = {**prices, "model": _model_price(model)}
    costs = {title: bill.priced(lines, prices, free_tier=free_tier) for title, lines in parts.items()}
    if as_json:
        sums = {title: bill.total(lines) for title, lines in costs.items()}
        console.print_json({"region": region, "as_of": as_of, "usd": sums, "lines": costs})
        return
    _print(costs)
    say(f"List prices of {region} as of {as_of}, in US dollars{'' if free_tier else ', nothing taken as free'}.")
    say(_origin(found.on, seconds, tick_ms))


def _asked(bots: int | None, timeframe: str) -> tuple[Mapping[str, int], Mapping[str, float], float | None]:
    """Return bots by bar length, seconds by stage, and ms of a tick, as far as the account is asked and knows."""
    from botyard.apps import settings

    if bots is not None or not settings.is_aws():
        return {timeframe: 1 if bots is None else bots}, {}, None
    from botyard.apps.aws.cost import account

    fleet = account.timeframes()
    return fleet or Counter({timeframe: 0}), account.run_seconds(), account.tick_ms()


def _model(model: str, found: Any) -> list[Any]:
    from botyard.apps.aws.cost.bill import Line

    if not model:
        return []
    price = _tokens_price(model)
    usd = price.cost(found.run.model_input_tokens, found.run.model_output_tokens)
    said = f"{found.run.model_input_tokens:,} tokens in, {found.run.model_output_tokens:,} out"
    return [Line(f"language model, {said}", "model", usd)]


def _tokens_price(model: str) -> Any:
    from botyard.adapters.language_model.prices import price_of
    from botyard.adapters.language_model.setting import parse

    return price_of(parse(model, {}))


def _model_price(model: str) -> Any:
    from botyard.apps.aws.cost.figures import Price

    return Price(1.0, 0.0, f"prices of language models as of {_tokens_price(model).as_of}")


def _counted(fleet: Mapping[str, int]) -> str:
    return " and ".join(f"{count} bot{'' if count == 1 else 's'} of {each}" for each, count in fleet.items())


def _print(costs: "Mapping[str, list[Cost]]") -> None:
    from botyard.apps.aws.cost.bill import total

    *parts, month = costs
    for title in parts:
        rows = [(line.what, f"{line.amount:,.4g}", f"{line.usd:.4f}") for line in costs[title]]
        console.table(title, ["", ">amount", ">$"], [*rows, ("together", "", f"{total(costs[title]):.4f}")])
        say("")
    say(f"{month}: ${total(costs[month]):.2f}", style="bold")


def _origin(measured_on: str, seconds: Mapping[str, float], tick_ms: float | None) -> str:
    stages = "of your last runs" if seconds else f"measured on {measured_on}"
    ticks = "of your bots in the last week" if tick_ms is not None else f"measured on {measured_on}"
    return f"Times of stages are {stages}, times of ticks {ticks}; docs/cost.md says how."
