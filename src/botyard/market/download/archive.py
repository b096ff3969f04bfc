"""One file of a public archive of klines: fetched politely, held to the checksum that lies beside it."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botyard.errors import DataError, RetryableError
from botyard.market.store import disk_errors

if TYPE_CHECKING:
    import httpx

ORIGIN = "https://data.binance.vision"
FOLDERS = {"binance": "data/spot", "binanceusdm": "data/futures/um"}
"""Where a venue's klines lie; other venues have no archive that is read here."""

TRIES = 5
TIMEOUT_S = 30.0
MOST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Archive:
    """One venue's archive of one instrument's klines of one bar length."""

    venue: str
    pair: str  # "BTCUSDT"
    timeframe: str
    origin: str = ORIGIN

    def name(self, period: str) -> str:
        """Name the file of "2024-01" or "2024-01-31"."""
        return f"{self.pair}-{self.timeframe}-{period}.zip"

    def address(self, period: str) -> str:
        """Say where that file lies."""
        span = "monthly" if len(period) == 7 else "daily"
        return f"{self.origin}/{FOLDERS[self.venue]}/{span}/klines/{self.pair}/{self.timeframe}/{self.name(period)}"


def open_client() -> "httpx.Client":
    """Open what archives are asked through: no redirects, no proxy of this machine."""
    import httpx

    return httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)


def fetch(
    archive: Archive, period: str, folder: Path, client: "httpx.Client", sleep: Callable[[float], None]
) -> Path | None:
    """Bring one file into a folder, unless it is there; None when the archive does not have it.

    Raises: DataError when it does not match its checksum or the disk is full; RetryableError when the archive does
    not answer.
    """
    place = folder / archive.name(period)
    if place.exists():
        return place
    for _ in range(2):  # a file that arrives damaged is asked for once more
        data = _get(client, archive.address(period), sleep)
        if data is None:
            return None
        said = _get(client, archive.address(period) + ".CHECKSUM", sleep)
        if said is None:
            raise DataError(f"{archive.address(period)} has no checksum beside it; it is not taken without one")
        wanted = said.decode(errors="replace").split()[:1]
        if wanted == [hashlib.sha256(data).hexdigest()]:
            write(place, data)
            return place
    raise DataError(f"{archive.name(period)} does not match its checksum, twice; try again later")


def write(place: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises: DataError when the disk is full."""
    with disk_errors(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.{os.getpid()}")
        try:
            draft.write_bytes(data)
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)


def _get(client: "httpx.Client", address: str, sleep: Callable[[float], None]) -> bytes | None:
    import httpx
    import tenacity

    def ask() -> bytes | None:
        try:
            answer = client.get(address)
        except httpx.HTTPError as e:
            raise RetryableError(f"{address} does not answer: {e or type(e).__name__}") from e
        if answer.status_code == 404:
            return None
        if answer.status_code == 429 or answer.status_code >= 500:
            said = answer.headers.get("Retry-After", "")
            if said.isdecimal():
                sleep(min(float(said), MOST_WAIT_S))
            raise RetryableError(f"{address} answers {answer.status_code}")
        if answer.status_code != 200:
            raise DataError(f"{address} answers {answer.status_code}; nothing was taken from it")
        return bytes(answer.content)

    patient = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(RetryableError),
        wait=tenacity.wait_exponential(multiplier=1, max=MOST_WAIT_S),
        stop=tenacity.stop_after_attempt(TRIES),
        sleep=sleep,
        reraise=True,
    )
    return patient(ask)
