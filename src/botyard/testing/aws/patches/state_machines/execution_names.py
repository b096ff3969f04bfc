"""An execution that is started without a name gets one; moto names all of them None."""

import json
import uuid
from typing import Any

from moto import mock_aws
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from botyard.testing.aws.clients import client

_ROLE = "arn:aws:iam::123456789012:role/any"
_NOTHING = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})


def missing() -> bool:
    """Whether two executions without names get the same one."""
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        states = client("stepfunctions")
        machine = states.create_state_machine(name="any", definition=_NOTHING, roleArn=_ROLE)["stateMachineArn"]
        try:
            started = [states.start_execution(stateMachineArn=machine)["executionArn"] for _ in range(2)]
        except states.exceptions.ExecutionAlreadyExists:  # the first one had ended already
            return True
        return len(set(started)) == 1


def apply() -> None:
    """Draw a name as AWS does."""
    stock = StepFunctionsParserBackend.start_execution

    def start_execution(
        self: StepFunctionsParserBackend, state_machine_arn: str, name: str | None = None, *rest: Any, **named: Any
    ) -> Any:
        return stock(self, state_machine_arn, name or str(uuid.uuid4()), *rest, **named)

    StepFunctionsParserBackend.start_execution = start_execution  # type: ignore[method-assign]
