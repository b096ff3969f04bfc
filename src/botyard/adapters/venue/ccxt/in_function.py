"""A bot's exchange where there is no home folder: a testnet, the bot's one instrument, its keys given from outside."""

from collections.abc import Callable
from dataclasses import dataclass

from botyard.adapters.venue.ccxt import account as accounts
from botyard.adapters.venue.ccxt.connect import Client, Keys, connect
from botyard.adapters.venue.ccxt.failures import translated
from botyard.adapters.venue.ccxt.instruments import Listed, change_that_matters, know, to_instrument
from botyard.adapters.venue.ccxt.table import VenueTerms, find_venue
from botyard.adapters.venue.ccxt.venue import CcxtVenue
from botyard.errors import ConfigError
from botyard.records.deployment import BundleSettings
from botyard.records.fleet import VenueAccount

PATIENCE_MS = 4_000  # of one look-up; a tick makes three of them, and a function has half a minute


@dataclass(frozen=True, slots=True)
class AtExchange:
    """Where orders go, and which change of the instrument's filters since its tests matters, or ""."""

    venue: CcxtVenue
    changed: str
    client: Client
    terms: VenueTerms

    def account(self) -> VenueAccount:
        """Ask whose keys these are. Raises: ConfigError, RetryableError."""
        return accounts.probe(self.terms, "testnet", self.client)


def open_testnet(settings: BundleSettings, keys: Keys, now_ms: Callable[[], int], *, loopback: str = "") -> AtExchange:
    """Connect, and ask how the bot's instrument is traded now; all markets of the venue are never loaded.

    Raises: ConfigError when the venue does not know the instrument; RetryableError when it does not answer.
    """
    terms, tested = find_venue(settings.market), settings.rules.instrument
    client = connect(terms, "testnet", keys, now_ms=now_ms, loopback=loopback)
    with translated(terms.name, f"asking for the filters of {tested.symbol}"):
        markets = client.fetch_markets({"symbol": tested.base + tested.quote})
    market = next((one for one in markets if one["symbol"] == tested.symbol), None)
    if market is None:
        raise ConfigError(f"the testnet of {terms.name} does not know {tested.symbol} any more")
    know(client, market)
    changed = change_that_matters(tested, to_instrument(terms, market, client.precisionMode))
    if market.get("active") is False:
        changed = f"the testnet of {terms.name} does not trade {tested.symbol} any more"
    venue = CcxtVenue(terms, client, Listed(tested, market), settings.timeframe, now_ms=now_ms, patience_ms=PATIENCE_MS)
    return AtExchange(venue, changed, client, terms)
