"""A stack that a change set makes has outputs; in moto it has none."""

# ruff: noqa: SLF001  (a patch reaches into what it changes)

import json

from moto import mock_aws
from moto.cloudformation.models import CloudFormationBackend

from botyard.testing.aws.clients import client
from botyard.testing.aws.patches.rollback import find

_TEMPLATE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"Any": {"Value": "said"}}})


def missing() -> bool:
    """Whether the outputs are lost."""
    with mock_aws():
        stacks = client("cloudformation")
        stacks.create_change_set(StackName="any", ChangeSetName="any", ChangeSetType="CREATE", TemplateBody=_TEMPLATE)
        stacks.execute_change_set(StackName="any", ChangeSetName="any")
        return not stacks.describe_stacks(StackName="any")["Stacks"][0].get("Outputs")


def apply() -> None:
    """Read the stack's template again once the change set is carried out."""
    stock = CloudFormationBackend.execute_change_set

    def execute_change_set(self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None) -> None:
        stock(self, change_set_name, stack_name)
        change_set = find(self, change_set_name, stack_name)
        stack = change_set.stack
        stack.template = change_set.template
        stack._parse_template()
        stack.resource_map._template = stack.template_dict
        stack.output_map = stack._create_output_map()

    CloudFormationBackend.execute_change_set = execute_change_set  # type: ignore[method-assign]
