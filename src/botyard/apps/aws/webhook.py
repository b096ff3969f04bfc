"""The function behind the webhook: Telegram's updates in, the desk's answers out.

The secret is looked at before anything else; strangers, repeats and what Telegram cannot mean are answered 200 and no
word, so that nobody learns anything and nothing is sent again.
"""

import base64
import time
import traceback
from typing import Any

from botyard.apps.aws.chat import setup
from botyard.apps.aws.chat.memory import TableMemory
from botyard.apps.aws.fleet import table
from botyard.apps.telegram.doorman import Doorman, Heard
from botyard.apps.telegram.reply import Reply
from botyard.apps.telegram.webhook import MOST_BYTES, read_update
from botyard.errors import BotyardError

HEARD = {"statusCode": 200, "body": ""}

setup.warm_up()


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one request of the function's URL (payload format 2.0)."""
    table.reconnect()
    update = read_update(event.get("headers") or {}, _body(event), setup.secret("secret"))
    if update is not None:
        heard = Doorman(setup.people(), TableMemory()).admit(update, time.time())
        if heard is not None:
            _answer(heard)
    return HEARD


def _answer(heard: Heard) -> None:
    sender, desk = setup.sender(), setup.desk()
    try:
        if not heard.token:
            sender.send(heard.chat, desk.text(heard.chat, heard.text, is_stale=heard.is_stale))
            return
        sender.answer(heard.callback)
        sender.edit(heard.chat, heard.message, desk.press(heard.chat, heard.token, f"user {heard.user}"))
    except BotyardError as e:  # an answer that was not delivered; what was asked for is done
        print(f"not delivered: {e}")  # noqa: T201  (a function's log)
    except Exception:  # noqa: BLE001  (sent again it would fail again: the person is told instead)
        traceback.print_exc()
        sender.send(heard.chat, Reply("That went wrong here and is no fault of yours; see botyard aws logs webhook."))


def _body(event: dict[str, Any]) -> bytes:
    text = str(event.get("body") or "")
    if len(text) > 2 * MOST_BYTES:
        return b""
    try:
        return base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    except ValueError:
        return b""
