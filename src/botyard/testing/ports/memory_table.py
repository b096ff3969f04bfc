"""A DynamoDB table in memory, as far as a fleet needs one: the operations and conditions that DynamoFleet sends."""

import copy
import threading
from collections.abc import Mapping
from typing import Any

from botyard.adapters.fleet_store.dynamodb_wire import ConditionFailedError

Item = dict[str, dict[str, Any]]


class MemoryTable:
    """Stands where `Wire.call` stands. Shared by threads."""

    def __init__(self) -> None:
        self._items: dict[tuple[str, str], Item] = {}
        self._lock = threading.Lock()

    def call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out an operation. Raises: ConditionFailedError."""
        with self._lock:
            answer: dict[str, Any] = getattr(self, f"_{operation}")(parameters)
            return copy.deepcopy(answer)

    def _GetItem(self, parameters: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802  (the service's name)
        item = self._items.get(_place(parameters["Key"]))
        return {} if item is None else {"Item": item}

    def _Query(self, parameters: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        values = parameters["ExpressionAttributeValues"]
        pk, first, last = (values[name]["S"] for name in (":pk", ":first", ":last"))
        found = [item for place, item in sorted(self._items.items()) if place[0] == pk and first <= place[1] <= last]
        return {"Items": found[: parameters.get("Limit", len(found))]}

    def _PutItem(self, parameters: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._demand(parameters["Item"], parameters)
        self._items[_place(parameters["Item"])] = copy.deepcopy(parameters["Item"])
        return {}

    def _UpdateItem(self, parameters: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._demand(parameters["Key"], parameters)
        item = self._items.setdefault(_place(parameters["Key"]), dict(parameters["Key"]))
        values = parameters["ExpressionAttributeValues"]
        words = parameters["UpdateExpression"].replace("=", " ").split()
        for verb, name, value in zip(words, words[1:], [*words[2:], ""], strict=False):
            if verb == "SET":
                item[name] = values[value]
            elif verb == "REMOVE":
                item.pop(name, None)
            elif verb == "ADD":
                item[name] = {"N": str(int(item.get(name, {"N": "0"})["N"]) + int(values[value]["N"]))}
        return {"Attributes": item}

    def _DeleteItem(self, parameters: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._demand(parameters["Key"], parameters)
        self._items.pop(_place(parameters["Key"]), None)
        return {}

    def _BatchWriteItem(self, parameters: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        for requests in parameters["RequestItems"].values():
            for one in requests:
                self._items.pop(_place(one["DeleteRequest"]["Key"]), None)
        return {}

    def _TransactWriteItems(self, parameters: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        writes = [next(iter(one.items())) for one in parameters["TransactItems"]]
        reasons = tuple(
            "None" if self._holds(one.get("Item") or one["Key"], one) else "ConditionalCheckFailed" for _, one in writes
        )
        if set(reasons) != {"None"}:
            raise ConditionFailedError("a condition failed", reasons)
        for kind, one in writes:
            getattr(self, f"_{kind}Item")(one)
        return {}

    def _demand(self, key: Item, parameters: Mapping[str, Any]) -> None:
        if not self._holds(key, parameters):
            raise ConditionFailedError("the condition failed")

    def _holds(self, key: Item, parameters: Mapping[str, Any]) -> bool:
        condition = parameters.get("ConditionExpression", "")
        item = self._items.get(_place(key))
        if condition == "attribute_not_exists(pk)":
            return item is None
        pairs = [part.split(" = ") for part in condition.split(" AND ")] if condition else []
        values = parameters.get("ExpressionAttributeValues", {})
        return all(item is not None and item.get(name) == values[value] for name, value in pairs)


def _place(key: Mapping[str, Any]) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]
