"""Exchanges as this home uses them: clients, frozen filters, and what a bot of a venue touches of the world.

Bars come from the venue's mainnet, always. Orders go where the bot's mode says: to the paper book, the testnet or
the mainnet. `BOTYARD_LOOPBACK` (tests only) names loopback addresses that stand in: "mainnet=…,testnet=…,archive=…".
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import cache, partial
from typing import Literal

from botyard.adapters.clock.system import SystemClock
from botyard.adapters.clock.venue import EVERY_MS, VenueClock
from botyard.adapters.market_data.ccxt import CcxtMarketData
from botyard.adapters.venue.ccxt import account as accounts
from botyard.adapters.venue.ccxt.connect import Client, connect
from botyard.adapters.venue.ccxt.failures import translated
from botyard.adapters.venue.ccxt.instruments import Listed, know, load_listed
from botyard.adapters.venue.ccxt.table import Network, VenueTerms, find_venue
from botyard.adapters.venue.ccxt.venue import CcxtVenue
from botyard.adapters.venue.paper import PaperVenue
from botyard.apps import settings
from botyard.apps.exchanges import filters, keys
from botyard.bot.guards.halting import halt
from botyard.bot.session import Ports
from botyard.errors import ConfigError
from botyard.ports import Clock, FleetStore, MarketData, Notifier
from botyard.records.deployment import BundleSettings
from botyard.records.fleet import BotRecord, Mode, VenueAccount
from botyard.records.market import MINUTE_MS, Instrument, TradingRules, timeframe_minutes

LOOPBACK = "BOTYARD_LOOPBACK"


def loopback(name: str) -> str:
    """Return the loopback address that stands in for the mainnet, the testnet or the archive; mostly empty."""
    pairs = (part.partition("=") for part in os.environ.get(LOOPBACK, "").split(",") if part)
    return {key: address for key, _, address in pairs}.get(name, "")


def public_client(venue: str, network: Network = "mainnet") -> Client:
    """Return a client without keys; one per process."""
    return _public_client(venue, network, loopback(network))


@cache
def _public_client(venue: str, network: Network, address: str) -> Client:
    return connect(find_venue(venue), network, loopback=address)


def fetch_time(venue: str) -> int:
    """Ask a venue for its time (UTC ms). Raises: RetryableError."""
    with translated(venue, "asking for the time"):
        return int(public_client(venue).fetch_time() or SystemClock().now_ms())


def clock(venue: str) -> VenueClock:
    """Return the venue's time."""
    return _clock(venue, loopback("mainnet"))


@cache
def _clock(venue: str, address: str) -> VenueClock:
    # a stand-in's time moves as its test moves it
    return VenueClock(SystemClock(), partial(fetch_time, venue), every_ms=0 if address else EVERY_MS)


def trading_client(terms: VenueTerms, network: Network, bot: str = "") -> Client:
    """Return a client that may send orders.

    Raises: ConfigError when there are no keys, saying where they are looked for, or when BOTYARD_NETWORK forbids it.
    """
    check_ceiling(network)
    found = keys.find_keys(terms.name, network, bot)
    if found is None:
        raise ConfigError(f"no keys for {terms.name} {network}: {keys.how_to_give(terms.name, network)}")
    return _trading_client(terms.name, network, bot, found.key, loopback(network))


def check_ceiling(network: Network) -> None:
    """Refuse what goes further than BOTYARD_NETWORK allows. Raises: ConfigError, UserError."""
    allowed = settings.network()
    if allowed == "paper" or (network == "mainnet" and allowed != "mainnet"):
        raise ConfigError(
            f"nothing goes to a {network} while BOTYARD_NETWORK is {allowed}; "
            f"where that is meant: export BOTYARD_NETWORK={network}"
        )


@cache
def _trading_client(venue: str, network: Network, bot: str, _key: str, address: str) -> Client:
    # another key, or another address, is another client
    found = keys.find_keys(venue, network, bot)
    return connect(
        find_venue(venue),
        network,
        found,
        real_money=network == "mainnet",
        now_ms=clock(venue).now_ms,
        loopback=address,
    )


def network_of(mode: Mode) -> Network:
    """Return where a mode's filters come from: paper bots trade as if on the mainnet."""
    return "testnet" if mode == "testnet" else "mainnet"


# --- a run ---------------------------------------------------------------------------------------------------------


def list_instruments(venue: str, mode: Mode) -> dict[str, Listed]:
    """Ask a venue for its instruments, where the mode's orders go.

    Raises: RetryableError, ConfigError.
    """
    return load_listed(find_venue(venue), public_client(venue, network_of(mode)))


def probe_account(venue: str, mode: Mode, bot: str = "") -> VenueAccount | None:
    """Ask the venue whose keys these are; None on paper. Raises: ConfigError, RetryableError."""
    if mode == "paper":
        return None
    terms, network = find_venue(venue), network_of(mode)
    client = trading_client(terms, network, bot)
    if not client.markets:
        client.set_markets(list(public_client(venue, network).load_markets().values()))
    return accounts.probe(terms, network, client)


def recent_opens(venue: str, instrument: Instrument, symbol: str, timeframe: str, count: int) -> list[int]:
    """Return the opens of the last `count` closed bars at a venue."""
    step = timeframe_minutes(timeframe) * MINUTE_MS
    now_ms = clock(venue).now_ms()
    first = now_ms // step * step - step * count
    return [bar.open_ms for bar in market_data(venue, instrument).bars(symbol, timeframe, first - 1, now_ms)]


def open_account(
    bot: str, rules: TradingRules, *, venue: str, mode: Literal["testnet", "mainnet"], listed: Listed, store: FleetStore
) -> None:
    """Make an account ready for one more bot, and freeze the instrument's filters. Twice is once.

    Raises: ConfigError when the account is too small, the instrument taken, or the venue will not have it so.
    """
    terms = find_venue(venue)
    symbol = rules.instrument.symbol
    found = probe_account(venue, mode, bot)
    if found is None or not found.can_trade:
        raise ConfigError(f"the {venue} {mode} key may not trade; give it that right at the venue")
    check_room(found, rules.initial_cash, store, except_bot=bot)
    taken = [one.name for one in _living(store, found, bot) if one.symbol == symbol]
    if taken and terms.kind == "perpetual":
        raise ConfigError(
            f"{taken[0]} trades {symbol} on {found.account} already; one bot per perpetual: kill it first"
        )
    filters.freeze(venue, network_of(mode), listed, clock(venue).now_ms())
    client = trading_client(terms, network_of(mode), bot)
    know(client, listed.market)
    accounts.prepare(terms, client, symbol)


def check_room(account: VenueAccount, allocated_quote: float, store: FleetStore, *, except_bot: str = "") -> None:
    """Hold one more bot's allocation to what is left of an account. Raises: ConfigError."""
    others = sum((Decimal(repr(one.allocated_quote)) for one in _living(store, account, except_bot)), Decimal(0))
    accounts.check_allocation(account, Decimal(repr(allocated_quote)), others)


def _living(store: FleetStore, account: VenueAccount, except_bot: str) -> list[BotRecord]:
    return [
        bot
        for bot in store.bots()
        if bot.name != except_bot and bot.status != "killed" and bot.account == account.account
    ]


# --- a bot ---------------------------------------------------------------------------------------------------------


def market_data(venue: str, instrument: Instrument, market: dict[str, object] | None = None) -> CcxtMarketData:
    """Return a venue's bars. `market`: what is known of the instrument; without it the venue is asked."""
    client = public_client(venue)
    if market is not None and instrument.symbol not in (client.markets or {}):
        client.set_markets([*(client.markets or {}).values(), market])
    return CcxtMarketData(client, instrument, now_ms=clock(venue).now_ms, translate=partial(translated, venue))


@contextmanager
def opened(
    bot: BotRecord,
    known: BundleSettings,
    store: FleetStore,
    notifier: Notifier,
    *,
    market: MarketData | None = None,
    durable: bool = True,
    our_clock: Clock | None = None,
) -> Iterator[Ports]:
    """Wire a bot whose bars come from a venue, for as long as it is needed.

    Raises: ConfigError when keys or filters are missing.
    """
    if bot.mode != "paper":
        check_ceiling(network_of(bot.mode))  # no client is made: not even a cancellation leaves, its stop rests
    venue, wall, symbol_rules = known.market, SystemClock(), known.rules
    network, time = network_of(bot.mode), our_clock or clock(venue)
    changed = ""
    if bot.mode != "paper":  # fills on paper go by what was tested
        changed = filters.refresh(venue, network, symbol_rules.instrument, public_client(venue, network), time.now_ms())
    listed = filters.thaw(venue, network, symbol_rules.instrument)
    bars = market or market_data(venue, listed.instrument, listed.market)
    paper: PaperVenue | None = None
    if bot.mode == "paper":
        paper = PaperVenue(settings.home() / "paper.db", bot.name, symbol_rules, known.timeframe, durable=durable)
    try:
        trading = paper or _trading_venue(bot, known, listed, time.now_ms)
        ports = Ports(store=store, venue=trading, market=bars, clock=time, wall=wall, notifier=notifier)
        if changed and bot.status in ("running", "paused"):
            remedy = f"end it with: botyard kill {bot.name}, then research the idea again"
            halt(bot, store, notifier, time.now_ms(), ConfigError(f"{changed}; {remedy}"))
        yield ports
    finally:
        if paper is not None:
            paper.close()


def _trading_venue(bot: BotRecord, known: BundleSettings, listed: Listed, now_ms: Callable[[], int]) -> CcxtVenue:
    terms = find_venue(known.market)
    client = trading_client(terms, network_of(bot.mode), bot.name)
    if bot.mode == "mainnet":
        _check_owner(bot, terms)
    return CcxtVenue(terms, client, listed, known.timeframe, now_ms=now_ms)


def _check_owner(bot: BotRecord, terms: VenueTerms) -> None:
    # once per process and key: whose money is this?
    found = keys.find_keys(terms.name, "mainnet", bot.name)
    owner = _owner(terms.name, bot.name, found.key if found else "", loopback("mainnet"))
    if owner != bot.account:
        raise ConfigError(
            f"{bot.name} trades on {bot.account} and the keys are of {owner or 'nobody'}; put its own keys back: "
            f"{keys.how_to_give(terms.name, 'mainnet')}"
        )


@cache
def _owner(venue: str, bot: str, _key: str, _address: str) -> str:
    found = probe_account(venue, "mainnet", bot)
    return "" if found is None else found.account
