"""One request to the vendor and its reply, through pydantic-ai; the vendor's errors become ours."""

import asyncio
import json
import time
from typing import Any

from botyard.adapters.language_model.budget import NotBilledError
from botyard.adapters.language_model.providers import READ_SECONDS, open_model
from botyard.adapters.language_model.setting import KEYS, SETTING, ModelSetting
from botyard.errors import BotyardError, RetryableError, UserError
from botyard.records.conversation import Message, Reply, Request, StopReason

_STOPS: dict[str, StopReason] = {"stop": "end", "length": "length", "content_filter": "filtered", "tool_call": "tool"}
_BUSY = 429
_BROKEN = 500
_SHOWN = 300  # characters of a vendor's error


class VendorModel:
    """The LanguageModel port on pydantic-ai: one attempt, thinking off, a tool forced."""

    def __init__(self, setting: ModelSetting, *, timeout: float = READ_SECONDS) -> None:
        self._setting = setting
        self._timeout = timeout

    @property
    def name(self) -> str:
        """The setting without its address."""
        return self._setting.name

    def ask(self, request: Request) -> Reply:
        """Ask once.

        Raises: RetryableError (NotBilledError where nothing was worked on); UserError when the vendor says no.
        """
        from pydantic_ai import exceptions

        started = time.perf_counter()
        try:
            response = asyncio.run(self._ask(request))
        except exceptions.AgentRunError as e:
            raise self._ours(e) from e
        except exceptions.UserError as e:
            raise UserError(f"{SETTING}={self.name}: {_short(e)}") from e
        except Exception as e:
            if not type(e).__module__.startswith("botocore"):
                raise
            raise UserError(f"{self.name}: {_short(e)} ({self._key_hint()})") from e  # such as no credentials at all
        return self._reply(response, round(time.perf_counter() - started, 3))

    async def _ask(self, request: Request) -> Any:
        from pydantic_ai.direct import model_request
        from pydantic_ai.models import ModelRequestParameters
        from pydantic_ai.settings import ModelSettings

        model = open_model(self._setting, self._timeout)
        settings = ModelSettings(max_tokens=request.max_tokens, request_timeout=self._timeout)
        settings["thinking"] = False  # a model that thinks may not be forced to call a tool
        parameters = ModelRequestParameters()
        if request.tools:
            # without prose a call is forced where the model knows how; some cannot be forced and are asked
            parameters = ModelRequestParameters(function_tools=_tools(request), allow_text_output=False)
        try:
            return await model_request(
                model, _messages(request), model_settings=settings, model_request_parameters=parameters
            )
        finally:
            await _close(model)

    def _reply(self, response: Any, seconds: float) -> Reply:
        calls = [part for part in response.parts if part.part_kind == "tool-call"]
        text = "".join(part.content for part in response.parts if part.part_kind == "text")
        tool, arguments = "", {}
        if calls:
            try:
                tool, arguments = calls[0].tool_name, _arguments(calls[0].args)
            except ValueError:
                tool, text = "", str(calls[0].args)
        return Reply(
            model=self.name,
            tool=tool,
            arguments=arguments,
            text=text,
            stop_reason=_stop_reason(response),
            input_tokens=response.usage.input_tokens,
            output_tokens=response.usage.output_tokens,
            seconds=seconds,
        )

    def _ours(self, error: Exception) -> BotyardError:
        from pydantic_ai import exceptions

        text = f"{self.name}: {_short(error)}"
        status = getattr(error, "status_code", 0)
        if isinstance(error, exceptions.ModelQuotaExceededError):
            return UserError(f"{text} (the account has no money or quota left)")
        if isinstance(error, exceptions.ModelAuthenticationError):
            return UserError(f"{text} ({self._key_hint()})")
        if isinstance(error, exceptions.ModelConnectionError) and not isinstance(error, exceptions.ModelTimeoutError):
            where = self._setting.url or "the vendor's address"
            return NotBilledError(f"{text} Nothing answers at {where}; once it does, botyard pipeline --resume goes on")
        if status == _BUSY or isinstance(error, exceptions.ModelRateLimitError):
            return NotBilledError(f"{text}; the service is busy")
        if status >= _BROKEN or isinstance(error, exceptions.ModelConnectionError | exceptions.ModelServerError):
            refused = status >= _BROKEN or not isinstance(error, exceptions.ModelTimeoutError)
            return NotBilledError(text) if refused else RetryableError(text)
        if isinstance(error, exceptions.ModelRequestTimeout):
            return RetryableError(f"{text}; no answer within {self._timeout:g} s")
        if isinstance(error, exceptions.ContentFilterError):
            return UserError(f"{text} (stopped by the service's own filter)")
        return UserError(text)

    def _key_hint(self) -> str:
        key = KEYS.get(self._setting.provider)
        return f"check {key}" if key else "check AWS_PROFILE or AWS_ACCESS_KEY_ID, AWS_REGION, and the model's access"


def _messages(request: Request) -> list[Any]:
    """Put the conversation into pydantic-ai's words; a person's turn after a call is the answer to it."""
    from pydantic_ai import messages as said

    turns: list[Any] = []
    called: Message | None = None
    for number, message in enumerate(request.messages):
        if message.role == "model":
            parts: list[Any] = [said.TextPart(message.text)] if message.text else []
            if message.tool:
                parts.append(said.ToolCallPart(message.tool, message.arguments, tool_call_id=f"call-{number}"))
            turns.append(said.ModelResponse(parts=parts))
            called = message if message.tool else None
            continue
        part: Any = said.UserPromptPart(message.text)
        if called is not None:
            part = said.ToolReturnPart(called.tool, message.text, tool_call_id=f"call-{number - 1}")
            called = None
        turns.append(said.ModelRequest(parts=[part]))
    first = turns[0]
    first.parts = [said.SystemPromptPart(request.system), *first.parts]
    return turns


def _tools(request: Request) -> list[Any]:
    from pydantic_ai.tools import ToolDefinition

    return [
        ToolDefinition(name=t.name, description=t.description, parameters_json_schema=t.schema, strict=False)
        for t in request.tools
    ]


def _arguments(raw: Any) -> dict[str, Any]:
    value = json.loads(raw, parse_constant=_refuse) if isinstance(raw, str) else raw
    if not isinstance(value, dict):
        raise ValueError("arguments are a JSON object")  # noqa: TRY004 -- one kind of error for the caller
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _stop_reason(response: Any) -> StopReason:
    details = response.provider_details or {}
    if details.get("refusal") or details.get("finish_reason") == "refusal":
        return "refused"
    return _STOPS.get(response.finish_reason or "", "other")


def _short(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


async def _close(model: Any) -> None:
    client = getattr(model, "client", None)
    close = getattr(client, "close", None)
    done = close() if close is not None else None
    if asyncio.iscoroutine(done):
        await done
