"""CloudFormation sets how long and how often a function's events are tried; moto leaves the resource out."""

# ruff: noqa: ARG003  (moto calls with all of these)

from typing import Any

from moto.awslambda.models import lambda_backends
from moto.cloudformation.parsing import get_model_list, get_model_map, get_name_type_map
from moto.core.common_models import CloudFormationModel

_TYPE = "AWS::Lambda::EventInvokeConfig"
_made: list[type] = []  # moto holds subclasses weakly


def missing() -> bool:
    """Whether CloudFormation does not know the resource."""
    return _TYPE not in {model.cloudformation_type() for model in CloudFormationModel.__subclasses__()}


def apply() -> None:
    """Make it known: moto finds resources among the subclasses of its base."""

    class EventInvokeConfig(_EventInvokeConfig, CloudFormationModel):
        """Registered by being there."""

    _made.append(EventInvokeConfig)
    for known in (get_model_list, get_model_map, get_name_type_map):
        known.cache_clear()


class _EventInvokeConfig:
    """The resource; `physical_resource_id` is the function's name."""

    def __init__(self, function: str) -> None:
        self.physical_resource_id = function

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
        return False

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **kwargs: Any
    ) -> Any:
        """Set it on the function."""
        properties = cloudformation_json["Properties"]
        given = {k: v for k, v in properties.items() if k not in ("FunctionName", "Qualifier")}
        for name in ("MaximumEventAgeInSeconds", "MaximumRetryAttempts"):
            if name in given:
                given[name] = int(given[name])
        destinations = given.setdefault("DestinationConfig", {})
        destinations.setdefault("OnSuccess", {})  # moto looks at both
        destinations.setdefault("OnFailure", {})
        backend = lambda_backends[account_id][region_name]
        backend.get_function(properties["FunctionName"]).event_invoke_config.clear()
        backend.put_function_event_invoke_config(properties["FunctionName"], given)
        return cls(properties["FunctionName"])

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Any:
        """Set it anew."""
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str
    ) -> None:
        """Nothing to do: it goes with its function."""

    def is_created(self) -> bool:
        """At once."""
        return True
