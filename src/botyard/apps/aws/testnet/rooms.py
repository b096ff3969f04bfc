"""Whether there is room for one more bot on the account that it would trade on."""

from collections.abc import Iterable
from decimal import Decimal

from botyard.adapters.venue.ccxt.account import check_allocation
from botyard.errors import ConfigError
from botyard.records.fleet import BotRecord, VenueAccount


def check(account: VenueAccount, bot: BotRecord, fleet: Iterable[BotRecord]) -> None:
    """Hold the allocations of all living bots of an account to 95 % of it. Raises: ConfigError with the figures."""
    if not account.can_trade:
        raise ConfigError(f"the key of {account.account} may not trade; give it that right at the venue")
    others = [
        one.allocated_quote
        for one in fleet
        if one.name != bot.name and one.status != "killed" and one.account == account.account
    ]
    check_allocation(account, _exact(bot.allocated_quote), sum((_exact(each) for each in others), Decimal(0)))


def _exact(quote: float) -> Decimal:
    return Decimal(repr(quote))
