"""Money: what a call may cost is set aside before it is made, since afterwards it is spent."""

import dataclasses
import json
import math

from botyard.adapters.language_model.prices import Price
from botyard.errors import Refused, RetryableError
from botyard.ports import LanguageModel
from botyard.records.codec import to_plain
from botyard.records.conversation import Reply, Request

_BYTES_PER_TOKEN = (
    2.5  # of JSON and prose in any language: fewer than vendors' tokenisers show, so the estimate is high
)
_OVERHEAD = 600  # tokens that vendors add for tools


class NotBilledError(RetryableError):
    """The service turned the call away before it worked on it."""


class Budget:
    """The LanguageModel port with a money limit; `spent_usd` begins with what the run spent before."""

    def __init__(self, inner: LanguageModel, price: Price, limit_usd: float, spent_usd: float = 0.0) -> None:
        self._inner = inner
        self._price = price
        self._limit = limit_usd
        self.spent_usd = spent_usd

    @property
    def name(self) -> str:
        """The model's."""
        return self._inner.name

    def ask(self, request: Request) -> Reply:
        """Ask where the money is there for the dearest answer.

        Raises: Refused with the reason "budget"; what the model raises.
        """
        tokens = estimated_tokens(request)
        most = self._price.cost(tokens, request.max_tokens)
        if self.spent_usd + most > self._limit:
            raise Refused(
                f"the money limit of ${self._limit:.2f} stops here: ${self.spent_usd:.4f} is spent, and the next call to "
                f"{self.name} could cost ${most:.4f}; raise it with --budget-usd",
                reason="budget",
            )
        try:
            reply = self._inner.ask(request)
        except NotBilledError:
            raise
        except RetryableError:
            self.spent_usd += most  # a call that timed out may have been worked on and billed
            raise
        cost = most if self._is_silent(reply) else self._price.cost(reply.input_tokens, reply.output_tokens)
        self.spent_usd += cost
        return dataclasses.replace(reply, cost_usd=round(cost, 8))

    @staticmethod
    def _is_silent(reply: Reply) -> bool:
        return reply.input_tokens == 0 and reply.output_tokens == 0  # some servers do not count


def estimated_tokens(request: Request) -> int:
    """Guess high how many tokens a request has."""
    said = json.dumps(to_plain(request), ensure_ascii=False)
    return math.ceil(len(said.encode()) / _BYTES_PER_TOKEN) + _OVERHEAD
