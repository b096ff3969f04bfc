"""Messages to the chat of whoever may command the bots, without a Telegram client: one request each."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from contextlib import suppress

TIMEOUT_SECONDS = 5.0
MOST_TEXT = 2000


class TelegramNotifier:
    """The Notifier port on Telegram's sendMessage. It never raises: trading does not wait for a chat."""

    def __init__(self, token: str, chats: Iterable[int], api: str) -> None:
        self._url = f"{api}/bot{token}/sendMessage"
        self._chats = tuple(chats)

    def tell(self, text: str) -> None:
        """Send to every chat; one that does not answer in time is passed over."""
        for chat in self._chats:
            body = json.dumps({"chat_id": chat, "text": text[:MOST_TEXT] or "–"}).encode()
            request = urllib.request.Request(  # noqa: S310  (https, or a server of one's own)
                self._url, data=body, headers={"content-type": "application/json"}
            )
            # nothing is printed: the address holds the token
            with suppress(urllib.error.URLError, TimeoutError, OSError, ValueError):
                urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS).close()  # noqa: S310
