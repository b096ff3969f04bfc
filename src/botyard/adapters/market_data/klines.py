"""A venue's public candles and its time over plain HTTPS, with the standard library alone: what a bot without keys needs.

It speaks to the venue's mainnet host and to no other; prices of a testnet are not the market's.
"""

import http.client
import json
import re
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from botyard.errors import ConfigError, RetryableError
from botyard.records.market import Instrument

TIMEOUT_SECONDS = 5.0
IDLE_SECONDS = 30.0  # a connection that rested for longer may be closed at the other end
_LOOPBACK = re.compile(r"http://127\.0\.0\.\d+:\d+")


@dataclass(frozen=True, slots=True)
class _Host:
    name: str
    klines: str
    time: str


_HOSTS = {
    "binance": _Host("api.binance.com", "/api/v3/klines", "/api/v3/time"),
    "binanceusdm": _Host("fapi.binance.com", "/fapi/v1/klines", "/fapi/v1/time"),
}
VENUES = tuple(_HOSTS)
"""Venues whose candles come this way, by their names in the venues' table."""


class Klines:
    """One kept connection to a venue. Not to be shared by threads."""

    def __init__(
        self, venue: str, instrument: Instrument, *, loopback: str = "", tls: ssl.SSLContext | None = None
    ) -> None:
        """loopback: stands in for the venue, for tests; only a loopback address is taken.

        tls: one that is shared, since making one is dear.

        Raises: ConfigError for another venue, or a foreign `loopback`.
        """
        if venue not in _HOSTS:
            raise ConfigError(f"candles of {venue} do not come without its client; choose one of {', '.join(VENUES)}")
        if loopback and not _LOOPBACK.fullmatch(loopback):
            raise ConfigError(f"{loopback!r} is not a loopback address; it is for tests only")
        self._venue = venue
        self._host = _HOSTS[venue]
        self._pair = instrument.base + instrument.quote
        self._connection: http.client.HTTPConnection = (
            http.client.HTTPConnection(urlsplit(loopback).netloc, timeout=TIMEOUT_SECONDS)
            if loopback
            else http.client.HTTPSConnection(self._host.name, timeout=TIMEOUT_SECONDS, context=tls)
        )
        self._used_s = 0.0

    def fetch_ohlcv(self, symbol: str, timeframe: str, since: int | None, limit: int | None) -> list[list[Any]]:
        """Ask for candles from `since` (UTC ms) on, oldest first: open_ms, open, high, low, close, volume.

        Raises: RetryableError when the venue does not answer, ConfigError when it does not know the instrument.
        """
        asked = {"symbol": self._pair, "interval": timeframe, "startTime": since, "limit": limit}
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        rows = self._get(f"{self._host.klines}?{query}", f"candles of {symbol}")
        return [[int(row[0]), *row[1:6]] for row in rows]

    def fetch_time(self) -> int:
        """Ask for the venue's time (UTC ms). Raises: RetryableError."""
        return int(self._get(self._host.time, "its time")["serverTime"])

    def close(self) -> None:
        """Close the connection; the next request opens it again."""
        self._connection.close()

    def _get(self, path: str, what: str) -> Any:
        # by the wall's time: a function's other clock may stand still between its events
        if not 0 <= time.time() - self._used_s <= IDLE_SECONDS:
            self.close()
        try:
            self._connection.request("GET", path)
            reply = self._connection.getresponse()
            data = reply.read()
        except (OSError, http.client.HTTPException) as e:
            self.close()
            raise RetryableError(f"{self._venue} did not answer, asked for {what}: {type(e).__name__}: {e}") from e
        self._used_s = time.time()
        if reply.status != 200:  # redirects are not followed: no byte goes to another host
            text = f"{self._venue} answered {reply.status}, asked for {what}: {data[:200].decode(errors='replace')}"
            raise ConfigError(text) if reply.status in (400, 404) else RetryableError(text)
        try:
            return json.loads(data)
        except ValueError as e:
            raise RetryableError(f"{self._venue} did not answer with JSON, asked for {what}") from e
