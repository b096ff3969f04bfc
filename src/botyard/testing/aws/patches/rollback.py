"""A new stack that cannot be made is taken back, and says why; in moto the half of it stays."""

# ruff: noqa: SLF001  (a patch reaches into what it changes)

import json
from typing import Any

from moto import mock_aws
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.parsing import ResourceMap

from botyard.testing.aws import control
from botyard.testing.aws.clients import client

_IMPOSSIBLE = {
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "any"}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "DependsOn": "Topic",
            "Properties": {
                "Code": {"S3Bucket": "there-is-none", "S3Key": "none"},
                "Handler": "a.b",
                "Role": "arn:aws:iam::123456789012:role/any",
                "Runtime": "python3.12",
            },
        },
    }
}


def missing() -> bool:
    """Whether the stack ends otherwise than rolled back."""
    with mock_aws():
        stacks = client("cloudformation")
        stacks.create_change_set(
            StackName="any", ChangeSetName="any", ChangeSetType="CREATE", TemplateBody=json.dumps(_IMPOSSIBLE)
        )
        try:
            stacks.execute_change_set(StackName="any", ChangeSetName="any")
        except Exception:  # noqa: BLE001  (the resource's own error comes out, in whatever words)
            return True
        (stack,) = stacks.describe_stacks(StackName="any")["Stacks"]
        return bool(stack["StackStatus"] != "ROLLBACK_COMPLETE")


def apply() -> None:
    """Delete what was made, and keep the stack as a record of its failure."""
    _delete_what_is_gone()
    stock = CloudFormationBackend.execute_change_set

    def execute_change_set(self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None) -> None:
        change_set = find(self, change_set_name, stack_name)
        if change_set.change_set_type != "CREATE":
            stock(self, change_set_name, stack_name)
            return
        stack = change_set.stack
        fault = control.take(control.STACKS, stack.name)
        try:
            stock(self, change_set_name, stack_name)
            if fault is None:
                return
            why = fault.code
        except Exception as e:  # noqa: BLE001  (whatever a resource raises)
            why = str(e) or type(e).__name__
        stack.resource_map.delete()
        stack.output_map = type(stack.output_map)(stack.resource_map, {}, stack.stack_id)
        change_set.execution_status = "EXECUTE_FAILED"
        stack.status, stack.status_reason = "ROLLBACK_COMPLETE", why
        for status in ("CREATE_FAILED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"):
            stack._add_stack_event(status, resource_status_reason=why)

    CloudFormationBackend.execute_change_set = execute_change_set  # type: ignore[method-assign]


def _delete_what_is_gone() -> None:
    """Let it be no error that a resource went with another one, such as a function's permission with the function."""
    stock = ResourceMap._delete_resource

    def delete_resource(self: ResourceMap, parsed_resource: Any, resource_json: dict[str, Any]) -> None:
        try:
            stock(self, parsed_resource, resource_json)
        except Exception as e:
            if not any(words in str(e).lower() for words in ("not found", "notfound", "does not exist")):
                raise

    ResourceMap._delete_resource = delete_resource  # type: ignore[method-assign]


def find(backend: CloudFormationBackend, name: str, stack_name: str | None) -> Any:
    """Return a change set by its ARN, or by its name and its stack's name or ARN."""
    for arn, change_set in backend.change_sets.items():
        its: Any = change_set
        if name == arn or (
            name == its.change_set_name and stack_name in (None, "", its.stack.name, its.stack.stack_id)
        ):
            return its
    raise KeyError(name)
