"""A LanguageModel that says what a script says, and remembers what it was asked."""

from collections.abc import Callable, Sequence
from typing import Any

from botyard.records.conversation import Reply, Request, StopReason

Answer = Reply | Exception | Callable[[Request], Reply]


class ScriptedModel:
    """One answer per request, by purpose; a script that is over is an error of the test."""

    name = "scripted:model"

    def __init__(self, **script: Sequence[Answer]) -> None:
        self._script = {purpose: list(answers) for purpose, answers in script.items()}
        self.asked: list[Request] = []

    def ask(self, request: Request) -> Reply:
        """Give the next answer of this conversation.

        Raises: the script's own exception; AssertionError when the script is over.
        """
        self.asked.append(request)
        answers = self._script.get(request.purpose, [])
        if not answers:
            raise AssertionError(f"the script has no more answers for {request.purpose}")
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else answer(request)


def call(tool: str, arguments: dict[str, Any], **more: Any) -> Reply:
    """Make a reply that calls a tool."""
    return Reply(model=ScriptedModel.name, tool=tool, arguments=arguments, **more)


def prose(text: str, stop_reason: StopReason = "end", **more: Any) -> Reply:
    """Make a reply that calls no tool."""
    return Reply(model=ScriptedModel.name, text=text, stop_reason=stop_reason, **more)
