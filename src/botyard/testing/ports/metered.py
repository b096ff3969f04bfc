"""What calls to DynamoDB would be billed: units by the documented sizes, whatever the emulator thinks of it.

Source: AWS, "DynamoDB read and write operations" and "DynamoDB item sizes and formats": a write unit is 1 KB of the whole item, a strongly
consistent read unit 4 KB; in a transaction each counts twice; a refused conditional write is billed as one.
"""

import base64
from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from botyard.adapters.fleet_store.dynamodb_wire import ConditionFailedError

KIB = 1024


class Meter:
    """A wire that counts."""

    def __init__(self, call: Callable[[str, Mapping[str, Any]], dict[str, Any]]) -> None:
        self._call = call
        self.write_units = 0
        self.read_units = 0
        self.n_writes = 0
        self.n_reads = 0

    def __call__(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out an operation and count it."""
        try:
            answer = self._call(operation, parameters)
        except ConditionFailedError:
            self.n_writes += 1
            self.write_units += self._units(operation, parameters)
            raise
        if operation in ("GetItem", "Query"):
            self.n_reads += 1
            found = [answer["Item"]] if "Item" in answer else answer.get("Items", [])
            self.read_units += max(1, ceil(sum(map(item_bytes, found)) / (4 * KIB)))
        else:
            self.n_writes += 1
            self.write_units += self._units(operation, parameters)
        return answer

    def _units(self, operation: str, parameters: Mapping[str, Any]) -> int:
        if operation == "TransactWriteItems":
            items = [one["Put"]["Item"] for one in parameters["TransactItems"] if "Put" in one]
            return 2 * sum(units(item) for item in items)
        if operation == "PutItem":
            return units(parameters["Item"])
        key = {name: parameters["Key"][name] for name in ("pk", "sk")}  # an update is billed by the whole item
        found = self._call("GetItem", {"TableName": parameters["TableName"], "Key": key}).get("Item", {})
        return units(found)


def units(item: Mapping[str, Any]) -> int:
    """Write units of an item."""
    return max(1, ceil(item_bytes(item) / KIB))


def item_bytes(item: Mapping[str, Any]) -> int:
    """Size of an item as it is billed: names and values."""
    return sum(len(name) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, plain),) = value.items()
    if kind == "S":
        return len(plain.encode())
    if kind == "B":
        return len(base64.b64decode(plain))
    if kind == "N":
        return ceil(len(str(plain).lstrip("-")) / 2) + 1 + int(str(plain).startswith("-"))
    raise ValueError(f"no item here has a value of kind {kind}")
