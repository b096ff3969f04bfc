"""What is said to a language model and what it answers: requests, replies, and what they cost."""

from dataclasses import dataclass, field
from typing import Any, Literal

StopReason = Literal["tool", "end", "length", "filtered", "refused", "other"]
"""Why a reply ends: a tool was called, the model was done, cut at max_tokens, stopped by a guardrail, declined."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One form in which a model may answer; `schema` is the JSON Schema of its arguments."""

    name: str
    description: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. The model's holds what it called or wrote; a person's that follows a call is the answer to it."""

    role: Literal["user", "model"]
    text: str = ""
    tool: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model. Where there are tools, it must answer by calling one of them."""

    purpose: str  # which conversation of the run, such as "designer" or "witness"; names its files
    system: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    max_tokens: int = 8_000


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `arguments` are what the model wrote, unchecked; `tool` is empty where it called none."""

    model: str
    tool: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    stop_reason: StopReason = "tool"
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0

    @property
    def as_message(self) -> Message:
        """The reply as a turn of the conversation."""
        return Message("model", text=self.text, tool=self.tool, arguments=self.arguments)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its reply, as `conversations/<purpose>-<n>.json` keeps it; secrets are cut out of both."""

    request_hash: str  # of the request as kept
    request: Request
    reply: Reply


@dataclass(frozen=True, slots=True)
class Usage:
    """What one conversation of a run cost, all its calls together."""

    purpose: str
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    seconds: float


def usage(purpose: str, replies: list[Reply]) -> Usage:
    """Add the replies of one conversation up; money to a hundredth of a cent's hundredth."""
    return Usage(
        purpose=purpose,
        model=replies[-1].model if replies else "",
        calls=len(replies),
        input_tokens=sum(r.input_tokens for r in replies),
        output_tokens=sum(r.output_tokens for r in replies),
        cost_usd=round(sum(r.cost_usd for r in replies), 6),
        seconds=round(sum(r.seconds for r in replies), 3),
    )
