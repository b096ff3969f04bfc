"""One conversation with a model: turns, what ends it, and whether it says the same again."""

from dataclasses import dataclass

from botyard.errors import Refused
from botyard.ports import LanguageModel, Progress
from botyard.records.conversation import Message, Reply, Request, Tool

TASK = "designer"
LONGEST = 900.0  # seconds of answers, all conversations of a design together

_ENDS = {
    "length": "its answer was cut at max_tokens ({limit}); asking again would be cut again",
    "filtered": "its answer was stopped by the service's filter",
    "refused": "it declined to answer",
}


class EndedError(Exception):
    """Nothing more can be had from the model; the message says why."""


@dataclass
class Clock:
    """Seconds that answers took, as they were measured: a repeated run ends where the first one did."""

    left: float = LONGEST
    progress: Progress | None = None

    def has_answered(self, seconds: float) -> None:
        """Take the time of an answer off, and show that it came."""
        self.left -= seconds
        if self.progress is not None:
            self.progress.advance(TASK)


class Talk:
    """A conversation in which every answer is a call of one of the tools."""

    def __init__(
        self, model: LanguageModel, purpose: str, system: str, opening: str, tools: tuple[Tool, ...], max_tokens: int,
        clock: Clock,
    ) -> None:  # fmt: skip
        self.purpose = purpose
        self.replies: list[Reply] = []
        self._model = model
        self._system = system
        self._messages = [Message("user", opening)]
        self._tools = tools
        self._max_tokens = max_tokens
        self._clock = clock

    def answer(self) -> Reply:
        """Ask for the next answer.

        Raises: EndedError when no usable answer can come any more; what the model raises but for the money limit.
        """
        if self._clock.left <= 0.0:
            raise EndedError(f"its answers took over {LONGEST:.0f} s")
        request = Request(self.purpose, self._system, tuple(self._messages), self._tools, self._max_tokens)
        try:
            reply = self._model.ask(request)
        except Refused as e:
            if e.reason != "budget":
                raise
            raise EndedError(str(e)) from e
        self._clock.has_answered(reply.seconds)
        self.replies.append(reply)
        self._messages.append(reply.as_message)
        if reply.stop_reason in _ENDS:
            raise EndedError(_ENDS[reply.stop_reason].format(limit=self._max_tokens))
        return reply

    def tell(self, text: str) -> None:
        """Say something back."""
        self._messages.append(Message("user", text))

    @property
    def has_repeated(self) -> bool:
        """Whether the last two answers are the same."""
        if len(self.replies) < 2:
            return False
        before, now = self.replies[-2:]
        return (before.tool, before.arguments, before.text) == (now.tool, now.arguments, now.text)

    def form_problem(self) -> tuple[str, ...]:
        """Say what is wrong with the form of the last answer; () where it calls a tool that there is."""
        names = [tool.name for tool in self._tools]
        said = self.replies[-1].tool
        if said in names:
            return ()
        what = f"there is no tool {said!r}" if said else "no tool was called with a JSON object"
        return (f"{what}: answer by calling {' or '.join(names)}",)


def as_list(problems: tuple[str, ...]) -> str:
    """All problems in one message."""
    return "Correct all of these and answer again, whole:\n" + "\n".join(f"- {p}" for p in problems)
