"""An account at a venue: whose it is, what its key may do, and making it ready for one bot on one instrument."""

import hashlib
from contextlib import suppress
from decimal import Decimal

import ccxt

from botyard.adapters.venue.ccxt.connect import Client
from botyard.adapters.venue.ccxt.failures import translated
from botyard.adapters.venue.ccxt.table import Network, VenueTerms
from botyard.errors import ConfigError
from botyard.records.fleet import VenueAccount

MOST_ALLOCATED = Decimal("0.95")  # of an account, by all its bots together


def probe(terms: VenueTerms, network: Network, client: Client) -> VenueAccount:
    """Ask the venue who the keys are and what they may do. That it answers proves that they are of this network.

    Raises: ConfigError when they are not, or may withdraw; RetryableError.
    """
    with translated(terms.name, "asking for the account"):
        balance = client.fetch_balance()
        quote = balance.get(terms.quote) or {}
        may_withdraw = _may_withdraw(terms, network, client)
    info = balance.get("info")
    known = info if isinstance(info, dict) else {}
    if may_withdraw:
        raise ConfigError(
            f"this {terms.name} key may withdraw money; a bot does not take such a key: "
            "make one that may only read and trade"
        )
    return VenueAccount(
        venue=terms.name,
        network=network,
        account=f"{terms.name}/{network}/{known.get('uid') or _fingerprint(client)}",
        can_trade=bool(known.get("canTrade", True)),
        can_withdraw=may_withdraw,
        free_quote=str(quote.get("free") or 0),
        total_quote=str(quote.get("total") or 0),
        is_one_way=_is_one_way(terms, client),
    )


def prepare(terms: VenueTerms, client: Client, symbol: str) -> None:
    """Make a perpetual's account ready: one position per instrument, margin isolated, leverage 1. Twice is once.

    Raises: ConfigError when the venue will not have it so; RetryableError.
    """
    if terms.kind == "spot":
        return
    if _is_one_way(terms, client) is False:
        with translated(terms.name, "setting the position mode to one-way"):
            client.set_position_mode(False, symbol)
    if client.has.get("setMarginMode"):
        extra = {} if terms.ccxt_id.startswith("binance") else {"leverage": 1}
        with translated(terms.name, f"making the margin of {symbol} isolated"), suppress(ccxt.NoChange):
            client.set_margin_mode("isolated", symbol, extra)
    if client.has.get("setLeverage"):
        with translated(terms.name, f"setting the leverage of {symbol} to 1"), suppress(ccxt.NoChange):
            client.set_leverage(1, symbol)


def check_allocation(account: VenueAccount, allocated: Decimal, others: Decimal) -> None:
    """Hold the allocations of all bots of an account to 95 % of it.

    Raises: ConfigError with the figures.
    """
    total = Decimal(account.total_quote)
    if allocated + others > total * MOST_ALLOCATED:
        raise ConfigError(
            f"{account.account} holds {total:f}; its other bots have {others:f} of it, so {allocated:f} more would be over "
            f"{MOST_ALLOCATED:.0%}: give this bot less with --allocate, or add money"
        )


def _may_withdraw(terms: VenueTerms, network: Network, client: Client) -> bool | None:
    if not terms.hosts_tell_withdrawal or network == "testnet":  # test networks have no such page, and no money
        return None
    return bool(client.sapi_get_account_apirestrictions().get("enableWithdrawals"))


def _is_one_way(terms: VenueTerms, client: Client) -> bool | None:
    if terms.kind == "spot" or not client.has.get("fetchPositionMode"):
        return None
    with translated(terms.name, "asking for the position mode"):
        return not client.fetch_position_mode()["hedged"]


def _fingerprint(client: Client) -> str:
    # venues that tell no account number: which key it is, not the key
    name = client.apiKey or client.walletAddress or ""
    return hashlib.sha256(name.encode()).hexdigest()[:12]
