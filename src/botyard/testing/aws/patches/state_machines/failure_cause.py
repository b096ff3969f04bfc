"""SendTaskFailure carries an error and its cause; moto drops the cause."""

from types import SimpleNamespace
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.stepfunctions.responses import StepFunctionResponse


def missing() -> bool:
    """Whether the cause does not reach the state machine."""
    heard: dict[str, Any] = {}
    asked = SimpleNamespace(
        _get_param=lambda name: name,
        stepfunction_backend=SimpleNamespace(send_task_failure=lambda _token, **words: heard.update(words)),
    )
    StepFunctionResponse.send_task_failure(asked)  # type: ignore[arg-type]
    return "cause" not in heard


def apply() -> None:
    """Hand both on."""
    StepFunctionResponse.send_task_failure = _send_task_failure  # type: ignore[method-assign]


def _send_task_failure(self: StepFunctionResponse) -> ActionResult:
    backend: Any = self.stepfunction_backend
    backend.send_task_failure(
        self._get_param("taskToken"), error=self._get_param("error"), cause=self._get_param("cause")
    )
    return EmptyResult()
