"""What a bot may do, whatever its strategy says: freshness, its own money, which rules halt it, what its owner allows."""

import dataclasses
from math import inf

from botyard.bot.intents import Want
from botyard.bot.ledger import Ledger
from botyard.records.deployment import BundleSettings, KillRule
from botyard.records.fleet import BotRecord, Mode, OuterLimits
from botyard.records.market import MINUTE_MS, Instrument, TradingRules, timeframe_minutes

MOST_LATE_MS = 60_000


def rule_of(settings: BundleSettings, mode: Mode) -> tuple[KillRule | None, bool]:
    """Return the kill rule a bot follows, and whether its loss caps halt it.

    Money that can be lost is capped, whatever the bundle says; on paper a strategy is watched to its end, and
    promotion looks at the caps.
    """
    if mode == "paper":
        return settings.kill_rule, False
    return settings.kill_rule or KillRule("no CUSUM: the bundle has none"), True


def timeframe_ms(bot: BotRecord) -> int:
    """Length of the bot's bars."""
    return timeframe_minutes(bot.timeframe) * MINUTE_MS


def is_fresh(bot: BotRecord, bar_ms: int, now_ms: int) -> bool:
    """Whether an entry decided at the close of the bar that opened at `bar_ms` may still be sent. Stored bars are played: each is on time."""
    if bot.feed == "stored":
        return True
    length = timeframe_ms(bot)
    return now_ms - (bar_ms + length) <= min(MOST_LATE_MS, length // 4)


def affordable(
    lots: int,
    ledger: Ledger,
    price: float,
    rules: TradingRules,
    max_leverage: float,
    *,
    close: float,
    max_notional: float = inf,
) -> int:
    """Cut a signed position down to what the bot's own equity at the last close can carry, with slippage and fee.

    The model's money may be more than the bot's: it may have made profits that the bot missed. The bot's is exact,
    the model's is not, hence the millionth of room: where the two agree, nothing is cut.
    max_notional: quote that no position may exceed, without room: what a promotion allows.
    """
    tick, lot = rules.instrument.tick, rules.instrument.lot
    equity = float(ledger.equity(round(close * tick.denominator / tick.numerator)))
    cost = price * (1.0 + rules.costs.slippage_bps / 1e4) * (1.0 + rules.costs.taker_bps / 1e4) * lot.value
    most = max(0, int(equity * max_leverage / cost * (1.0 + 1e-6)))
    if max_notional < inf:
        most = min(most, int(max_notional / (price * lot.value)))
    return min(lots, most) if lots > 0 else max(lots, -most)


def refusal(
    outer: OuterLimits, bot: BotRecord, ledger: Ledger, want: Want, instrument: Instrument, close: float, older: int
) -> tuple[str, str] | None:
    """Say which limit of its owner forbids an order, and why; None for what is allowed and for every exit.

    close: quote, of the last bar; older: living bots of the same mode that were made before this one.
    """
    if want.reduce_only:
        return None
    price = close if want.ticks is None else want.ticks * instrument.tick.value
    after = abs(ledger.lots + (want.lots if want.side == "buy" else -want.lots))
    notional = after * instrument.lot.value * price
    lost = float(ledger.allocated - ledger.equity(round(close / instrument.tick.value)))
    if outer.symbols and bot.symbol not in outer.symbols:
        return "symbols", f"{bot.symbol} is not allowed in {bot.mode} mode; allowed: {', '.join(outer.symbols)}"
    if outer.venues and bot.venue not in outer.venues:
        return "venues", f"{bot.venue} is not allowed in {bot.mode} mode; allowed: {', '.join(outer.venues)}"
    if outer.max_bots is not None and older >= outer.max_bots:
        return "max_bots", f"{older} older bots live in {bot.mode} mode, and {outer.max_bots} are allowed"
    if outer.max_notional is not None and notional > outer.max_notional:
        return "max_notional", f"a position worth {notional:.2f} is over {outer.max_notional:g}"
    if outer.max_orders_a_day is not None and ledger.n_entries_today >= outer.max_orders_a_day:
        return "max_orders_a_day", f"{ledger.n_entries_today} orders today are all that is allowed"
    if outer.max_loss is not None and lost >= outer.max_loss:
        return "max_loss", f"it has lost {lost:.2f}, and {outer.max_loss:g} is allowed"
    return None


def way_out(want: Want, held: int) -> Want | None:
    """Return what of a refused order closes a position, or None where it only opens one."""
    delta = want.lots if want.side == "buy" else -want.lots
    return dataclasses.replace(want, lots=abs(held), reduce_only=True) if held * delta < 0 else None
