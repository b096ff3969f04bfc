"""What the chat in AWS must not forget: updates heard, buttons sent, whose run it is. Items that are old go by themselves."""

import json
import secrets
import time
from typing import Any

from botyard.adapters.fleet_store.dynamodb_wire import ConditionFailedError
from botyard.apps.aws.fleet import table

PARTITION = "chat"
KEPT_SECONDS = 30 * 86_400
NEW = "attribute_not_exists(pk)"


class TableMemory:
    """The same calls as telegram/memory.py, on items of the fleet's table; runs do not wait in a line here."""

    def is_new(self, update: int) -> bool:
        """Write an update's number down; False when it is there already."""
        return _add(f"update#{update}", {})

    def button(self, **act: Any) -> str:
        """Keep what a button does and return the token that goes into it."""
        token = secrets.token_hex(8)
        _add(f"button#{token}", {"act": json.dumps(act), "left": 1})
        return token

    def press(self, token: str) -> dict[str, Any] | None:
        """Return what a button does, the first time it is pressed; None ever after."""
        try:
            found = table.change(PARTITION, f"button#{token}", {"left": 0}, condition="#0 = :one", one=1)
        except ConditionFailedError:
            return None
        return dict(json.loads(table.text(found, "act")))

    def add_run(self, run_id: str, chat: int) -> None:
        """Keep which chat asked for a run."""
        _add(f"run#{run_id}", {"chat": chat})

    def waiting(self) -> list[Any]:
        """Return nothing: each run begins at once."""
        return []

    def chat_of(self, run_id: str) -> int | None:
        """Return the chat that asked for a run, or None."""
        found = table.get(PARTITION, f"run#{run_id}")
        return None if found is None else table.number(found, "chat")

    def is_new_gate(self, run_id: str, stage: str) -> bool:
        """Write down that a gate was shown; False when it was before."""
        return self.is_first(f"gate#{run_id}#{stage}")

    def forget_gate(self, run_id: str, stage: str) -> None:
        """Let a gate be shown again, since nobody saw it."""
        table.remove(PARTITION, f"gate#{run_id}#{stage}")

    def is_first(self, what: str) -> bool:
        """Write anything down; False when it is there already."""
        return _add(what, {})


def _add(name: str, attributes: dict[str, str | int]) -> bool:
    try:
        table.put(PARTITION, name, {**attributes, "ttl": int(time.time()) + KEPT_SECONDS}, condition=NEW)
    except ConditionFailedError:
        return False
    return True
