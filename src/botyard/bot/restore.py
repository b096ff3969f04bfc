"""Folds and caches: the ledger from the journal, the model from its snapshot or by replay from the seed bar."""

from botyard.bot import limits
from botyard.bot.deployed import Deployed
from botyard.bot.ledger import SCHEMA, Ledger, load_ledger, new_ledger
from botyard.bot.model import Model
from botyard.bot.session import Session
from botyard.errors import RetryableError
from botyard.ports import FleetStore
from botyard.records.fleet import BotRecord, Snapshot


def ledger(store: FleetStore, bot: BotRecord, deployed: Deployed) -> Ledger:
    """Fold the journal, from the snapshot on where that fits."""
    kept = store.snapshot(bot.name)
    if kept is not None and kept.schema == SCHEMA and kept.ledger:
        return load_ledger(kept.ledger).apply_all(store.entries(bot.name, kept.sequence))
    return new_ledger(bot.allocated_quote, deployed.settings.rules.instrument).apply_all(store.entries(bot.name))


def model(session: Session, deployed: Deployed, fresh: Model) -> str | None:
    """Bring a fresh model to the bar after which the journal stands; say so when that was its first time.

    The bars before the first live one warm it up and trade nothing, so it goes live flat, with the allocation.

    Raises: RetryableError when bars that it needs are missing.
    """
    bot, ports, last_ms = session.bot, session.ports, session.ledger.last_bar_ms
    kept = ports.store.snapshot(bot.name)
    if (
        kept is not None
        and kept.schema == SCHEMA
        and kept.code_hash == deployed.code_hash
        and (last_ms is None or kept.last_bar_ms == last_ms)
        and fresh.restore(kept.state, kept.book)
    ):
        return None
    until_ms = bot.live_from_ms if last_ms is None else last_ms + limits.timeframe_ms(bot)
    bars = ports.market.bars(bot.symbol, bot.timeframe, bot.seed_ms - 1, until_ms) if until_ms > bot.seed_ms else []
    if until_ms > bot.seed_ms and (
        not bars or bars[0].open_ms != bot.seed_ms or last_ms not in (None, bars[-1].open_ms)
    ):
        raise RetryableError(f"the bars that {bot.name} was seeded with are not there yet")
    for bar in bars:
        fresh.step(bar)
    if last_ms is not None:
        return None
    session.note(session.entry("deployed", bot.live_from_ms, seed_bars=len(bars), model_equity=fresh.equity))
    session.write(snapshot(session, deployed, fresh, bars[-1].open_ms if bars else bot.live_from_ms - 1))
    return f"seeded with {len(bars)} bars, {fresh.state_name}; waiting for the first live bar"


def snapshot(session: Session, deployed: Deployed, stepped: Model, last_bar_ms: int) -> Snapshot:
    """Make the cache of everything up to a bar."""
    state, book = stepped.dump()
    return Snapshot(
        bot=session.bot.name,
        last_bar_ms=last_bar_ms,
        sequence=0,  # the store knows
        schema=SCHEMA,
        code_hash=deployed.code_hash,
        state=state,
        book=book,
        ledger=session.ledger.dump(),
    )
