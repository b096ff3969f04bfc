"""A cluster's own strategy says where its tasks run; moto does not read it from a template."""

import json
from typing import Any

from moto import mock_aws
from moto.ecs.models import Cluster

from botyard.testing.aws.clients import client

_STRATEGY = {"CapacityProvider": "FARGATE", "Weight": 1}
_TEMPLATE = {
    "Resources": {
        "Any": {
            "Type": "AWS::ECS::Cluster",
            "Properties": {
                "ClusterName": "any",
                "CapacityProviders": ["FARGATE"],
                "DefaultCapacityProviderStrategy": [_STRATEGY],
            },
        }
    }
}


def missing() -> bool:
    """Whether the strategy is lost."""
    with mock_aws():
        client("cloudformation").create_stack(StackName="any", TemplateBody=json.dumps(_TEMPLATE))
        (made,) = client("ecs").describe_clusters(clusters=["any"])["clusters"]
        return not made.get("defaultCapacityProviderStrategy")


def apply() -> None:
    """Give it to the cluster, spelled as the API spells it."""
    cluster: Any = Cluster
    stock = cluster.create_from_cloudformation_json.__func__

    def create(cls: type[Cluster], resource_name: str, cloudformation_json: Any, *rest: Any, **named: Any) -> Cluster:
        properties = cloudformation_json.get("Properties", {})
        made: Cluster = stock(cls, resource_name, cloudformation_json, *rest, **named)
        made.capacity_providers = properties.get("CapacityProviders")
        made.default_capacity_provider_strategy = [
            {"capacityProvider": each["CapacityProvider"], "weight": each.get("Weight", 0)}
            for each in properties.get("DefaultCapacityProviderStrategy", [])
        ]
        return made

    cluster.create_from_cloudformation_json = classmethod(create)
