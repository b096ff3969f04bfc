"""One DynamoDB table: reading, writing, and queries that go on until all is read. Standard library only."""

from collections.abc import Callable, Mapping
from typing import Any

from botyard.adapters.fleet_store.dynamodb_items import key

Call = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""An operation and its parameters, such as Wire.call."""


class Table:
    """A table with the keys pk and sk."""

    def __init__(self, call: Call, name: str) -> None:
        self.call = call
        self.name = name

    def get(self, pk: str, sk: str) -> dict[str, Any] | None:
        """Read an item as it is now, or None."""
        answer = self.call("GetItem", {"TableName": self.name, "Key": key(pk, sk), "ConsistentRead": True})
        item: dict[str, Any] | None = answer.get("Item")
        return item

    def query(
        self, pk: str, first: str = " ", last: str = "~", *, names: str = "", most: int = 0
    ) -> list[dict[str, Any]]:
        """Read the items of a partition whose sort keys lie between two, in order."""
        parameters: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": {":pk": {"S": pk}, ":first": {"S": first}, ":last": {"S": last}},
            "ConsistentRead": True,
        }
        if names:
            parameters["ProjectionExpression"] = names
        if most:
            parameters["Limit"] = most
        found: list[dict[str, Any]] = []
        while True:
            answer = self.call("Query", parameters)
            found += answer["Items"]
            if most or "LastEvaluatedKey" not in answer:
                return found
            parameters["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def transact(self, writes: list[dict[str, dict[str, Any]]]) -> None:
        """Carry out all writes or none; each is billed twice."""
        self.call("TransactWriteItems", {"TransactItems": writes})

    def put(self, item: Mapping[str, Any], condition: str = "", **more: Any) -> dict[str, dict[str, Any]]:
        """Make the write of a whole item, for a transaction; alone it is what stands under "Put"."""
        made = {"TableName": self.name, "Item": item, **more}
        return {"Put": made | ({"ConditionExpression": condition} if condition else {})}
