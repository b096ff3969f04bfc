"""Compare what a bot journaled and what the paper venue saw with the engine's backtest over the same bars."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.adapters.venue.paper import PaperVenue
from botyard.bot.folds import current_ledger
from botyard.engine.backtest import Backtest, backtest
from botyard.engine.bars import Bars
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.records.deployment import BundleSettings
from botyard.records.fleet import Bar, Entry
from botyard.records.market import TradingRules
from botyard.records.schema import load_spec
from botyard.testing.bots.replays import BOT


def built(spec: dict[str, Any], rules: TradingRules, bars: Bars) -> tuple[BundleSettings, str, Backtest]:
    """Compile a spec and run the engine over the bars; returns bot.json, strategy.py and the backtest."""
    compiled = compile_spec(load_spec(spec))
    program = load_program(compiled)
    vector = program.vector()
    settings = BundleSettings(
        name=compiled.spec.name,
        symbol=rules.instrument.symbol,
        timeframe=compiled.spec.timeframe,
        timezone=compiled.spec.timezone,
        market="demo",
        feed="stored",
        parameter_names=tuple(program.module.PARAMETERS),
        parameters=tuple(vector.tolist()),
        rules=rules,
        seed_bars=0,
        spec_hash=compiled.spec_hash,
        code_hash=compiled.code_hash,
    )
    return settings, compiled.source, backtest(program, bars, rules, vector, record_orders=True)


def listed(bars: Bars) -> list[Bar]:
    """Turn columns into the bars that bots are fed."""
    return [Bar(*row) for row in zip(*(column.tolist() for column in bars.columns()), strict=True)]


def differences(home: Path, settings: BundleSettings, bars: Bars, ran: Backtest) -> list[str]:
    """Say where journal, ledger or venue differ from the backtest; nothing where all agree."""
    store = SqliteFleet(home / "fleet.db")
    venue = PaperVenue(home / "paper.db", BOT, settings.rules)
    try:
        journal = list(store.entries(BOT))
        ledger = current_ledger(store, store.bot(BOT), settings.rules.instrument)
        held = venue.held_lots(settings.symbol)
    finally:
        venue.close()
        store.close()
    found = _decisions(journal, bars, ran) + _fills(journal, settings.rules, bars, ran) + _ids(journal)
    final = int(ran.lots[-1])
    if not final == held == ledger.lots:
        found.append(f"the engine holds {final} lots, the ledger {ledger.lots}, the venue {held}")
    if abs(float(ledger.equity(_ticks(settings.rules, bars.close[-1]))) - ran.equity[-1]) > 1e-6:
        found.append(f"the engine's equity is {ran.equity[-1]}, the ledger's cash {ledger.cash}")
    return found


def _decisions(journal: Iterable[Entry], bars: Bars, ran: Backtest) -> list[str]:
    decided = [e for e in journal if e.kind == "decision"]
    if [e.bar_ms for e in decided] != bars.open_ms.tolist():
        return [f"{len(decided)} decisions on {len(bars)} bars, or not in their order"]
    rows = np.array([e.data["row"] for e in decided])
    if ran.orders is None or rows.tobytes() == ran.orders.tobytes():
        return [] if ran.orders is not None else ["the engine recorded no orders"]
    at = int(np.flatnonzero((rows != ran.orders).any(axis=1))[0])
    return [f"orders of bar {at}: bot {rows[at].tolist()}, engine {ran.orders[at].tolist()}"]


def _fills(journal: Iterable[Entry], rules: TradingRules, bars: Bars, ran: Backtest) -> list[str]:
    bot = [
        (e.bar_ms, e.data["transition"], e.data["lots"] * (1 if e.data["side"] == "buy" else -1), e.data["ticks"])
        for e in journal
        if e.kind == "fill"
    ]
    engine = [
        (int(bars.open_ms[int(f["bar"])]), int(f["transition"]), int(f["lots"]), _ticks(rules, f["price"]))
        for f in ran.fills
        if f["lots"] != 0.0
    ]
    if bot == engine:
        return []
    first = next((pair for pair in zip(bot, engine, strict=False) if pair[0] != pair[1]), "one list is longer")
    return [f"{len(bot)} fills of the bot, {len(engine)} of the engine: {first}"]


def _ids(journal: Iterable[Entry]) -> list[str]:
    intents = [e.data["client_id"] for e in journal if e.kind == "intent"]
    ended = {e.data["client_id"] for e in journal if e.kind in ("submitted", "cancelled", "refused")}
    twice = len(intents) - len(set(intents))
    lost = set(intents) - ended
    return ([f"{twice} intents twice"] if twice else []) + ([f"{len(lost)} intents without an end"] if lost else [])


def _ticks(rules: TradingRules, price: float) -> int:
    tick = rules.instrument.tick
    return round(float(price) * tick.denominator / tick.numerator)
