"""The fleet's table: DynamoDB's own operations, with the credentials of a function or of a profile."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from botyard.adapters.fleet_store.dynamodb import DynamoFleet
from botyard.adapters.fleet_store.dynamodb_wire import Credentials, Wire, environment_credentials
from botyard.apps.aws import place
from botyard.errors import UserError

Item = dict[str, Any]


class AwsFleet(DynamoFleet):
    """The FleetStore port on this environment's table; closed like a file, though nothing is open."""

    def close(self) -> None:
        """Nothing: the connection is kept for the next one."""


def open_fleet() -> AwsFleet:
    """Open the fleet of this environment. Raises: NotFound when nothing is deployed."""
    return AwsFleet(call, place.here().table)


def call(operation: str, parameters: Mapping[str, Any]) -> Item:
    """Carry out an operation of DynamoDB. Raises: what the wire raises."""
    return _wire().call(operation, parameters)


def connect() -> None:
    """Make ready what the first operation needs; nothing is asked yet."""
    _wire()


def reconnect() -> None:
    """Begin with a new connection: one that a frozen function kept may be dead, and a write on it would be lost."""
    _wire().close()


def get(pk: str, sk: str) -> Item | None:
    """Read an item, or None."""
    answer = call("GetItem", {"TableName": place.here().table, "Key": key(pk, sk), "ConsistentRead": True})
    item: Item | None = answer.get("Item")
    return item


def put(pk: str, sk: str, attributes: Mapping[str, str | int], *, condition: str = "") -> None:
    """Write an item. Raises: ConditionFailedError."""
    parameters: Item = {"TableName": place.here().table, "Item": {**key(pk, sk), **_typed(attributes)}}
    if condition:
        parameters["ConditionExpression"] = condition
    call("PutItem", parameters)


def change(pk: str, sk: str, attributes: Mapping[str, str | int], *, condition: str, **given: str | int) -> Item:
    """Set attributes of an item and return it whole; `given` are the values named :so in the condition.

    Raises: ConditionFailedError.
    """
    names = {f"#{i}": name for i, name in enumerate(attributes)}
    parameters: Item = {
        "TableName": place.here().table,
        "Key": key(pk, sk),
        "UpdateExpression": "SET " + ", ".join(f"#{i} = :v{i}" for i in range(len(names))),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": _typed({f":v{i}": v for i, v in enumerate(attributes.values())})
        | _typed({f":{name}": value for name, value in given.items()}),
        "ConditionExpression": condition,
        "ReturnValues": "ALL_NEW",
    }
    found: Item = call("UpdateItem", parameters)["Attributes"]
    return found


def remove(pk: str, sk: str) -> None:
    """Delete an item; none there is no error."""
    call("DeleteItem", {"TableName": place.here().table, "Key": key(pk, sk)})


def count(name: str) -> int:
    """Return the next number of a count, 1 at first."""
    answer = call(
        "UpdateItem",
        {
            "TableName": place.here().table,
            "Key": key("count", name),
            "UpdateExpression": "ADD k :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
            "ReturnValues": "UPDATED_NEW",
        },
    )
    return int(answer["Attributes"]["k"]["N"])


def newest(pk: str, most: int) -> list[Item]:
    """Read the last items of a partition, in order."""
    parameters = {
        "TableName": place.here().table,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": pk}},
        "ScanIndexForward": False,
        "Limit": most,
        "ConsistentRead": True,
    }
    found: list[Item] = call("Query", parameters)["Items"]
    return found[::-1]


def text(item: Mapping[str, Any], name: str) -> str:
    """Return a text attribute, "" where there is none."""
    return str(item.get(name, {}).get("S", ""))


def number(item: Mapping[str, Any], name: str) -> int:
    """Return a number, 0 where there is none."""
    return int(item.get(name, {}).get("N", 0))


def key(pk: str, sk: str) -> Item:
    """Make a primary key."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _typed(attributes: Mapping[str, str | int]) -> Item:
    return {k: {"N": str(v)} if isinstance(v, int) else {"S": v} for k, v in attributes.items()}


@cache
def _wire() -> Wire:
    endpoint = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB") or os.environ.get("AWS_ENDPOINT_URL", "")
    in_function = "AWS_LAMBDA_FUNCTION_NAME" in os.environ
    return Wire(place.region(), environment_credentials if in_function else _profile_credentials, endpoint)


def _profile_credentials() -> Credentials:
    import boto3  # type: ignore[import-untyped]

    found = _session(boto3).get_credentials()
    if found is None:
        raise UserError("AWS has no credentials here: run aws configure, or set AWS_PROFILE")
    now = found.get_frozen_credentials()  # refreshed where they run out
    return Credentials(now.access_key, now.secret_key, now.token or "")


@cache
def _session(boto3: Any) -> Any:
    return boto3.session.Session()
