"""CloudFormation carries out the transform of SAM templates; moto does not know it."""

import importlib
import json
from typing import Any

import boto3  # type: ignore[import-untyped]
import yaml  # type: ignore[import-untyped]
from moto import mock_aws
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.utils import yaml_tag_constructor

from botyard.testing.aws.clients import client

TRANSFORM = "AWS::Serverless-2016-10-31"
_TEMPLATE = {
    "Transform": TRANSFORM,
    "Resources": {"Any": {"Type": "AWS::Serverless::SimpleTable"}},
}


def missing() -> bool:
    """Whether a serverless table is no table."""
    with mock_aws():
        stacks = client("cloudformation")
        stacks.create_stack(StackName="any", TemplateBody=json.dumps(_TEMPLATE))
        return not client("dynamodb").list_tables()["TableNames"]


def apply() -> None:
    """Translate with the translator that AWS publishes, wherever a template comes in."""
    stock_stack, stock_change_set = CloudFormationBackend.create_stack, CloudFormationBackend.create_change_set

    def create_stack(
        self: CloudFormationBackend, name: str, template: str, parameters: dict[str, str], *rest: Any, **named: Any
    ) -> Any:
        return stock_stack(self, name, translate(template, parameters, self.region_name), parameters, *rest, **named)

    def create_change_set(self: CloudFormationBackend, *rest: Any, **named: Any) -> Any:
        named["template"] = translate(named["template"], named.get("parameters") or {}, self.region_name)
        return stock_change_set(self, *rest, **named)

    CloudFormationBackend.create_stack = create_stack  # type: ignore[method-assign]
    CloudFormationBackend.create_change_set = create_change_set  # type: ignore[method-assign]


def translate(template: str, parameters: dict[str, str], region: str) -> str:
    """Return the template in CloudFormation's own resources, as JSON; one without the transform as it is."""
    read = yaml.load(template, Loader=_Loader)  # noqa: S506  (a safe loader with short forms)
    transforms = read.get("Transform", [])
    if TRANSFORM not in ([transforms] if isinstance(transforms, str) else transforms):
        return template
    known = {name: str(each.get("Default", "")) for name, each in read.get("Parameters", {}).items()}
    managed = {"AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
    parser = importlib.import_module("samtranslator.parser.parser").Parser()
    translator = importlib.import_module("samtranslator.translator.translator").Translator(
        managed, parser, boto_session=boto3.Session(region_name=region)
    )
    plain = translator.translate(sam_template=read, parameter_values=known | parameters)
    plain.pop("Transform", None)
    return json.dumps(plain, default=str)


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads the short forms of CloudFormation's functions."""


_Loader.add_multi_constructor("", yaml_tag_constructor)
