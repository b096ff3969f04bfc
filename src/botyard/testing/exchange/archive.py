"""A public archive of klines on the loopback interface, laid out as data.binance.vision is."""

import hashlib
import io
import re
import zipfile
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from botyard.testing.exchange.faults import Faults
from botyard.testing.exchange.listing import Listing
from botyard.testing.exchange.public import text
from botyard.testing.exchange.refusals import ApiError
from botyard.testing.exchange.server import Request, Server

MICROSECONDS_FROM_MS = 1_735_689_600_000  # 2025-01-01: from then on spot archives stamp in microseconds
_PATH = re.compile(
    r"/data/(?P<kind>spot|futures/um)/(?P<span>monthly|daily)/klines/(?P<pair>\w+)/(?P<timeframe>\w+)/"
    r"(?P=pair)-(?P=timeframe)-(?P<period>[\d-]+)\.zip(?P<sum>\.CHECKSUM)?"
)


class LoopbackArchive:
    """Serves each month and day of a listing's bars that was over by `until_ms`."""

    def __init__(self, listing: Listing, timeframe: str, *, until_ms: int) -> None:
        self.faults = Faults()
        self.absent: set[str] = set()  # periods that are not there yet
        self.damaged: set[str] = set()  # periods whose next answer is cut short
        self._listing = listing
        self._timeframe = timeframe
        self._until_ms = until_ms
        self._server = Server(self._answer, self.faults)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._server.url

    @property
    def requests(self) -> list[Request]:
        """Everything that came in."""
        return self._server.requests

    def _answer(self, request: Request) -> bytes:
        found = _PATH.fullmatch(request.path)
        if found is None or found["pair"] != self._listing.id or found["timeframe"] != self._timeframe:
            raise ApiError(404, 0, "no such key")
        period = found["period"]
        if (len(period) == 7) is not (found["span"] == "monthly"):
            raise ApiError(404, 0, "no such key")
        data = self._zip(period, found["kind"])
        if data is None or period in self.absent:
            raise ApiError(404, 0, "no such key")
        if found["sum"]:
            return f"{hashlib.sha256(data).hexdigest()}  {self._listing.id}-{self._timeframe}-{period}.zip\n".encode()
        if period in self.damaged:
            self.damaged.remove(period)
            return data[:-5]
        return data

    def _zip(self, period: str, kind: str) -> bytes | None:
        begin = _ms(period)
        end = _after(period)
        bars = [bar for bar in self._listing.bars if begin <= bar.open_ms < end]
        if end > self._until_ms or not bars:
            return None
        rows = ["open_time,open,high,low,close,volume,close_time,a,b,c,d,e"] if kind != "spot" else []
        for bar in bars:
            unit = 1000 if kind == "spot" and bar.open_ms >= MICROSECONDS_FROM_MS else 1
            prices = ",".join(text(self._listing.on_grid(price)) for price in bar[1:5])
            close = (bar.open_ms + self._listing.length_ms) * unit - 1
            rows.append(f"{bar.open_ms * unit},{prices},{bar.volume!r},{close},0,1,0,0,0")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            info = zipfile.ZipInfo(f"{self._listing.id}-{self._timeframe}-{period}.csv")
            archive.writestr(info, "\n".join(rows) + "\n")
        return packed.getvalue()


def _ms(period: str) -> int:
    day = period if len(period) > 7 else period + "-01"
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


def _after(period: str) -> int:
    if len(period) > 7:
        return _ms(period) + 86_400_000
    year, month = int(period[:4]), int(period[5:])
    return _ms(f"{year + month // 12}-{month % 12 + 1:02d}")
