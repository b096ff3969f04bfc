"""One conversation with a model that ends in an answer, or in a reason why there is none."""

import importlib.resources
from collections.abc import Callable
from dataclasses import dataclass

from botyard.errors import Refused, RetryableError
from botyard.ports import LanguageModel
from botyard.records.conversation import Message, Reply, Request, Tool

_ENDED = {
    "filtered": "the model's guardrail stopped it",
    "refused": "the model declined",
}


@dataclass(frozen=True, slots=True)
class Talk:
    """How a conversation ended."""

    model: str
    calls: int
    stopped: str  # why it ended without an answer that holds, or ""


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
) -> Talk:
    """Ask until `judge` has nothing to say back.

    It stops at an answer that comes back unchanged, at the model's refusal, and at the money limit.

    Raises: UserError of the model, such as a recording that does not fit.
    """
    name = model.name
    messages: tuple[Message, ...] = (Message("user", question),)
    last = None
    for call in range(1, tries + 1):
        try:
            reply = model.ask(Request(purpose, system, messages, (tool,), max_tokens))
        except (Refused, RetryableError) as e:
            return Talk(name, call - 1, str(e))
        name = reply.model or name  # a recording has the name that was there
        if reply.stop_reason in _ENDED:
            return Talk(name, call, _ENDED[reply.stop_reason])
        wrong = "the answer was cut; write it shorter" if reply.stop_reason == "length" else judge(reply)
        if not wrong:
            return Talk(name, call, "")
        if (reply.tool, reply.arguments, reply.text) == last:
            return Talk(name, call, "the model repeated itself")
        last = (reply.tool, reply.arguments, reply.text)
        messages = (*messages, reply.as_message, Message("user", wrong))
    return Talk(name, tries, f"{tries} tries were not enough")
