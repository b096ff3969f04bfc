"""End a bot: cancel its own orders, close its own position, make sure, stop. Repeated until done."""

from botyard.bot import limits, words
from botyard.bot.guards.halting import hold_up
from botyard.bot.intents import bot_prefix, want
from botyard.bot.ledger import SHORTFALL, Ledger, Working
from botyard.bot.session import Session
from botyard.records.fleet import Bar
from botyard.records.market import Instrument

PAGE_AFTER = 3


def kill(session: Session, lost: list[Working], instrument: Instrument) -> str:
    """Do what can be done now; the status is `killed` once the position is flat. Returns what happened, in words.

    On paper the closing order fills at the last close, since that is the last price anybody knows. What is too
    little to be sold, or not at the venue any more after three looks, is left and said.
    """
    bot, ledger, ports = session.bot, session.ledger, session.ports
    for working in lost:
        identity = working.order.client_id
        session.note(session.entry("cancelled", working.order.bar_ms, client_id=identity, reason="killed"))
    last = _live_through(session)
    _cancel_all(session)
    left = ""
    if ledger.lots != 0 and last is not None:
        out = want(ledger.lots, ledger.lots - _sellable(session), transition=-1, leg="kill", kind="market", ticks=None)
        planned = session.plan([out] if out else [], last.open_ms, "kill: close the position", ledger.n_kills)
        session.write()
        session.send(planned)
        session.settle_open(
            Bar(last.open_ms + limits.timeframe_ms(bot), last.close, last.close, last.close, last.close, 0.0)
        )
        session.collect()
        left = _what_may_stay(session, instrument, last.close)
    session.write()
    if (ledger.lots != 0 and not left) or ledger.working:
        if is_stuck(ledger):
            said = f"; the venue says: {session.refused}" if session.refused else ""
            held_up = f"{PAGE_AFTER} tries did not close it: close it by hand at the venue{said}"
            hold_up(bot, ports.store, ports.notifier, ports.clock.now_ms(), held_up)
        return f"killing: {ledger.lots} lots still held, {len(ledger.working)} orders open; a later tick goes on"
    text = left or "flat, no orders" + ("; its position was closed" if ledger.n_kills else "")
    ports.store.set_status(bot.name, "killed", text, expected="killing", at_ms=ports.clock.now_ms())
    return f"killed: {text}"


def is_stuck(ledger: Ledger) -> bool:
    """Whether a kill has tried often enough for a person to be needed: it goes on, with less haste and no more pages."""
    return max(ledger.n_kills, ledger.n_shortfalls) >= PAGE_AFTER


def _cancel_all(session: Session) -> None:
    ledger, venue, symbol = session.ledger, session.ports.venue, session.bot.symbol
    sent = [w for w in ledger.working.values() if w.is_sent]
    session.cancel([w for w in sent if not session.forget(w)], "killed")
    for state in venue.open_orders(symbol, bot_prefix(session.bot.name)):
        if state.client_id not in ledger.working:  # given up once, and there after all
            venue.cancel(symbol, state.client_id)


def _sellable(session: Session) -> int:
    """Signed lots of the ledger that the account really holds."""
    lots, held = session.ledger.lots, session.ports.venue.held_lots(session.bot.symbol)
    there = min(abs(lots), abs(held)) if lots * held > 0 else 0
    if there < abs(lots):
        session.note(session.entry("note", session.ledger.last_bar_ms or 0, what=SHORTFALL, lots=lots, held=held))
    return there if lots > 0 else -there


def _what_may_stay(session: Session, instrument: Instrument, close: float) -> str:
    # too little for an order, or not there any more
    ledger = session.ledger
    if ledger.lots == 0 or ledger.working:
        return ""
    amount = words.quantity(instrument, ledger.lots)
    if abs(ledger.lots) * instrument.lot.value * close < instrument.min_notional:
        return f"no orders; {amount} of dust stay: too little for an order"
    if ledger.n_shortfalls >= PAGE_AFTER and session.ports.venue.held_lots(session.bot.symbol) * ledger.lots <= 0:
        return f"no orders; {amount} of its ledger are not at the venue: somebody else sold them"
    return ""


def _live_through(session: Session) -> Bar | None:
    # orders may have filled in bars that nobody looked at; the last one gives the price
    bot, ledger, ports = session.bot, session.ledger, session.ports
    if ledger.last_bar_ms is None:
        return None
    bars = ports.market.bars(bot.symbol, bot.timeframe, ledger.last_bar_ms - 1, ports.clock.now_ms())
    for bar in bars:
        session.settle(bar)
    return bars[-1] if bars else None
