"""End a bot: cancel its own orders, close its own position, make sure, stop. Repeated until done."""

from botyard.bot import limits
from botyard.bot.intents import want
from botyard.bot.ledger import Working
from botyard.bot.session import Session
from botyard.records.fleet import Bar

PAGE_AFTER = 3


def kill(session: Session, lost: list[Working]) -> str:
    """Do what can be done now; the status is `killed` once the position is flat. Returns what happened, in words.

    On paper the closing order fills at the last close, since that is the last price anybody knows.
    """
    bot, ledger, ports = session.bot, session.ledger, session.ports
    for working in lost:
        identity = working.order.client_id
        session.note(session.entry("cancelled", working.order.bar_ms, client_id=identity, reason="killed"))
    last = _live_through(session)
    session.cancel(list(ledger.working.values()), "killed")
    if ledger.lots != 0 and last is not None:
        out = want(ledger.lots, 0, transition=-1, leg="kill", kind="market", ticks=None)
        planned = session.plan([out] if out else [], last.open_ms, "kill: close the position", ledger.n_kills)
        session.write()
        session.send(planned)
        session.settle_open(
            Bar(last.open_ms + limits.timeframe_ms(bot), last.close, last.close, last.close, last.close, 0.0)
        )
        session.collect()
    session.write()
    if ledger.lots != 0 or ledger.working:
        text = f"killing: {ledger.lots} lots still held, {len(ledger.working)} orders open; the next tick goes on"
        if ledger.n_kills >= PAGE_AFTER:
            ports.notifier.tell(f"{bot.name} cannot be closed after {ledger.n_kills} orders: close it by hand. {text}")
        return text
    text = "flat, no orders" + ("; its position was closed" if ledger.n_kills else "")
    ports.store.set_status(bot.name, "killed", text, expected="killing", at_ms=ports.clock.now_ms())
    return f"killed: {text}"


def _live_through(session: Session) -> Bar | None:
    # orders may have filled in bars that nobody looked at; the last one gives the price
    bot, ledger, ports = session.bot, session.ledger, session.ports
    if ledger.last_bar_ms is None:
        return None
    bars = ports.market.bars(bot.symbol, bot.timeframe, ledger.last_bar_ms - 1, ports.clock.now_ms())
    for bar in bars:
        session.settle(bar)
    return bars[-1] if bars else None
