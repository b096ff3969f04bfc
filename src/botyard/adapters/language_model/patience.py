"""Try again where trying again helps: a busy or broken service, a time-out. A cut or filtered answer is an answer."""

import dataclasses
import time

import tenacity

from botyard.errors import RetryableError
from botyard.ports import LanguageModel
from botyard.records.conversation import Reply, Request

ATTEMPTS = 4
FIRST_WAIT = 1.0  # seconds, then doubled
LONGEST_WAIT = 20.0
LONGEST = 600.0  # seconds for one request with all its attempts


class Patience:
    """The LanguageModel port, trying again with back-off after a RetryableError."""

    def __init__(self, inner: LanguageModel, *, attempts: int = ATTEMPTS, first_wait: float = FIRST_WAIT) -> None:
        self._inner = inner
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(RetryableError),
            stop=tenacity.stop_after_attempt(attempts) | tenacity.stop_after_delay(LONGEST),
            wait=tenacity.wait_exponential(multiplier=first_wait, max=LONGEST_WAIT)
            + tenacity.wait_random(0, first_wait),
            reraise=True,
        )

    @property
    def name(self) -> str:
        """The model's."""
        return self._inner.name

    def ask(self, request: Request) -> Reply:
        """Ask until there is an answer; its seconds hold the waits too.

        Raises: RetryableError after the last attempt; what else the model raises, at once.
        """
        started = time.perf_counter()
        reply: Reply = self._retrying(self._inner.ask, request)
        return dataclasses.replace(reply, seconds=round(time.perf_counter() - started, 3))
