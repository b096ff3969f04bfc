"""Reporting to Step Functions by task token: a heartbeat while the agent works, then success or failure, once."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botyard.errors import RetryableError

BEAT_SECONDS = 60.0
_MOST_CAUSE = 32_000  # characters; Step Functions takes 32,768
_OVER = ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")  # nobody waits for this token any more


class Task:
    """What one task token is good for."""

    def __init__(self, client: Any, token: str, *, beat_seconds: float = BEAT_SECONDS) -> None:
        """client: boto3's, of Step Functions."""
        self._client = client
        self._token = token
        self._beat_seconds = beat_seconds

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Send heartbeats from a thread while the block runs; the first at once, to show that the agent has started."""
        ended = threading.Event()
        thread = threading.Thread(target=self._beat, args=(ended,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def succeed(self, output: Mapping[str, object]) -> bool:
        """Report success; False when nobody waits any more, such as after the same agent's first start reported.

        Raises: RetryableError when Step Functions does not answer.
        """
        return self._report("send_task_success", output=json.dumps(output))

    def fail(self, error: str, cause: str) -> bool:
        """Report failure; the rest as `succeed`."""
        return self._report("send_task_failure", error=error, cause=cause[:_MOST_CAUSE])

    def _report(self, method: str, **what: str) -> bool:
        from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

        try:
            getattr(self._client, method)(taskToken=self._token, **what)
        except ClientError as e:
            if e.response.get("Error", {}).get("Code") in _OVER:
                return False
            raise RetryableError(f"Step Functions did not take the report: {e}") from e
        except BotoCoreError as e:
            raise RetryableError(f"Step Functions does not answer: {e}") from e
        return True

    def _beat(self, ended: threading.Event) -> None:
        while True:
            try:
                if not self._report("send_task_heartbeat"):
                    return
            except RetryableError:
                pass  # the next one may get through; until then the work goes on
            if ended.wait(self._beat_seconds):
                return
