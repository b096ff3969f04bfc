"""Service integrations of Step Functions take `PascalCase` parameters; moto hands them to boto3 as they are."""

# ruff: noqa: SLF001  (a patch reaches into what it changes)

import datetime as dt
import functools
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceARN,
    ServiceResource,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_ecs import (
    StateTaskServiceEcs,
)

from botyard.testing.aws.clients import client


def missing() -> bool:
    """Whether a parameter stays as the definition spells it."""
    service = StateTaskServiceEcs()  # type: ignore[no-untyped-call]
    service.resource = ServiceResource(ResourceARN.from_arn("arn:aws:states:::ecs:runTask"))
    parameters = {"Cluster": "any"}
    service._normalise_parameters(parameters)
    return parameters == {"Cluster": "any"}


def apply() -> None:
    """Spell parameters and responses as the service's own model does; moto brings the helpers along unused."""
    StateTaskService._normalise_parameters = _normalise_parameters  # type: ignore[method-assign]
    StateTaskService._normalise_response = _normalise_response  # type: ignore[method-assign]


@functools.cache
def _shapes(service: str, action: str) -> tuple[Any, Any]:
    meta = client(service).meta
    operation = meta.service_model.operation_model(meta.method_to_api_mapping[action])
    return operation.input_shape, operation.output_shape


def _normalise_parameters(
    self: StateTaskService,
    parameters: dict[str, Any],
    boto_service_name: str | None = None,
    service_action_name: str | None = None,
) -> None:
    names = (self._get_boto_service_name(boto_service_name), self._get_boto_service_action(service_action_name))
    shape, _ = _shapes(*names)
    if shape is not None:
        self._to_boto_request(parameters, shape)


def _normalise_response(
    self: StateTaskService,
    response: Any,
    boto_service_name: str | None = None,
    service_action_name: str | None = None,
) -> None:
    names = (self._get_boto_service_name(boto_service_name), self._get_boto_service_action(service_action_name))
    _, shape = _shapes(*names)
    if shape is not None:
        self._from_boto_response(response, shape)
    if isinstance(response, dict):
        plain = {key: _plain(value) for key, value in response.items()}
        response.clear()
        response.update(plain)


def _plain(value: Any) -> Any:
    """Turn times into text: what a state returns is JSON."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, dt.datetime) else value
