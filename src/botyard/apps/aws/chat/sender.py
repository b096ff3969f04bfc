"""Speaks to Telegram without its client: one request per message, within the time that a function has."""

import json
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from botyard.apps.telegram.reply import MOST_CAPTION, Reply, cut, pages
from botyard.errors import RetryableError, UserError

TIMEOUT_SECONDS = 8.0
MOST_WAIT_SECONDS = 5
TRIES = 3


class Sender:
    """Sends, edits and answers; it waits where Telegram asks for a short while."""

    def __init__(self, token: str, api: str) -> None:
        self._base = f"{api}/bot{token}/"

    def send(self, chat: int, reply: Reply) -> int:
        """Send a reply, in several messages where it is too long for one; return the last one's number.

        Raises: RetryableError when Telegram does not answer; UserError when it refuses.
        """
        if reply.photo or reply.document:
            kind = "photo" if reply.photo else "document"
            fields = {"chat_id": str(chat), "caption": cut(reply.text, MOST_CAPTION)}
            name = reply.name or "picture.png"
            return _number(self.call(f"send{kind.title()}", fields, (kind, name, reply.photo or reply.document)))
        *first, last = pages(reply)
        for page in first:
            self.call("sendMessage", {"chat_id": chat, "text": page, "parse_mode": "HTML"})
        return _number(
            self.call("sendMessage", {"chat_id": chat, "text": last, "parse_mode": "HTML", **_keyboard(reply)})
        )

    def edit(self, chat: int, message: int, reply: Reply) -> None:
        """Put a reply in the place of a message; one that says the same already, or is gone, is no error."""
        text = {"text": pages(reply)[0], "parse_mode": "HTML", **_keyboard(reply)}
        try:
            self.call("editMessageText", {"chat_id": chat, "message_id": message, **text})
        except UserError as e:
            if "not modified" not in str(e) and "not found" not in str(e):
                raise

    def answer(self, callback: str) -> None:
        """Tell a button that it was pressed; a press that is too old is no error."""
        try:
            self.call("answerCallbackQuery", {"callback_query_id": callback})
        except UserError as e:
            if "too old" not in str(e):
                raise

    def call(self, method: str, fields: dict[str, Any], file: tuple[str, str, bytes] | None = None) -> Any:
        """Call a method of the Bot API and return its result. Raises: RetryableError, UserError. Neither holds the token."""
        body, kind = _form(fields, file) if file else (_encoded(fields), "application/x-www-form-urlencoded")
        request = urllib.request.Request(  # noqa: S310  (https, or a server of one's own)
            self._base + method, data=body, headers={"content-type": kind}
        )
        for attempt in range(1, TRIES + 1):
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as reply:  # noqa: S310
                    return json.loads(reply.read())["result"]
            except urllib.error.HTTPError as e:
                with e:
                    said = _said(e)
                wait = int(said.get("parameters", {}).get("retry_after", 1 if e.code >= 500 else 0))
                if not wait or wait > MOST_WAIT_SECONDS or attempt == TRIES:
                    text = f"Telegram answered {method} with {e.code}: {said.get('description', '')}"
                    raise (RetryableError if wait else UserError)(text) from None
            except (OSError, ValueError) as e:
                if attempt == TRIES:
                    raise RetryableError(f"Telegram does not answer {method}: {type(e).__name__}") from None
                wait = 1
            time.sleep(wait)
        raise AssertionError  # every attempt returns or raises


def _encoded(fields: dict[str, Any]) -> bytes:
    plain = {k: json.dumps(v) if isinstance(v, dict | list) else v for k, v in fields.items()}
    return urllib.parse.urlencode(plain).encode()


def _said(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        return dict(json.loads(error.read()))
    except ValueError:
        return {}


def _number(sent: Any) -> int:
    return int(sent["message_id"])


def _keyboard(reply: Reply) -> dict[str, Any]:
    if not reply.buttons:
        return {}
    rows = [[{"text": label[:60], "callback_data": token}] for label, token in reply.buttons]
    return {"reply_markup": {"inline_keyboard": rows}}


def _form(fields: dict[str, Any], file: tuple[str, str, bytes]) -> tuple[bytes, str]:
    mark = secrets.token_hex(16)
    field, name, data = file
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
    parts += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", data, f"\r\n--{mark}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={mark}"
