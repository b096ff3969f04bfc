"""Bars from an exchange into this home's imported market."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from botyard.adapters.venue.ccxt.failures import translated
from botyard.adapters.venue.ccxt.instruments import Listed, venue_symbol
from botyard.adapters.venue.ccxt.table import find_venue
from botyard.apps import settings
from botyard.apps.exchanges import venues
from botyard.errors import DataError, RetryableError, UserError
from botyard.market import market_folder
from botyard.market.download import Asked, Downloaded, download
from botyard.ports import Progress
from botyard.records.market import parse_timeframe


def download_all(
    symbols: Sequence[str], timeframe: str, since: str, venue: str, progress: Progress
) -> tuple[list[Downloaded], dict[str, str]]:
    """Download one instrument after the other; what fails is returned with its reason, by symbol.

    Raises: NotFound for a symbol or venue that there is not, UserError for a bad date or bar length.
    """
    terms = find_venue(venue)
    since_ms, length = _day_ms(since), parse_timeframe(timeframe)
    wanted = {venue_symbol(terms, text): text for text in symbols}
    listed = venues.list_instruments(venue, "paper")
    unknown = [symbol for symbol in wanted if symbol not in listed]
    if unknown:
        raise UserError(
            f"{venue} does not list {', '.join(unknown)}; {len(listed)} others trade there, such as {min(listed, default='none')}"
        )
    done: list[Downloaded] = []
    failed: dict[str, str] = {}
    for symbol in wanted:
        try:
            done.append(_one(listed[symbol], length, since_ms, venue, progress))
        except RetryableError as e:
            failed[symbol] = f"{e}; what came is kept: run the same command again to go on"
        except (DataError, UserError) as e:
            failed[symbol] = str(e)
    return done, failed


def _one(listed: Listed, timeframe: str, since_ms: int, venue: str, progress: Progress) -> Downloaded:
    instrument, client = listed.instrument, venues.public_client(venue)

    def ask(from_ms: int, limit: int) -> list[list[Any]]:
        with translated(venue, f"asking for candles of {instrument.symbol}"):
            return list(client.fetch_ohlcv(instrument.symbol, timeframe, from_ms, limit))

    home = settings.home()
    return download(
        market_folder(home, "imported"),
        home / "downloads",
        Asked(venue, instrument.symbol, str(listed.market["id"]), instrument.kind, timeframe, since_ms),
        ask,
        venues.clock(venue).now_ms(),
        progress,
        origin=venues.loopback("archive"),
    )


def _day_ms(text: str) -> int:
    try:
        day = datetime.fromisoformat(text)
    except ValueError as e:
        raise UserError(f"--since {text!r} is not a date; write one such as 2024-01-01") from e
    return int((day if day.tzinfo else day.replace(tzinfo=UTC)).timestamp() * 1000)
