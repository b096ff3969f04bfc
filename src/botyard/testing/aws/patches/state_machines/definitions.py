"""A state machine's definition may lie in S3 and have gaps to fill; moto reads neither."""

import json
from typing import Any

from moto.s3.models import s3_backends
from moto.stepfunctions.models import StateMachine
from moto.utilities.utils import get_partition

from botyard.testing.aws.clients import client


def missing() -> bool:
    """Whether a gap stays open."""
    from moto import mock_aws

    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "StateMachineName": "any",
            "RoleArn": "arn:aws:iam::123456789012:role/any",
            "DefinitionString": json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed", "Comment": "${gap}"}}}),
            "DefinitionSubstitutions": {"gap": "filled"},
        },
    }
    with mock_aws():
        client("cloudformation").create_stack(
            StackName="any", TemplateBody=json.dumps({"Resources": {"Machine": machine}})
        )
        states = client("stepfunctions")
        arn = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
        return "filled" not in states.describe_state_machine(stateMachineArn=arn)["definition"]


def apply() -> None:
    """Read it and fill it before the machine is made or changed."""
    for name in ("create_from_cloudformation_json", "update_from_cloudformation_json"):
        setattr(StateMachine, name, classmethod(_with_definition(getattr(StateMachine, name).__func__)))


def _with_definition(stock: Any) -> Any:
    def made(cls: type[StateMachine], *parts: Any, **named: Any) -> Any:
        values = (*parts, *named.values())
        resource = next(v for v in values if isinstance(v, dict) and isinstance(v.get("Properties"), dict))
        account = named.get("account_id") or parts[-2]
        region = named.get("region_name") or parts[-1]
        resource["Properties"]["DefinitionString"] = _definition(resource["Properties"], account, region)
        return stock(cls, *parts, **named)

    return made


def _definition(properties: dict[str, Any], account: str, region: str) -> str:
    place = properties.get("DefinitionS3Location")
    if "DefinitionString" in properties:
        text = str(properties["DefinitionString"])
    elif place:
        stored: Any = s3_backends[account][get_partition(region)].get_object(place["Bucket"], place["Key"])
        text = stored.value.decode()
    else:
        text = json.dumps(properties["Definition"])
    for name, value in (properties.get("DefinitionSubstitutions") or {}).items():
        text = text.replace(f"${{{name}}}", str(value))
    return text
