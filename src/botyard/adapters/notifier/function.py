"""The Notifier port over the function that tells people in AWS; nobody waits for it."""

import json
from typing import Any


class FunctionNotifier:
    """Hands messages about one run to the function."""

    def __init__(self, client: Any, function: str, run_id: str) -> None:
        """client: boto3's, of Lambda. function: name or ARN."""
        self._client = client
        self._function = function
        self._run_id = run_id

    def tell(self, text: str) -> None:
        """Hand over one message; one that cannot be is not worth the work that it tells of."""
        from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]  # heavy

        event = json.dumps({"kind": "note", "run_id": self._run_id, "text": text}).encode()
        try:
            self._client.invoke(FunctionName=self._function, InvocationType="Event", Payload=event)
        except (BotoCoreError, ClientError):
            return
