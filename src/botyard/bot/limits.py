"""What a bot may do, whatever its strategy says: freshness, its own money, loss caps, the states it is in."""

from dataclasses import dataclass
from decimal import Decimal

from botyard.bot.ledger import Ledger
from botyard.records.fleet import BotRecord, Mode
from botyard.records.market import MINUTE_MS, TradingRules, timeframe_minutes

MOST_LATE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Caps:
    """Losses that halt a bot: fractions of its allocation and of the day's first equity."""

    total: float = 0.10
    daily: float = 0.03


def caps_of(mode: Mode) -> Caps | None:
    """Money that can be lost is capped; on paper a strategy is watched to its end."""
    return None if mode == "paper" else Caps()


def timeframe_ms(bot: BotRecord) -> int:
    """Length of the bot's bars."""
    return timeframe_minutes(bot.timeframe) * MINUTE_MS


def is_fresh(bot: BotRecord, bar_ms: int, now_ms: int) -> bool:
    """Whether an entry decided at the close of the bar that opened at `bar_ms` may still be sent. Stored bars are played: each is on time."""
    if bot.feed == "stored":
        return True
    length = timeframe_ms(bot)
    return now_ms - (bar_ms + length) <= min(MOST_LATE_MS, length // 4)


def exceeded(caps: Caps | None, ledger: Ledger, equity: Decimal) -> str | None:
    """Say which loss cap is reached, or None."""
    if caps is None:
        return None
    if equity <= ledger.allocated * (1 - Decimal(repr(caps.total))):
        return f"equity {equity:.2f} is {caps.total:.0%} below the allocation of {ledger.allocated:.2f}"
    if ledger.day_equity > 0 and equity <= ledger.day_equity * (1 - Decimal(repr(caps.daily))):
        return f"equity {equity:.2f} is {caps.daily:.0%} below the day's first, {ledger.day_equity:.2f}"
    return None


def affordable(
    lots: int, ledger: Ledger, price: float, rules: TradingRules, max_leverage: float, *, close: float
) -> int:
    """Cut a signed position down to what the bot's own equity at the last close can carry, with slippage and fee.

    The model's money may be more than the bot's: it may have made profits that the bot missed. The bot's is exact,
    the model's is not, hence the millionth of room: where the two agree, nothing is cut.
    """
    tick, lot = rules.instrument.tick, rules.instrument.lot
    equity = float(ledger.equity(round(close * tick.denominator / tick.numerator)))
    cost = price * (1.0 + rules.costs.slippage_bps / 1e4) * (1.0 + rules.costs.taker_bps / 1e4) * lot.value
    most = max(0, int(equity * max_leverage / cost * (1.0 + 1e-6)))
    return min(lots, most) if lots > 0 else max(lots, -most)
