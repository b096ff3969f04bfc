"""The logs of an environment: of an agent, of the webhook, of the notifier, or of a bot."""

import time
from collections.abc import Iterator
from typing import Any

from botyard.adapters.deploy_target.stacks import stack_name
from botyard.apps import settings
from botyard.apps.aws import place
from botyard.apps.aws.fleet import table
from botyard.errors import NotFound
from botyard.records.run import STAGES

FUNCTIONS = ("webhook", "notifier")
FOLLOW_SECONDS = 3.0
SETTLED_MS = 30_000  # a line may arrive so much later than it was written


def lines(target: str, minutes: float, *, follow: bool) -> Iterator[tuple[int, str]]:
    """Yield when (UTC ms) and what, in order; with `follow` for ever. Raises: NotFound for what has no log."""
    group, streams = _place(target)
    since_ms = int((time.time() - 60.0 * minutes) * 1000)
    seen: dict[str, int] = {}
    while True:
        for event in _read(group, streams, since_ms):
            if event["eventId"] not in seen:
                seen[event["eventId"]] = event["timestamp"]
                yield event["timestamp"], event["message"].rstrip()
        if not follow:
            return
        newest = max(seen.values(), default=since_ms)
        since_ms = max(since_ms, newest - SETTLED_MS)
        seen = {name: at for name, at in seen.items() if at >= since_ms}
        time.sleep(FOLLOW_SECONDS)


def _place(target: str) -> tuple[str, str]:
    environment = settings.environment()
    if target in FUNCTIONS:
        return f"/aws/lambda/botyard-{environment}-{target}", ""
    if target in STAGES or not target:
        return f"/botyard/{environment}/agents", f"{target}/" if target else ""
    table.open_fleet().bot(target)  # names those there are
    return f"/aws/lambda/{stack_name(environment, target)}", ""


def _read(group: str, streams: str, since_ms: int) -> list[dict[str, Any]]:
    asked: dict[str, object] = {"logGroupName": group, "startTime": since_ms}
    if streams:
        asked["logStreamNamePrefix"] = streams
    found: list[dict[str, Any]] = []
    try:
        for page in place.client("logs").get_paginator("filter_log_events").paginate(**asked):
            found += page["events"]
    except Exception as e:
        if place.code_of(e) == "ResourceNotFoundException":
            raise NotFound(f"there is no log {group}; a bot that was killed has none any more") from e
        raise place.translated(e, f"reading {group}") from e
    return sorted(found, key=lambda event: (event["timestamp"], event["eventId"]))
