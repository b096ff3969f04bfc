"""The filters of one instrument (tick, lot, smallest order): frozen at a deployment, asked for again once a day."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from botyard.adapters.venue.ccxt.connect import Client
from botyard.adapters.venue.ccxt.instruments import Listed, change_that_matters, load_market, to_instrument
from botyard.adapters.venue.ccxt.table import Network, find_venue
from botyard.apps import settings
from botyard.errors import ConfigError, RetryableError, UserError
from botyard.records.market import Instrument, symbol_folder

EVERY_MS = 86_400_000


def freeze(venue: str, network: Network, listed: Listed, now_ms: int) -> None:
    """Keep the filters of an instrument as they are now: a bot never loads all markets. Raises: UserError."""
    _write(_place(venue, network, listed.instrument.symbol), listed.market, now_ms)


def thaw(venue: str, network: Network, instrument: Instrument) -> Listed:
    """Return the filters as they were last seen. Raises: ConfigError when they are gone."""
    return Listed(instrument, _read(_place(venue, network, instrument.symbol))[0])


def refresh(venue: str, network: Network, tested: Instrument, client: Client, now_ms: int) -> str:
    """Ask again where the last time is a day ago; say which change since the tests matters, or "".

    A venue that does not answer is asked at the next tick. Raises: ConfigError when the kept filters are gone.
    """
    place, terms = _place(venue, network, tested.symbol), find_venue(venue)
    market, asked_ms = _read(place)
    if now_ms >= asked_ms + EVERY_MS:
        with suppress(RetryableError):
            found = load_market(terms, client, tested.symbol)
            market = {**market, "active": False} if found is None else found
            _write(place, market, now_ms)
    if market.get("active") is False:
        return f"{venue} {network} does not trade {tested.symbol} any more"
    return change_that_matters(tested, to_instrument(terms, market, client.precisionMode))


def _place(venue: str, network: Network, symbol: str) -> Path:
    return settings.home() / "venues" / f"{venue}-{network}" / f"{symbol_folder(symbol)}.json"


def _read(place: Path) -> tuple[dict[str, Any], int]:
    try:
        kept = json.loads(place.read_text())
        return dict(kept["market"]), int(kept["asked_ms"])
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise ConfigError(f"the filters in {place} cannot be read ({e}); deploy the bot again") from e


def _write(place: Path, market: dict[str, Any], now_ms: int) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({"asked_ms": now_ms, "market": market}, sort_keys=True))
        draft.replace(place)
    except OSError as e:
        raise UserError(f"cannot write {place}: {e.strerror}; make room or choose another place with --home") from e
