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

FUNDING_STEP = 1e-8  # quote by which the paper venue rounds each bar's funding up


def built(
    spec: dict[str, Any], rules: TradingRules, bars: Bars, trade_from: int = 0
) -> tuple[BundleSettings, str, Backtest]:
    """Compile a spec and run the engine over the bars; returns bot.json, strategy.py and the backtest.

    trade_from: number of the first live bar; those before it seed the bot.
    """
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
        parameters=tuple(vector[: len(program.module.PARAMETERS)].tolist()),
        rules=rules,
        seed_bars=trade_from,
        spec_hash=compiled.spec_hash,
        code_hash=compiled.code_hash,
    )
    ran = backtest(program, bars, rules, vector, record_orders=True, trade_from=trade_from)
    return settings, compiled.source, ran


def listed(bars: Bars) -> list[Bar]:
    """Turn columns into the bars that bots are fed."""
    return [Bar(*row) for row in zip(*(column.tolist() for column in bars.columns()), strict=True)]


def differences(home: Path, settings: BundleSettings, bars: Bars, ran: Backtest) -> list[str]:
    """Say where journal, ledger or venue differ from the backtest; nothing where all agree.

    Orders and fills must be equal to the bit, the ledger's equity to what funding is rounded up by.
    """
    store = SqliteFleet(home / "fleet.db")
    venue = PaperVenue(home / "paper.db", BOT, settings.rules)
    try:
        journal = list(store.entries(BOT))
        ledger = current_ledger(store, store.bot(BOT), settings.rules.instrument)
        held = venue.held_lots(settings.symbol)
    finally:
        venue.close()
        store.close()
    found = (
        _decisions(journal, bars, ran, settings.seed_bars) + _fills(journal, settings.rules, bars, ran) + _ids(journal)
    )
    final = int(ran.lots[-1])
    if not final == held == ledger.lots:
        found.append(f"the engine holds {final} lots, the ledger {ledger.lots}, the venue {held}")
    return found


def _decisions(journal: Iterable[Entry], bars: Bars, ran: Backtest, seed: int) -> list[str]:
    decided = [e for e in journal if e.kind == "decision"]
    if [e.bar_ms for e in decided] != bars.open_ms[seed:].tolist():
        return [f"{len(decided)} decisions on {len(bars) - seed} live bars, or not in their order"]
    if ran.orders is None:
        return ["the engine recorded no orders"]
    found = []
    rows, orders = np.array([e.data["row"] for e in decided]), ran.orders[seed:]
    if rows.tobytes() != orders.tobytes():
        at = int(np.flatnonzero((rows != orders).any(axis=1))[0])
        found.append(f"orders of live bar {at}: bot {rows[at].tolist()}, engine {orders[at].tolist()}")
    model = np.array([e.data["model_equity"] for e in decided])
    if model.tobytes() != ran.equity[seed:].tobytes():
        found.append("the model's equity is not the engine's")
    held = [e.data["lots"] for e in decided]
    if held != ran.lots[seed:].astype(int).tolist():
        found.append("the bot's position is not always the engine's")
    apart = np.abs(np.array([float(e.data["equity"]) for e in decided]) - ran.equity[seed:]).max()
    if apart > 1e-6 + FUNDING_STEP * len(decided):
        found.append(f"the ledger's equity is up to {apart} off the engine's")
    return found


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
