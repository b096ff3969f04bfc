"""CloudFormation gives a function its URL; moto leaves the resource out without a word."""

# ruff: noqa: ARG003  (moto calls with all of these)

from typing import Any

from moto.awslambda.models import lambda_backends
from moto.cloudformation.parsing import get_model_list, get_model_map, get_name_type_map
from moto.core.common_models import CloudFormationModel

_TYPE = "AWS::Lambda::Url"
_made: list[type] = []  # moto holds subclasses weakly


def missing() -> bool:
    """Whether CloudFormation does not know the resource."""
    return _TYPE not in {model.cloudformation_type() for model in CloudFormationModel.__subclasses__()}


def apply() -> None:
    """Make it known: moto finds resources among the subclasses of its base."""

    class FunctionUrl(_FunctionUrl, CloudFormationModel):
        """Registered by being there."""

    _made.append(FunctionUrl)
    for known in (get_model_list, get_model_map, get_name_type_map):
        known.cache_clear()


class _FunctionUrl:
    """The resource; `physical_resource_id` is the function's ARN, as on AWS."""

    def __init__(self, arn: str, url: str) -> None:
        self.physical_resource_id = arn
        self._url = url

    @staticmethod
    def cloudformation_name_type() -> str:
        """None: it has no name of its own."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """As templates call it."""
        return _TYPE

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Whether there is such an attribute."""
        return attr in ("FunctionUrl", "FunctionArn")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """One of those attributes."""
        return self._url if attribute_name == "FunctionUrl" else self.physical_resource_id

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **kwargs: Any
    ) -> Any:
        """Give the function its URL."""
        properties = cloudformation_json["Properties"]
        made = lambda_backends[account_id][region_name].create_function_url_config(
            properties["TargetFunctionArn"], {"AuthType": properties["AuthType"]}
        )
        return cls(made.function.function_arn, made.url)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Any:
        """Keep it: nothing of it changes but who may call."""
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str
    ) -> None:
        """Take it away; it may have gone with its function."""
        lambda_backends[account_id][region_name].delete_function_url_config(resource_name)

    def is_created(self) -> bool:
        """At once."""
        return True
