"""What people ask of a bot, answered from its journal: how it stands, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from botyard.bot.ledger import SCHEMA, Ledger, load_ledger, new_ledger
from botyard.ports import FleetStore
from botyard.records.fleet import LIQUIDATION_ID, RECOVERED_ID, BotRecord, Entry
from botyard.records.market import Instrument

SHOWN_DECISIONS = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of the fleet. Money in quote; None before the first live bar."""

    bot: str
    symbol: str
    timeframe: str
    mode: str
    feed: str
    status: str
    reason: str
    position: float | None  # units
    equity: float | None
    profit: float | None
    open_orders: int
    last_bar_ms: int | None
    last_tick_ms: int | None
    decision: str
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision with what became of it."""

    bar_ms: int
    words: str
    notes: tuple[str, ...]  # fills, refusals and missed entries of that bar


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that is not finished, for people."""

    client_id: str
    side: str
    kind: str
    quantity: float
    price: float | None
    signal: str
    bar_ms: int
    is_sent: bool


def current_ledger(store: FleetStore, bot: BotRecord, instrument: Instrument) -> Ledger:
    """Fold the journal, from the snapshot on where there is one."""
    kept = store.snapshot(bot.name)
    if kept is not None and kept.schema == SCHEMA and kept.ledger:
        return load_ledger(kept.ledger).apply_all(store.entries(bot.name, kept.sequence))
    return new_ledger(bot.allocated_quote, instrument).apply_all(store.entries(bot.name))


def standing(store: FleetStore, bot: BotRecord, instrument: Instrument) -> Standing:
    """Say how a bot stands."""
    kept = store.snapshot(bot.name)
    ledger = current_ledger(store, bot, instrument)
    # a snapshot is written together with its decision, as the last entry
    recent = list(store.entries(bot.name, kept.sequence - 1)) if kept else []
    last = next((e for e in reversed(recent) if e.kind == "decision"), None)
    equity = None if last is None else float(_equity(ledger, last.data["close"], instrument))
    return Standing(
        bot=bot.name,
        symbol=bot.symbol,
        timeframe=bot.timeframe,
        mode=bot.mode,
        feed=bot.feed,
        status=bot.status,
        reason=bot.reason,
        position=units(instrument, ledger.lots),
        equity=equity,
        profit=None if equity is None else equity - bot.allocated_quote,
        open_orders=len(ledger.working),
        last_bar_ms=ledger.last_bar_ms,
        last_tick_ms=max((e.at_ms for e in recent), default=None),
        decision="" if last is None else last.data["words"],
        synthetic=instrument.synthetic,
    )


def unknown_standing(bot: BotRecord, why: str) -> Standing:
    """Say how a bot stands whose bundle cannot be read."""
    return Standing(
        bot=bot.name,
        symbol=bot.symbol,
        timeframe=bot.timeframe,
        mode=bot.mode,
        feed=bot.feed,
        status=bot.status,
        reason=why,
        position=None,
        equity=None,
        profit=None,
        open_orders=0,
        last_bar_ms=None,
        last_tick_ms=None,
        decision="",
        synthetic=False,
    )


def decisions(entries: Iterable[Entry], instrument: Instrument, *, shown: int = SHOWN_DECISIONS) -> list[Decided]:
    """List the last decisions, oldest first, each with what happened around it."""
    found: list[Decided] = []
    notes: list[str] = []
    for entry in entries:
        if entry.kind == "decision":
            found.append(Decided(entry.bar_ms, entry.data["words"], tuple(notes)))
            notes = []
        else:
            note = _note(entry, instrument)
            if note:
                notes.append(note)
    if notes and found:
        last = found[-1]
        found[-1] = Decided(last.bar_ms, last.words, (*last.notes, *notes))
    return found[-shown:]


def open_orders(ledger: Ledger, instrument: Instrument, signals: dict[int, str]) -> list[OpenOrder]:
    """List the orders that are not finished."""
    return [
        OpenOrder(
            client_id=w.order.client_id,
            side=w.order.side,
            kind=w.order.kind,
            quantity=units(instrument, w.rest),
            price=None if w.order.ticks is None else _price(instrument, w.order.ticks),
            signal=signals.get(w.transition, "close"),
            bar_ms=w.order.bar_ms,
            is_sent=w.is_sent,
        )
        for w in ledger.working.values()
    ]


def units(instrument: Instrument, lots: int) -> float:
    """Quantity of so many lots."""
    return lots * instrument.lot.numerator / instrument.lot.denominator


def _price(instrument: Instrument, ticks: int) -> float:
    return ticks * instrument.tick.numerator / instrument.tick.denominator


def _ticks(instrument: Instrument, price: float) -> int:
    return round(price * instrument.tick.denominator / instrument.tick.numerator)


def _equity(ledger: Ledger, close: float, instrument: Instrument) -> Decimal:
    return ledger.equity(_ticks(instrument, close))


def _note(entry: Entry, instrument: Instrument) -> str:
    data = entry.data
    if entry.kind == "fill":
        side = "bought" if data["side"] == "buy" else "sold"
        price = _price(instrument, data["ticks"])
        named = {LIQUIDATION_ID: "liquidated by the venue: ", RECOVERED_ID: "written off, the venue does not hold it: "}
        forced = named.get(data["client_id"], "")
        amount = f"{units(instrument, data['lots']):.10g} {instrument.base}"
        return f"{forced}{side} {amount} at {price:.10g}, fee {data['fee']}"
    if entry.kind == "funding":
        return f"funding {data['paid']}"
    if entry.kind == "missed":
        return f"missed: {data.get('reason', 'never arrived')}"
    if entry.kind == "refused":
        who = f"your limit {data['limit']}" if "limit" in data else "the venue"
        return f"{who} refused an order: {data['reason']}"
    if entry.kind == "status":
        return f"{data['from']} to {data['to']}: {data['reason']}"
    return ""
