"""The three wires: Bedrock's Converse, Anthropic's messages, and the chat completions that OpenAI-compatible servers speak."""

import json
from typing import Any

from botyard.testing.language_model.server import FakeServer, Step, tokens

_BEDROCK_STOPS = {
    "tool": "tool_use", "end": "end_turn", "length": "max_tokens", "filtered": "guardrail_intervened",
    "refused": "content_filtered",
}  # fmt: skip
_BEDROCK_FAULTS = {
    400: "ValidationException", 403: "AccessDeniedException", 404: "ResourceNotFoundException",
    429: "ThrottlingException", 503: "ServiceUnavailableException",
}  # fmt: skip
_ANTHROPIC_STOPS = {
    "tool": "tool_use", "end": "end_turn", "length": "max_tokens", "filtered": "refusal", "refused": "refusal",
}  # fmt: skip
_ANTHROPIC_FAULTS = {401: "authentication_error", 429: "rate_limit_error", 503: "api_error", 529: "overloaded_error"}
_OPENAI_STOPS = {"tool": "tool_calls", "end": "stop", "length": "length", "filtered": "content_filter"}


class BedrockServer(FakeServer):
    """Bedrock Runtime: POST /model/<id>/converse."""

    def answer(self, body: dict[str, Any], step: Step) -> dict[str, Any]:
        """Put a step into Converse's words."""
        content: list[dict[str, Any]] = [{"text": step.text}] if step.text else []
        if step.tool:
            use = {"toolUseId": f"use-{len(self.seen)}", "name": step.tool, "input": step.arguments}
            content.append({"toolUse": use})
        used = {"inputTokens": tokens(body), "outputTokens": tokens(content)}
        return {
            "output": {"message": {"role": "assistant", "content": content}},
            "stopReason": _BEDROCK_STOPS[step.ends],
            "usage": {**used, "totalTokens": sum(used.values())},
            "metrics": {"latencyMs": 1},
        }

    def fault(self, step: Step) -> tuple[dict[str, Any], dict[str, str]]:
        """Give AWS's error."""
        kind = _BEDROCK_FAULTS.get(step.status, "InternalServerException")
        return {"message": step.text or kind}, {"x-amzn-ErrorType": kind}


class AnthropicServer(FakeServer):
    """Anthropic's API: POST /v1/messages."""

    def answer(self, body: dict[str, Any], step: Step) -> dict[str, Any]:
        """Put a step into a message's words."""
        content: list[dict[str, Any]] = [{"type": "text", "text": step.text}] if step.text else []
        if step.tool:
            content.append(
                {"type": "tool_use", "id": f"toolu_{len(self.seen)}", "name": step.tool, "input": step.arguments}
            )
        return {
            "id": f"msg_{len(self.seen)}",
            "type": "message",
            "role": "assistant",
            "model": body.get("model", ""),
            "content": content,
            "stop_reason": _ANTHROPIC_STOPS[step.ends],
            "stop_sequence": None,
            "usage": {"input_tokens": tokens(body), "output_tokens": tokens(content)},
        }

    def fault(self, step: Step) -> tuple[dict[str, Any], dict[str, str]]:
        """Give Anthropic's error."""
        kind = _ANTHROPIC_FAULTS.get(step.status, "invalid_request_error")
        return {"type": "error", "error": {"type": kind, "message": step.text or kind}}, {}


class OpenAIServer(FakeServer):
    """An OpenAI-compatible server: POST /v1/chat/completions."""

    def answer(self, body: dict[str, Any], step: Step) -> dict[str, Any]:
        """Put a step into a completion's words."""
        message: dict[str, Any] = {"role": "assistant", "content": step.text or None}
        if step.tool:
            written = step.arguments if isinstance(step.arguments, str) else json.dumps(step.arguments)
            function = {"name": step.tool, "arguments": written}
            message["tool_calls"] = [{"id": f"call_{len(self.seen)}", "type": "function", "function": function}]
        if step.ends == "refused":
            message |= {"content": None, "refusal": step.text}
        used = {"prompt_tokens": tokens(body), "completion_tokens": tokens(message)}
        return {
            "id": f"chatcmpl-{len(self.seen)}",
            "object": "chat.completion",
            "created": 1,
            "model": body.get("model", ""),
            "choices": [{"index": 0, "message": message, "finish_reason": _OPENAI_STOPS.get(step.ends, "stop")}],
            "usage": {**used, "total_tokens": sum(used.values())},
        }

    def fault(self, step: Step) -> tuple[dict[str, Any], dict[str, str]]:
        """Give OpenAI's error."""
        return {"error": {"message": step.text or "fault", "type": "error", "code": None}}, {}
