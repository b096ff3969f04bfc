"""The real adapters, wired to a loopback exchange: what an end-to-end test puts into a bot's ports."""

from collections.abc import Callable

from botyard.adapters.venue.ccxt.connect import Client, Keys, connect
from botyard.adapters.venue.ccxt.instruments import Listed, load_listed, venue_symbol
from botyard.adapters.venue.ccxt.table import Network, VenueTerms, find_venue
from botyard.adapters.venue.ccxt.venue import PATIENCE_MS, CcxtVenue
from botyard.testing.exchange.loopback import LoopbackExchange

TIMEOUT_MS = 3_000


def terms_of(venue: str) -> VenueTerms:
    """Return the row of "binance" (spot) or "binanceusdm" (perpetuals): the two that the exchange speaks."""
    return find_venue(venue)


def client_of(
    exchange: LoopbackExchange, venue: str = "binance", network: Network = "testnet", *, signed: bool = True
) -> Client:
    """Return a ccxt client whose every address is the exchange's, and whose time is its time."""
    keys = Keys(exchange.key.key, exchange.key.secret) if signed else None
    return connect(
        find_venue(venue),
        network,
        keys,
        real_money=network == "mainnet",
        now_ms=exchange.now_ms,
        loopback=exchange.url,
        timeout_ms=TIMEOUT_MS,
    )


def listed_of(exchange: LoopbackExchange, symbol: str, venue: str = "binance") -> Listed:
    """Ask the exchange for one instrument, by what a person calls it."""
    terms = find_venue(venue)
    return load_listed(terms, client_of(exchange, venue, signed=False))[venue_symbol(terms, symbol)]


def venue_of(
    exchange: LoopbackExchange,
    symbol: str,
    venue: str = "binance",
    *,
    timeframe: str = "5m",
    listed: Listed | None = None,
    sleep: Callable[[float], None] | None = None,
    patience_ms: int = PATIENCE_MS,
) -> CcxtVenue:
    """Return the Venue port over the exchange. Its waiting moves the exchange's clock and takes no time."""
    return CcxtVenue(
        find_venue(venue),
        client_of(exchange, venue),
        listed or listed_of(exchange, symbol, venue),
        timeframe,
        now_ms=exchange.now_ms,
        sleep=sleep or (lambda seconds: exchange.move_by(round(seconds * 1000))),
        patience_ms=patience_ms,
    )
