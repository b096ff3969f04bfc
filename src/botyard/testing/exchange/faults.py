"""What an exchange may get wrong, one switch each; everything is off until a test turns it on."""

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class Trouble:
    """Something that happens to the next requests whose method and path match."""

    times: int
    method: str = ""  # "" is any
    path: str = ""  # what the path must contain
    status: int = 0  # answer with this HTTP status; 0: do not answer at all
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    is_processed: bool = False  # the request takes effect all the same

    def fits(self, method: str, path: str) -> bool:
        """Whether it concerns a request."""
        return self.times > 0 and self.method in ("", method) and self.path in path


@dataclass
class Faults:
    """Switches. Times are ms of the exchange's clock."""

    troubles: deque[Trouble] = field(default_factory=deque)
    skew_ms: int = 0  # the exchange's clock is so far ahead of everybody else's
    hidden_ms: int = 0  # a new order is not seen by look-ups for so long
    reuses_finished_ids: bool = True  # the client id of a finished order may be used again, as Binance has it
    partial: Decimal | None = None  # share of an order that one execution fills; the rest goes on at the next bar
    late_candle_ms: int = 0  # a closed candle appears so much later
    gaps: set[int] = field(default_factory=set)  # opens of candles that are left out
    duplicates: set[int] = field(default_factory=set)  # opens of candles that come twice
    balances: dict[str, Decimal] = field(default_factory=dict)  # asset -> free amount that is claimed instead

    def drop_before(self, times: int = 1, *, method: str = "POST", path: str = "order") -> None:
        """Lose the next requests before they take effect; the caller hears nothing."""
        self.troubles.append(Trouble(times, method, path))

    def drop_after(self, times: int = 1, *, method: str = "POST", path: str = "order") -> None:
        """Lose the answers to the next requests, which take effect."""
        self.troubles.append(Trouble(times, method, path, is_processed=True))

    def answer(self, status: int, times: int = 1, *, method: str = "", path: str = "", processed: bool = False) -> None:
        """Answer the next requests with an HTTP error: 429 and 418 with Binance's words, 5xx with a page of HTML."""
        body, headers = "<html><body>Service unavailable</body></html>", {}
        if status in (418, 429):
            body = '{"code":-1003,"msg":"Too much request weight used; current limit is 6000 request weight per 1 MINUTE."}'
            headers = {"Retry-After": "1"}
        self.troubles.append(Trouble(times, method, path, status, body, headers, is_processed=processed))

    def garble(self, path: str, times: int = 1) -> None:
        """Answer the next requests for a path with something else."""
        self.troubles.append(Trouble(times, path=path, status=200, body="not what was asked for"))

    def redirect(self, address: str) -> None:
        """Send the next request elsewhere."""
        self.troubles.append(Trouble(1, status=302, headers={"Location": address}))

    def clear(self) -> None:
        """Turn everything off."""
        self.__dict__.update(Faults().__dict__)

    def next_trouble(self, method: str, path: str) -> Trouble | None:
        """Take the first trouble that fits a request, using it up."""
        found = next((trouble for trouble in self.troubles if trouble.fits(method, path)), None)
        if found is not None:
            found.times -= 1
            if not found.times:
                self.troubles.remove(found)
        return found
