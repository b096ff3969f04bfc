"""What people ask of the fleet: how it stands, why a bot did what it did, what it earned, where it comes from."""

import json
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botyard.apps import settings
from botyard.apps.bots import bundle, held_lots, load
from botyard.bot import earnings, folds
from botyard.bot.deployed import load_deployed, load_settings
from botyard.bot.guards import disaster_stop
from botyard.bot.limits import timeframe_ms
from botyard.errors import ConfigError
from botyard.ports import FleetStore
from botyard.records.fleet import BotRecord, Entry

MOST_POINTS = 600  # of a picture's line


def standings(store: FleetStore) -> list[folds.Standing]:
    """Say how every bot stands; one without its bundle is shown with what is known."""
    found = []
    for bot in store.bots():
        try:
            instrument = load_settings(bundle(bot)).rules.instrument
        except ConfigError as e:
            found.append(folds.unknown_standing(bot, str(e)))
        else:
            found.append(folds.standing(store, bot, instrument))
    return found


@dataclass(frozen=True, slots=True)
class Why:
    """What a bot did and why, and what it will do next."""

    bot: str
    status: str
    reason: str
    decisions: list[folds.Decided]
    open_orders: list[folds.OpenOrder]
    ledger_units: float
    venue_units: float | None  # None: nobody is left to ask
    next_action: str


def agreement(found: Why) -> str:
    """Say how ledger and venue compare: what an account holds beyond a bot's own is somebody else's, or parts of lots."""
    ours, there = found.ledger_units, found.venue_units
    if there is None:
        return "nobody is left to ask"
    if ours == there:
        return "they agree"
    if ours == 0.0 or (ours * there > 0.0 and abs(there) > abs(ours)):
        return "they agree, what is more there is not the bot's"
    return "they DIFFER"


def why(store: FleetStore, name: str) -> Why:
    """Explain a bot. Raises: NotFound, ConfigError."""
    bot = store.bot(name)
    known = load_settings(bundle(bot))
    instrument = known.rules.instrument
    ledger = folds.current_ledger(store, bot, instrument)
    held = held_lots(bot, store)
    decided = folds.decisions(store.entries(name), instrument)
    return Why(
        bot=name,
        status=bot.status,
        reason=bot.reason,
        decisions=decided,
        open_orders=folds.open_orders(ledger, instrument, _signals(bot)),
        ledger_units=folds.units(instrument, ledger.lots),
        venue_units=None if held is None else folds.units(instrument, held),
        next_action=_next(bot, decided, is_liquidated=ledger.is_liquidated),
    )


def journal(store: FleetStore, name: str, lines: int) -> list[Entry]:
    """Return the last lines of a bot's journal, in order. Raises: NotFound."""
    store.bot(name)
    return list(deque(store.entries(name), maxlen=lines))


def journal_line(entry: Entry) -> str:
    """Say a line of the journal in words: a decision's own, else what it holds."""
    if "words" in entry.data:
        return str(entry.data["words"])
    return ", ".join(f"{key} {value}" for key, value in entry.data.items() if not isinstance(value, list | dict))


def profit(store: FleetStore, name: str) -> earnings.Profit:
    """Say what a bot earned. Raises: NotFound, ConfigError."""
    bot = store.bot(name)
    return earnings.profit(bot, store.entries(name), load_settings(bundle(bot)).rules.instrument)


def equity_picture(store: FleetStore, name: str) -> bytes:
    """Draw a bot's equity at the close of each live bar, as PNG; b"" before its second one. Raises: NotFound, ConfigError."""
    from botyard.apps import pictures

    bot = store.bot(name)
    decided = [(e.bar_ms, float(e.data["equity"])) for e in store.entries(name) if e.kind == "decision"]
    if len(decided) < 2:
        return b""
    step = -(-len(decided) // MOST_POINTS)
    shown = [*decided[::step], decided[-1]]
    known = load_settings(bundle(bot))
    length = timeframe_ms(bot)
    times, equity = [t + length for t, _ in shown], [e for _, e in shown]
    synthetic = known.market == "demo"
    return pictures.equity_picture(name, times, equity, bot.symbol.rpartition("/")[2], synthetic=synthetic)


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a bot's numbers come from, link by link; empty where the run's file is gone."""

    bot: str
    deployment_hash: str
    bundle_hash: str
    code_hash: str
    code_on_disk: str  # "as deployed", or what is wrong
    spec_hash: str
    run: str
    idea: str
    study: str  # journal file of the chosen study
    trials: int | None
    seed: int | None
    data_hash: str
    verdict: str
    breaks: list[str]  # links that do not fit


def trace(store: FleetStore, name: str) -> Trace:
    """Follow a bot back to the bars it was made from. Raises: NotFound."""
    bot = store.bot(name)
    folder = settings.home() / "runs" / bot.run_id
    run, deployment, research = (_json(folder / f) for f in ("run.json", "deployment.json", "research.json"))
    breaks = [
        f"{folder / f} is missing"
        for f, data in (("deployment.json", deployment), ("research.json", research))
        if not data
    ]
    for what, found, kept in (
        ("deployment", deployment.get("deployment_hash"), bot.deployment_hash),
        ("spec of the deployment", deployment.get("spec_hash"), bot.spec_hash),
        ("spec of the research", research.get("spec_hash"), bot.spec_hash),
        ("code of the deployment", deployment.get("code_hash"), bot.code_hash),
    ):
        if found is not None and found != kept:
            breaks.append(f"the {what} is {found[:12]}, the bot's is {kept[:12]}")
    try:
        load_deployed(bundle(bot))
        on_disk = "as deployed"
    except ConfigError as e:
        on_disk = str(e)
    study = research.get("study", {})
    return Trace(
        bot=name,
        deployment_hash=bot.deployment_hash,
        bundle_hash=deployment.get("bundle_hash", ""),
        code_hash=bot.code_hash,
        code_on_disk=on_disk,
        spec_hash=bot.spec_hash,
        run=bot.run_id,
        idea=run.get("idea", ""),
        study=study.get("journal", ""),
        trials=study.get("trials"),
        seed=study.get("seed"),
        data_hash=research.get("data_hash", ""),
        verdict=research.get("verdict", {}).get("outcome", ""),
        breaks=breaks,
    )


def _json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_bytes()))
    except (OSError, ValueError):
        return {}


def _signals(bot: BotRecord) -> dict[int, str]:
    try:
        strategy = load(bundle(bot), bot.code_hash).strategy
    except ConfigError:
        return {}
    named = {i: str(t[0]).replace("_", " ") for i, t in enumerate(strategy.TRANSITIONS)}
    return {**named, disaster_stop.TRANSITION: disaster_stop.NAME}


def _next(bot: BotRecord, decided: list[folds.Decided], *, is_liquidated: bool) -> str:
    if bot.status == "killed":
        return "nothing: it is killed"
    in_aws = settings.is_aws()
    if bot.status == "killing":
        return "close what is open; " + ("its next tick" if in_aws else "botyard up") + " goes on with it"
    if is_liquidated:
        return f"nothing: it was liquidated; end it with: botyard kill {bot.name}"
    if bot.status == "halted":
        return f"nothing but its protective stop, until: botyard resume {bot.name}"
    what = "exits only" if bot.status == "paused" else "trade"
    when = f"the bar after {_utc(decided[-1].bar_ms)}" if decided else f"the bar of {_utc(bot.live_from_ms)}"
    if in_aws:
        return f"{what} at the close of {when} UTC, by itself"
    how = "botyard up" if bot.feed == "live" else f"botyard up --from {_utc(bot.live_from_ms)[:10]} --speed 0"
    return f"{what} at the close of {when} UTC, while this runs: {how}"


def _utc(time_ms: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
