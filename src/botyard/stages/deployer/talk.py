"""One conversation with a model that ends in an answer, or in a reason why there is none."""

import importlib.resources
from collections.abc import Callable
from typing import TypeVar

from botyard.errors import Refused, RetryableError
from botyard.ports import LanguageModel
from botyard.records.conversation import Message, Reply, Request, Tool

T = TypeVar("T")

_ENDED = {
    "filtered": "the model's guardrail stopped it",
    "refused": "the model declined",
}


def prompt(name: str) -> str:
    """Return a prompt of this stage."""
    return importlib.resources.files(__package__).joinpath("prompts", name).read_text(encoding="utf-8")


def converse(
    model: LanguageModel,
    purpose: str,
    system: str,
    question: str,
    tool: Tool,
    judge: Callable[[Reply], str],
    *,
    tries: int,
    max_tokens: int = 4_000,
) -> tuple[int, str]:
    """Ask until `judge` has nothing to say back; return the number of calls, and why it stopped early or "".

    It stops at an answer that comes back unchanged, at the model's refusal, and at the money limit.

    Raises: UserError of the model, such as a recording that does not fit.
    """
    messages: tuple[Message, ...] = (Message("user", question),)
    last = None
    for call in range(1, tries + 1):
        try:
            reply = model.ask(Request(purpose, system, messages, (tool,), max_tokens))
        except (Refused, RetryableError) as e:
            return call - 1, str(e)
        if reply.stop_reason in _ENDED:
            return call, _ENDED[reply.stop_reason]
        wrong = "the answer was cut; write it shorter" if reply.stop_reason == "length" else judge(reply)
        if not wrong:
            return call, ""
        if (reply.tool, reply.arguments, reply.text) == last:
            return call, "the model repeated itself"
        last = (reply.tool, reply.arguments, reply.text)
        messages = (*messages, reply.as_message, Message("user", wrong))
    return tries, f"{tries} tries were not enough"
