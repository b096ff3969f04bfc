"""Updates that Telegram brings itself: the secret is looked at before anything else is read."""

import hmac
import json
from collections.abc import Mapping
from typing import Any

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105  (the header's name)
MOST_BYTES = 1_000_000


def read_update(headers: Mapping[str, str], body: bytes, secret: str) -> dict[str, Any] | None:
    """Return the update of a webhook's request; None for whoever does not know the secret, or sends no update.

    Answer 200 in both cases: a stranger learns nothing, and Telegram does not send the same again.
    """
    given = next((value for name, value in headers.items() if name.lower() == SECRET_HEADER), "")
    if not secret or not hmac.compare_digest(given.encode(), secret.encode()) or len(body) > MOST_BYTES:
        return None
    try:
        update = json.loads(body)
    except ValueError:
        return None
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        return None
    return update
