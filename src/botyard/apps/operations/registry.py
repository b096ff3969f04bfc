"""A bot whose fleet store is lost, registered again from what its deployment left: bundle, run, and the venue's bars."""

from dataclasses import replace
from pathlib import Path

from botyard.apps import settings
from botyard.apps.exchanges import venues
from botyard.bot.deployed import load_deployed
from botyard.bot.limits import timeframe_ms
from botyard.errors import InvariantError, NotFound, UserError
from botyard.ports import FleetStore
from botyard.records import codec
from botyard.records.deployment import Deployment
from botyard.records.fleet import BotRecord

REASON = "registered again from its run, its journal is empty: botyard recover {bot} takes in what the exchange knows"


def register_again(store: FleetStore, name: str) -> BotRecord:
    """Register a bot of an exchange whose record is gone; it is halted, and its journal empty.

    Its first live bar is the last one that had closed when its deployment was written down.
    Raises: NotFound when the run that deployed it is gone too, UserError for a bot on paper, whose account went with
    the store; ConfigError, RetryableError.
    """
    place, deployment = _deployment(name)
    if deployment.mode == "paper":
        raise UserError(
            f"{name} traded on paper, and its account is lost with it; botyard restore FILE brings both back"
        )
    folder = settings.home() / "bots" / name
    known = load_deployed(folder).settings
    found = venues.probe_account(known.market, deployment.mode, name)
    record = BotRecord(
        name=name,
        run_id=deployment.run_id,
        symbol=known.symbol,
        venue=deployment.venue,
        timeframe=known.timeframe,
        mode=deployment.mode,
        status="halted",
        reason=REASON.format(bot=name),
        bundle=str(folder),
        spec_hash=known.spec_hash,
        code_hash=known.code_hash,
        deployment_hash=deployment.deployment_hash,
        allocated_quote=known.rules.initial_cash,
        feed=known.feed,
        seed_ms=0,
        live_from_ms=0,
        created_ms=0,
        account="" if found is None else found.account,
    )
    length = timeframe_ms(record)
    made_ms = int(place.stat().st_mtime * 1000) // length * length  # the bar that had just closed is its first one
    market = venues.market_data(known.market, known.rules.instrument)
    bars = market.bars(known.symbol, known.timeframe, made_ms - (known.seed_bars + 1) * length - 1, made_ms)
    if not bars:
        raise NotFound(f"{known.market} has no bars of {known.symbol} from before {name} was deployed")
    record = replace(record, seed_ms=bars[0].open_ms, live_from_ms=bars[-1].open_ms, created_ms=made_ms)
    store.add_bot(record)
    return record


def _deployment(name: str) -> tuple[Path, Deployment]:
    for place in sorted((settings.home() / "runs").glob("*/deployment.json")):
        try:
            found = codec.load(Deployment, place.read_bytes())
        except (OSError, InvariantError):
            continue
        if found.bot == name:
            return place, found
    raise NotFound(
        f"no bot {name!r} in the fleet, and no run here deployed it; botyard restore FILE brings back a backup"
    )
