"""Promoting a bot: what must hold, what holds, and the record that a mainnet tick asks for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from botyard.adapters.clock.system import SystemClock
from botyard.adapters.fleet_store.sqlite import local_owner
from botyard.adapters.market_data.columns import ColumnMarketData
from botyard.apps import bots, settings
from botyard.bot import kill_rule, promotion
from botyard.bot.guards import disaster_stop
from botyard.bot.ledger import new_ledger
from botyard.bot.limits import timeframe_ms
from botyard.bot.tick import LEASE_MS
from botyard.engine.backtest import backtest
from botyard.engine.bars import Bars
from botyard.engine.program import load_program
from botyard.errors import InvariantError, RetryableError, UserError
from botyard.evidence import promotion as evidence
from botyard.language import compile_spec
from botyard.market import market_folder
from botyard.market.market import Market
from botyard.market.store import list_series
from botyard.ports import FleetStore
from botyard.records import codec
from botyard.records.deployment import BundleSettings, KillRule
from botyard.records.fleet import PROMOTED_FOR_MS, Bar, BotRecord, Entry, Promotion
from botyard.records.research import Research
from botyard.records.run import RUN_FILE, RunRecord
from botyard.records.verdict import Condition

PILOT_NOTIONALS = 2.0
"""A pilot may hold this many times the venue's smallest order."""

JITTER_MS = 5_000
"""A venue's time is asked anew by each tick, and may come out a little earlier: no promotion begins in the future."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands between a bot and real money."""

    bot: str
    is_pilot: bool
    conditions: tuple[Condition, ...]
    max_notional: float  # quote that it would be promoted for

    @property
    def is_met(self) -> bool:
        """Whether it may be promoted."""
        return all(c.is_met for c in self.conditions)


def standing(
    store: FleetStore, name: str, *, pilot: bool, account: str = "", asked: Sequence[Condition] = ()
) -> Standing:
    """Look at every condition of a promotion.

    account: at the mainnet, as the venue named it; asked: what was found out there (apps/exchanges/mainnet.py).
    Raises: NotFound, ConfigError when its bundle cannot be read.
    """
    bot = store.bot(name)
    known = bots.load(bots.bundle(bot), bot.code_hash).settings
    entries = list(store.entries(name))
    research = _research(settings.home() / "runs" / bot.run_id / "research.json")
    conditions = [
        _verdict(research, known),
        _replay(bot, known, research, entries),
        _silence(bot, known, entries),
        evidence.grace_condition(entries),
        _disaster(bot, known, research),
        *_exam(settings.home() / "runs" / bot.run_id, entries),
        *(asked or [_account(account)]),
    ]
    instrument, costs = known.rules.instrument, known.rules.costs
    if not pilot:
        measured = evidence.fill_costs(entries, instrument, costs.slippage_bps)
        conditions.append(evidence.fills_condition(measured, is_real=bot.mode == "mainnet"))
    most = PILOT_NOTIONALS * instrument.min_notional if pilot else bot.allocated_quote
    return Standing(name, pilot, tuple(conditions), most)


def grant(store: FleetStore, found: Standing, *, account: str, to: BotRecord | None = None) -> Promotion:
    """Write the promotion of a bot that meets all conditions into its journal, or into that of its mainnet twin `to`.

    Raises: RetryableError while a tick is at work; InvariantError when a condition is not met.
    """
    if not found.is_met:
        raise InvariantError(f"{found.bot} does not meet every condition of a promotion")
    bot = store.bot(found.bot) if to is None else to
    known = bots.load(bots.bundle(bot), bot.code_hash).settings
    now_ms = _now_ms(known) - JITTER_MS
    granted = Promotion(
        bot=bot.name,
        spec_hash=bot.spec_hash,
        code_hash=bot.code_hash,
        verdict_hash=known.verdict_hash,
        account=account,
        max_notional=found.max_notional,
        granted_ms=now_ms,
        expires_ms=now_ms + PROMOTED_FOR_MS,
    )
    lease = store.acquire(bot.name, local_owner(), SystemClock().now_ms(), LEASE_MS)
    if lease is None:
        raise RetryableError(f"a tick of {bot.name} is at work; try again in a moment")
    try:
        store.append(lease, [Entry("promotion", 0, now_ms, promotion.entry_data(granted))])
    finally:
        store.release(lease)
    return granted


def _now_ms(known: BundleSettings) -> int:
    # by the clock that its ticks go by
    if known.market in bots.STORED:
        return SystemClock().now_ms()
    from botyard.apps.exchanges import venues  # ccxt: only where an exchange is spoken to

    return venues.clock(known.market).now_ms()


def _research(path: Path) -> Research | None:
    try:
        return codec.load(Research, path.read_bytes())
    except (OSError, InvariantError):
        return None


def _verdict(research: Research | None, known: BundleSettings) -> Condition:
    if research is None:
        return Condition(
            "verdict", False, "The run that it was made by is gone, or of another version; deploy it again."
        )
    return evidence.verdict_condition(research.verdict, codec.content_hash(research.verdict), known.verdict_hash)


def _replay(bot: BotRecord, known: BundleSettings, research: Research | None, entries: Sequence[Entry]) -> Condition:
    if research is None:
        return Condition("replay", False, "Without the run's spec there is nothing to replay.")
    compiled = compile_spec(research.spec)
    if compiled.code_hash != bot.code_hash:
        return Condition("replay", False, "This version writes other code for the spec; deploy the bot again.")
    last_ms = max((e.bar_ms for e in entries if e.kind == "decision"), default=None)
    if last_ms is None:
        return evidence.replay_condition(entries, (), np.empty(0), np.empty(0))
    listed = _bars(bot, known, last_ms + timeframe_ms(bot))
    if not listed or listed[0].open_ms != bot.seed_ms:
        return Condition("replay", False, f"The bars of {bot.symbol} that it was fed are not stored here any more.")
    bars = Bars(*(np.array(column) for column in zip(*listed, strict=True)))
    program = load_program(compiled, settings.home() / "cache")
    live = int(np.searchsorted(bars.open_ms, bot.live_from_ms))
    ran = backtest(program, bars, known.rules, program.vector(), record_orders=True, trade_from=live)
    orders = np.empty((0, 2)) if ran.orders is None else ran.orders
    return evidence.replay_condition(entries, bars.open_ms[live:].tolist(), orders[live:], ran.equity[live:])


def _exam(run: Path, entries: Sequence[Entry]) -> list[Condition]:
    try:
        record = codec.load(RunRecord, (run / RUN_FILE).read_bytes())
        read_by = json.loads((run / "design.json").read_bytes()).get("by", "")
    except (OSError, ValueError, InvariantError):
        return []  # the other conditions say that the run is gone
    return [] if read_by == "rules" else [evidence.exam_condition(entries, record.created_ms)]


def _disaster(bot: BotRecord, known: BundleSettings, research: Research | None) -> Condition:
    name = "disaster"
    if research is None:
        return Condition(name, False, "Without the run's spec its trades cannot be played with a disaster stop.")
    compiled = compile_spec(research.spec)
    folder = market_folder(settings.home(), known.market if known.market in bots.STORED else "imported")
    try:
        bars = Market(folder, tuple(list_series(folder))).bars(bot.symbol, bot.timeframe)
    except UserError as e:
        return Condition(name, False, f"The bars it was researched on are needed: {e}.")
    program = load_program(compiled, settings.home() / "cache")
    ran = backtest(program, bars, known.rules, program.vector())
    return evidence.disaster_condition(disaster_stop.FRAC, bars, ran.trades, known.rules.costs.slippage_bps)


def _bars(bot: BotRecord, known: BundleSettings, until_ms: int) -> list[Bar]:
    if known.market in bots.STORED:
        stored = ColumnMarketData(settings.home() / "market" / known.market)
        return stored.bars(bot.symbol, bot.timeframe, bot.seed_ms - 1, until_ms)
    from botyard.apps.exchanges import venues  # ccxt: only where an exchange is spoken to

    market = venues.market_data(known.market, known.rules.instrument)
    return market.bars(bot.symbol, bot.timeframe, bot.seed_ms - 1, until_ms)


def _silence(bot: BotRecord, known: BundleSettings, entries: Sequence[Entry]) -> Condition:
    name, rule = "kill rule", known.kill_rule
    if rule is None or rule.h is None:
        why = "the bundle has none; deploy the bot again" if rule is None else rule.text
        return Condition(name, False, f"There is no kill rule that could stay silent: {why}.")
    halts = [e.data["reason"] for e in entries if e.kind == "status" and e.data["reason"].startswith(kill_rule.NAME)]
    if halts:
        return Condition(name, False, f"It has halted the bot {len(halts)} times, last: {halts[-1]}.")
    lost = _capped(rule, bot, known, entries)
    if lost:
        return Condition(name, False, f"On paper nothing halts at a loss cap, with real money this would have: {lost}.")
    cusum = next((e.data["cusum"] for e in reversed(entries) if e.kind == "decision" and "cusum" in e.data), 0.0)
    text = f"Silent so far: the days stand {cusum:.1f} daily volatilities behind, an alarm is at {rule.h:.1f}."
    return Condition(name, cusum <= rule.h, text)


def _capped(rule: KillRule, bot: BotRecord, known: BundleSettings, entries: Sequence[Entry]) -> str:
    ledger = new_ledger(bot.allocated_quote, known.rules.instrument)
    for entry in entries:
        if entry.kind == "decision":
            why = kill_rule.loss(rule, ledger, Decimal(entry.data["equity"]), entry.bar_ms)
            if why:
                return why.removeprefix(kill_rule.NAME)
        ledger.apply(entry)
    return ""


def _account(account: str) -> Condition:
    if not account:
        return Condition("account", False, "The keys of its venue's mainnet were not asked whose they are.")
    return Condition("account", True, f"It is for the account {account} and for no other.")
