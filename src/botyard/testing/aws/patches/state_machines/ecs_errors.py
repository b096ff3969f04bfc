"""A task that ECS refuses to start fails by the service's own error, which can be tried again; moto calls it its own."""

# ruff: noqa: SLF001  (a patch reaches into what it changes)

import logging
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError  # type: ignore[import-untyped]
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import ResourceARN, ServiceResource
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_ecs import (
    StateTaskServiceEcs,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

from botyard.testing.aws.clients import client

_OTHERWISE = "ECS.AmazonECSException"  # what the service's own model does not name, such as throttling


def missing() -> bool:
    """Whether the error gets another name."""
    logging.getLogger("moto.stepfunctions").setLevel(logging.ERROR)
    service = StateTaskServiceEcs()  # type: ignore[no-untyped-call]
    service.resource = ServiceResource(ResourceARN.from_arn("arn:aws:states:::ecs:runTask"))
    refused = ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "RunTask")
    state: Any = SimpleNamespace(next_state_name="any", event_history_context=SimpleNamespace(source_event_id=0))
    failed: Any = service._from_error(state, refused)
    return bool(failed.error_name.error_name != _OTHERWISE)


def apply() -> None:
    """Name it as the definition's retries do."""
    service: Any = StateTaskServiceEcs
    stock = service._from_error

    def _from_error(self: StateTaskServiceEcs, env: Any, ex: Exception) -> FailureEvent:
        if not isinstance(ex, ClientError):
            failed: FailureEvent = stock(self, env, ex)
            return failed
        code, text = ex.response["Error"]["Code"], ex.response["Error"].get("Message", "")
        known = {shape.name for shape in client("ecs").meta.service_model.error_shapes}
        name = f"ECS.{code}" if code in known else _OTHERWISE
        details = TaskFailedEventDetails(
            error=name, cause=text, resource=self._get_sfn_resource(), resourceType=self._get_sfn_resource_type()
        )
        return FailureEvent(
            env=env,
            error_name=CustomErrorName(name),
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(taskFailedEventDetails=details),  # type: ignore[typeddict-item]
        )

    service._from_error = _from_error
