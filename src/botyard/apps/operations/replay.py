"""`botyard replay`: every live decision of a bot beside the engine's, run anew over the same bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from botyard.adapters.market_data.columns import ColumnMarketData
from botyard.apps import bots, settings
from botyard.bot.deployed import load_settings
from botyard.bot.limits import timeframe_ms
from botyard.engine.backtest import Backtest, backtest
from botyard.engine.bars import Bars
from botyard.engine.program import load_program
from botyard.errors import ConfigError, SpecError
from botyard.language import compile_spec
from botyard.ports import FleetStore
from botyard.records.deployment import BundleSettings
from botyard.records.fleet import Bar, BotRecord, Entry
from botyard.records.schema import load_spec

if TYPE_CHECKING:
    from botyard.engine.program import Program

SPEC_FILE = "strategy_spec.json"


@dataclass(frozen=True, slots=True)
class Replayed:
    """A bot's decisions held against the engine's."""

    bot: str
    decisions: int  # live ones, in the journal
    equal: int  # before the first that differs
    is_equal: bool
    text: str  # what was found; where they differ, the first difference and its cause as far as it can be told
    differs_at_ms: int | None = None  # open of that bar


def replay(store: FleetStore, name: str) -> Replayed:
    """Run the engine over the bars that a bot has lived through.

    Raises: NotFound; ConfigError when its bundle cannot be read; RetryableError when its bars do not come.
    """
    bot = store.bot(name)
    folder = bots.bundle(bot)
    known = load_settings(folder)
    decided = [e for e in store.entries(name) if e.kind == "decision"]
    if not decided:
        return Replayed(name, 0, 0, is_equal=True, text="it has decided on no live bar yet")
    listed = _bars(bot, known, decided[-1].bar_ms)
    apart = _other_bars(bot, decided, listed)
    if apart is not None:
        return apart
    try:
        spec = load_spec((folder / SPEC_FILE).read_text(encoding="utf-8"))
    except (OSError, SpecError) as e:
        raise ConfigError(f"{folder / SPEC_FILE} cannot be read: {e}; deploy the bot again") from e
    compiled = compile_spec(spec)
    program = load_program(compiled, settings.home() / "cache")
    vector = program.vector()
    if tuple(vector[: len(known.parameters)].tolist()) != known.parameters:
        text = "the bundle's parameters are not its spec's: deploy the bot again"
        return Replayed(name, len(decided), 0, is_equal=False, text=text, differs_at_ms=decided[0].bar_ms)
    columns = Bars(*(np.array(column) for column in zip(*listed, strict=True)))
    live = int(np.searchsorted(columns.open_ms, bot.live_from_ms))
    ran = backtest(program, columns, known.rules, vector, record_orders=True, trade_from=live)
    same_code = compiled.code_hash == bot.code_hash
    return _compared(name, decided, ran, live, program, same_code=same_code)


def _bars(bot: BotRecord, known: BundleSettings, last_ms: int) -> list[Bar]:
    until_ms = last_ms + timeframe_ms(bot)
    if known.market in bots.STORED:
        stored = ColumnMarketData(settings.home() / "market" / known.market)
        return stored.bars(bot.symbol, bot.timeframe, bot.seed_ms - 1, until_ms)
    from botyard.apps.exchanges import venues  # ccxt: only where an exchange is spoken to

    market = venues.market_data(known.market, known.rules.instrument)
    return market.bars(bot.symbol, bot.timeframe, bot.seed_ms - 1, until_ms)


def _other_bars(bot: BotRecord, decided: Sequence[Entry], listed: Sequence[Bar]) -> Replayed | None:
    """Say where the bars of today are not those that were decided on: then nothing else needs an explanation."""
    at, text = decided[0].bar_ms, ""
    if not listed or listed[0].open_ms != bot.seed_ms:
        text = (
            f"its first bar, {bot.seed_ms} (UTC ms), is not there any more: the bars no longer reach back to its seed"
        )
    closes = {bar.open_ms: bar.close for bar in listed if bar.open_ms >= bot.live_from_ms}
    for entry in decided if not text else ():
        if entry.bar_ms not in closes:
            at, text = entry.bar_ms, "it decided on a bar that the bars of today do not have"
        elif entry.data["close"] != closes[entry.bar_ms]:
            at = entry.bar_ms
            text = f"it saw a close of {entry.data['close']:.10g}, the bars of today have {closes[at]:.10g}"
        if text:
            break
    missed = closes.keys() - {e.bar_ms for e in decided}
    if not text and missed:
        at, text = min(missed), f"the bars of today have {len(missed)} bar(s) that it never decided on"
    if not text:
        return None
    before = sum(e.bar_ms < at for e in decided)
    text += "; the bars were changed afterwards, or came late"
    return Replayed(bot.name, len(decided), before, is_equal=False, text=text, differs_at_ms=at)


def _compared(
    name: str, decided: Sequence[Entry], ran: Backtest, live: int, program: "Program", *, same_code: bool
) -> Replayed:
    orders = np.empty((0, 2)) if ran.orders is None else ran.orders[live:]
    for at, entry in enumerate(decided):
        row = np.array(entry.data["row"], dtype=np.float64)
        model = (entry.data["model_equity"], float(entry.data["model_lots"]))
        engine = (float(ran.equity[live + at]), float(ran.lots[live + at]))
        if row.tobytes() != orders[at].tobytes() or model != engine:
            text = _difference(entry, orders[at].tolist(), model, engine, program)
            if not same_code:
                text += "; its code is not what this version writes for the spec"
            return Replayed(name, len(decided), at, is_equal=False, text=text, differs_at_ms=entry.bar_ms)
    text = f"all {len(decided):,} live decisions equal the engine's over the same bars, bit by bit"
    return Replayed(name, len(decided), len(decided), is_equal=True, text=text)


def _difference(
    entry: Entry, row: list[float], model: tuple[float, float], engine: tuple[float, float], program: "Program"
) -> str:
    signals = [str(t[0]).replace("_", " ") for t in program.module.TRANSITIONS]

    def said(orders: Sequence[float]) -> str:
        parts = [] if orders[0] < 0.0 else [f"{signals[int(orders[0])]} to {orders[1]:.0f} lots at the next open"]
        for i in range(2, len(orders), 4):
            kind, level, transition, lots = orders[i : i + 4]
            if kind:
                parts.append(f"{signals[int(transition)]} rests at {level!r} for {lots:.0f} lots")
        return ", ".join(parts) or "nothing"

    if list(entry.data["row"]) != row:
        return f"it wanted {said(entry.data['row'])}; the engine wants {said(row)}"
    return f"its model had {model[1]:.0f} lots and {model[0]!r}; the engine has {engine[1]:.0f} and {engine[0]!r}"
