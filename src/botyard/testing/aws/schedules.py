"""EventBridge's clock on loopback: emulated time goes on, rules fire, functions are woken as asynchronous events.

Sources: EventBridge user guide, "Cron and rate expressions"; Lambda developer guide, "Asynchronous invocation" (age,
retries, destinations).
"""

import datetime as dt
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botyard.testing.aws.emulator import Emulator

MINUTE_MS = 60_000
ACCOUNT = "123456789012"
_UNIT_MINUTES = {"minute": 1, "hour": 60, "day": 1440}
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))  # minute hour day month weekday year
_OLDEST_SECONDS, _RETRIES = 21_600, 2  # what AWS does where nothing is set


@dataclass(frozen=True, slots=True)
class Woken:
    """An event that was brought to a function, or given up."""

    function: str
    event: dict[str, Any]
    answer: str  # JSON of the last try; empty when it never came to one
    failed: bool
    tries: int


class Schedules:
    """The rules of one account and the time they live in."""

    def __init__(self, emulator: Emulator, now_ms: int) -> None:
        self._events, self._lambda = emulator.client("events"), emulator.client("lambda")
        self.now_ms = now_ms
        self.woken: list[Woken] = []

    def advance(self, to_ms: int, *, late_ms: int = 0, times: int = 1) -> list[Woken]:
        """Let time pass until `to_ms`, whole minutes after the last; return what was woken, in order.

        late_ms: each event arrives so much after it was made; times: how often each arrives (at least once, says AWS).
        """
        before = len(self.woken)
        first = self.now_ms // MINUTE_MS * MINUTE_MS + MINUTE_MS
        for minute_ms in range(first, to_ms + 1, MINUTE_MS):
            for function, event in self.due(minute_ms):
                for _ in range(times):
                    self.bring(function, event, age_ms=late_ms)
        self.now_ms = max(self.now_ms, to_ms)
        return self.woken[before:]

    def due(self, minute_ms: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give functions and events of the rules that fire at that minute."""
        for rule in self._events.list_rules()["Rules"]:
            if rule["State"] != "ENABLED" or not fires(rule.get("ScheduleExpression", ""), minute_ms):
                continue
            for target in self._events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                if ":lambda:" in target["Arn"]:
                    yield target["Arn"].rpartition(":")[2], _event(rule["Arn"], target, minute_ms)

    def bring(self, function: str, event: dict[str, Any], *, age_ms: int = 0) -> Woken:
        """Bring one event to a function as EventBridge does: asynchronously, with what the function has configured."""
        oldest, retries, failed_goes_to = self._settings(function)
        woken = Woken(function, event, "", failed=True, tries=0)
        reason = "EventAgeExceeded"
        if age_ms <= oldest * 1000:
            reason = "RetriesExhausted"
            for tried in range(1, retries + 2):
                answer = self._lambda.invoke(FunctionName=function, Payload=json.dumps(event))
                text = answer["Payload"].read().decode()
                woken = Woken(function, event, text, failed="FunctionError" in answer, tries=tried)
                if not woken.failed:
                    break
        if woken.failed and failed_goes_to:
            record = _record(woken, reason)
            self._lambda.invoke(FunctionName=failed_goes_to, Payload=json.dumps(record))
        self.woken.append(woken)
        return woken

    def _settings(self, function: str) -> tuple[int, int, str]:
        try:
            found = self._lambda.get_function_event_invoke_config(FunctionName=function)
        except self._lambda.exceptions.ResourceNotFoundException:
            found = {}
        goes_to = (found.get("DestinationConfig", {}).get("OnFailure") or {}).get("Destination", "")
        return (
            int(found.get("MaximumEventAgeInSeconds", _OLDEST_SECONDS)),
            int(found.get("MaximumRetryAttempts", _RETRIES)),
            goes_to,
        )


def fires(expression: str, minute_ms: int) -> bool:
    """Whether a schedule fires at that minute; a rate counts from the epoch. Raises: ValueError when not understood."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if rate:
        return minute_ms // MINUTE_MS % (int(rate[1]) * _UNIT_MINUTES[rate[2]]) == 0
    cron = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)", expression)
    if cron is None:
        raise ValueError(f"{expression!r} is no schedule")
    at = dt.datetime.fromtimestamp(minute_ms / 1000, dt.UTC)
    weekday = at.isoweekday() % 7 + 1  # Sunday is 1
    is_at = (at.minute, at.hour, at.day, at.month, weekday, at.year)
    return all(_holds(field, value, *span) for field, value, span in zip(cron.groups(), is_at, _RANGES, strict=True))


def _holds(field: str, value: int, low: int, high: int) -> bool:
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            begin, end = low, high
        else:
            first, dash, last = span.partition("-")
            begin = int(first)
            end = int(last) if dash else (high if step else begin)
        if begin <= value <= end and (value - begin) % int(step or 1) == 0:
            return True
    return False


def _event(rule: str, target: dict[str, Any], minute_ms: int) -> dict[str, Any]:
    event: dict[str, Any] = {
        "version": "0",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{rule}@{minute_ms}")),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": dt.datetime.fromtimestamp(minute_ms / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": rule.split(":")[3],
        "resources": [rule],
        "detail": {},
    }
    if "Input" in target:
        given: dict[str, Any] = json.loads(target["Input"])
        return given
    if "InputTransformer" in target:
        return _transformed(event, target["InputTransformer"])
    return event


def _transformed(event: dict[str, Any], how: dict[str, Any]) -> dict[str, Any]:
    text = how["InputTemplate"]
    for name, path in how.get("InputPathsMap", {}).items():
        value: Any = event
        for word in path.removeprefix("$.").split("."):
            value = value[word]
        text = text.replace(f"<{name}>", value if isinstance(value, str) else json.dumps(value))
    made: dict[str, Any] = json.loads(text)
    return made


def _record(woken: Woken, condition: str) -> dict[str, Any]:
    """Return what a destination for failures gets."""
    return {
        "version": "1.0",
        "timestamp": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:{woken.function}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": woken.tries,
        },
        "requestPayload": woken.event,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": json.loads(woken.answer) if woken.answer else None,
    }
