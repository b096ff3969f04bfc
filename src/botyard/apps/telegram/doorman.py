"""Who may speak, which updates were heard before, and which come too late to act on."""

from dataclasses import dataclass
from typing import Any

from botyard.apps.telegram.memory import Remembering

STALE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that a known person said, or a button that they pressed."""

    chat: int
    user: int
    text: str = ""
    token: str = ""  # of the button
    callback: str = ""  # id of the press, to be answered
    message: int = 0  # the one that holds the button
    is_stale: bool = False  # too old for anything that moves money


class Doorman:
    """Lets an update in or drops it without a word: strangers learn nothing."""

    def __init__(self, users: frozenset[int], memory: Remembering) -> None:
        self._users = users
        self._memory = memory

    def admit(self, update: dict[str, Any], now: float) -> Heard | None:
        """Return what was said; None for strangers, repeats, groups and what carries no text.

        update: as the Bot API writes it. now: seconds since the epoch.
        """
        message, query = update.get("message"), update.get("callback_query")
        said = message or query or {}
        user = int((said.get("from") or {}).get("id", 0))
        chat = ((query or {}).get("message") if query else message) or {}
        if user not in self._users or chat.get("chat", {}).get("type") != "private":
            return None
        if not self._memory.is_new(int(update["update_id"])):
            return None
        number = int(chat["chat"]["id"])
        if query and query.get("data"):
            return Heard(number, user, token=query["data"], callback=str(query["id"]), message=int(chat["message_id"]))
        if message and message.get("text"):
            return Heard(number, user, text=message["text"], is_stale=now - int(message["date"]) > STALE_SECONDS)
        return None
