"""Who may ask: API keys, HMAC signatures over the query, and the window around the exchange's time."""

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import parse_qsl

from botyard.testing.exchange.refusals import AHEAD, BAD_KEY, BAD_SIGNATURE, MISSING, OUTSIDE_WINDOW, refusal

MOST_AHEAD_MS = 1_000
USUAL_WINDOW_MS = 5_000


@dataclass(frozen=True)
class Key:
    """An API key and what it may do."""

    key: str = "loopback-key"
    secret: str = "loopback-secret"  # noqa: S105  (of a made-up exchange)
    can_trade: bool = True
    can_withdraw: bool = False


def check(known: Key, given: str | None, query: str, server_ms: int) -> dict[str, str]:
    """Check a signed query and return its parameters.

    Raises: ApiError as Binance answers.
    """
    if given != known.key:
        raise refusal(*BAD_KEY, status=401)
    signed, _, signature = query.rpartition("&signature=")
    wanted = hmac.new(known.secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, signature):
        raise refusal(*BAD_SIGNATURE)
    parameters = dict(parse_qsl(signed))
    if "timestamp" not in parameters:
        raise refusal(*MISSING, "timestamp")
    sent_ms = int(parameters["timestamp"])
    if sent_ms >= server_ms + MOST_AHEAD_MS:
        raise refusal(*AHEAD)
    if server_ms - sent_ms > int(parameters.get("recvWindow", USUAL_WINDOW_MS)):
        raise refusal(*OUTSIDE_WINDOW)
    return parameters
