"""The last gate before the wire: a request to a host that was not meant never leaves this process."""

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from botyard.errors import ConfigError


class HostGuard(HTTPAdapter):
    """Sends requests, redirects included, to known origins only, and minds the header that tells test from real."""

    def __init__(self, origins: frozenset[str], header: tuple[str, str] | None, *, is_header_due: bool) -> None:
        """origins: such as https://api.binance.com; header: goes with all requests, or with none."""
        self._origins = origins
        self._header = header
        self._is_header_due = is_header_due
        super().__init__()

    def send(self, request: requests.PreparedRequest, *arguments: Any, **named: Any) -> requests.Response:
        """Send a request. Raises: ConfigError before any byte of a wrong one leaves."""
        parts = urlsplit(request.url or "")
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._origins:
            raise ConfigError(
                f"a request was about to go to {origin}, which is none of {', '.join(sorted(self._origins))}; "
                "nothing was sent; check the bot's venue and mode"
            )
        if self._header is not None:
            name, value = self._header
            if (request.headers.get(name) == value) is not self._is_header_due:
                raise ConfigError(
                    f"a request to {origin} had {'no' if self._is_header_due else 'the'} header {name}, which tells "
                    "test from real money; nothing was sent"
                )
        return super().send(request, *arguments, **named)


def install(session: requests.Session, guard: HostGuard) -> None:
    """Make every request of a session pass the guard."""
    session.adapters.clear()
    session.mount("http://", guard)
    session.mount("https://", guard)
    session.trust_env = False  # no proxy and no netrc of this machine comes between
