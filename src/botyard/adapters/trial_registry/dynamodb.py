"""The trial registry in the fleet's table: places and what identifies a run there, the returns beside it as artifacts.

Two runs that end together get places of their own: each place is taken in one transaction with the count and the
fingerprint. Returns of 600 trials over a year take 0.7 MB, which no item holds.
"""

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from botyard.errors import InvariantError, RetryableError
from botyard.ports import ArtifactStore
from botyard.records.trials import RegisteredRun, TrialReturns

TRIES = 20
PARTITION = "trials"


class DynamoTrials:
    """The TrialRegistry port."""

    def __init__(self, client: Any, table: str, data: ArtifactStore) -> None:
        """client: boto3's, of DynamoDB. data: where the returns are kept, for all runs together."""
        self._client = client
        self._table = table
        self._data = data

    def add(self, run: RegisteredRun) -> int:
        """Register a run and return its place. Raises: RetryableError when it cannot be written."""
        from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

        fingerprint = run.fingerprint
        try:
            for _ in range(TRIES):
                known = self._get(f"fingerprint#{fingerprint}")
                if known is not None:
                    return int(known["place"]["N"])
                count = self._get("count")
                place = 1 + (int(count["place"]["N"]) if count else 0)
                self._data.write(_file(fingerprint), base64.b64decode(run.trials.data))
                try:
                    self._take(place, run, fingerprint)
                except self._client.exceptions.TransactionCanceledException:
                    continue  # another run ended at the same time
                return place
        except (BotoCoreError, ClientError) as e:
            raise RetryableError(f"the trial registry in table {self._table} cannot be used: {e}") from e
        raise RetryableError("the trial registry is written all the time; try again")

    def earlier(self, place: int, run: RegisteredRun) -> Iterator[RegisteredRun]:
        """Yield the runs before that place which share the market and half of the days, in order."""
        first, n_days = run.trials.first_day, run.trials.n_days
        if place < 2:
            return
        for item in self._before(place):
            start, days, n_trials = (int(item[name]["N"]) for name in ("first_day", "n_days", "n_trials"))
            shared = min(start + days, first + n_days) - max(start, first)
            if item["market"]["S"] != run.market or n_trials == 0 or 2 * shared < n_days:
                continue
            data = base64.b64encode(self._data.read(_file(item["fingerprint"]["S"]))).decode()
            returns = TrialReturns(start, days, n_trials, data)
            yield RegisteredRun(item["market"]["S"], item["idea"]["S"], item["timeframe"]["S"], returns)

    def _take(self, place: int, run: RegisteredRun, fingerprint: str) -> None:
        trials = run.trials
        numbers = {"first_day": trials.first_day, "n_days": trials.n_days, "n_trials": trials.n_trials}
        texts = {"market": run.market, "idea": run.idea, "timeframe": run.timeframe, "fingerprint": fingerprint}
        item = {name: {"N": str(value)} for name, value in numbers.items()}
        item |= {name: {"S": value} for name, value in texts.items()}
        number = {"place": {"N": str(place)}}
        before = {":before": {"N": str(place - 1)}}
        first = "attribute_not_exists(pk)" if place == 1 else "place = :before"
        count = self._put("count", number, first) | ({} if place == 1 else {"ExpressionAttributeValues": before})
        others = [
            self._put(f"run#{place:012d}", item, "attribute_not_exists(pk)"),
            self._put(f"fingerprint#{fingerprint}", number, "attribute_not_exists(pk)"),
        ]
        self._client.transact_write_items(TransactItems=[{"Put": one} for one in (count, *others)])

    def _put(self, sk: str, item: Mapping[str, Any], condition: str) -> dict[str, Any]:
        whole = {"pk": {"S": PARTITION}, "sk": {"S": sk}, **item}
        return {"TableName": self._table, "Item": whole, "ConditionExpression": condition}

    def _get(self, sk: str) -> dict[str, Any] | None:
        key = {"pk": {"S": PARTITION}, "sk": {"S": sk}}
        item: dict[str, Any] | None = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get(
            "Item"
        )
        return item

    def _before(self, place: int) -> Iterator[Mapping[str, Any]]:
        expected = 1
        for page in self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": {"S": PARTITION},
                ":first": {"S": f"run#{1:012d}"},
                ":last": {"S": f"run#{place - 1:012d}"},
            },
            ConsistentRead=True,
        ):
            for item in page["Items"]:
                if item["sk"]["S"] != f"run#{expected:012d}":
                    raise InvariantError(f"run {expected} is missing in the trial registry: nothing may be taken out")
                expected += 1
                yield item


def _file(fingerprint: str) -> str:
    return f"{fingerprint}.f32"
