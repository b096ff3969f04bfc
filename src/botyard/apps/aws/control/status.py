"""How an environment in AWS is: the stack, the chat's webhook, runs under way, the image, each bot; and what is wrong."""

import time
from dataclasses import dataclass

from botyard.adapters.deploy_target.stacks import stack_name
from botyard.apps import settings
from botyard.apps.aws import place
from botyard.apps.aws.chat.sender import Sender
from botyard.apps.aws.control import image, secrets
from botyard.apps.aws.control.deploy import VERSION_TAG, must_exist
from botyard.apps.aws.fleet import silence, table
from botyard.apps.operations.health import Alarm
from botyard.errors import BotyardError
from botyard.records.fleet import BotRecord

WHOLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")


@dataclass(frozen=True, slots=True)
class State:
    """An environment at a moment."""

    environment: str
    region: str
    version: str
    stack: str
    webhook: str
    runs: tuple[str, ...]  # under way
    bots: dict[str, int]  # how many of each status
    alarms: tuple[Alarm, ...]


def examine() -> State:
    """Look at everything. Raises: NotFound when nothing is deployed; ConfigError, RetryableError."""
    environment = settings.environment()
    found = must_exist(environment)
    outputs = place.outputs(environment)
    alarms = []
    if found["StackStatus"] not in WHOLE:
        text = f"the stack is {found['StackStatus']}"
        alarms.append(Alarm("stack", "", text, "botyard aws deploy goes on with it"))
    tag = next((p["ParameterValue"] for p in found.get("Parameters", ()) if p["ParameterKey"] == "ImageTag"), "")
    if not image.is_there(outputs["Images"].split("/", 1)[-1], tag):
        alarms.append(
            Alarm("image", "", f"the agents' image {tag} is not there", "botyard aws deploy, where Docker is")
        )
    webhook, wrong = _webhook(environment, outputs["WebhookUrl"])
    store = table.open_fleet()
    known = store.bots()
    counts: dict[str, int] = {}
    for bot in known:
        counts[bot.status] = counts.get(bot.status, 0) + 1
    alarms += [*wrong, *silence.alarms(store, int(time.time() * 1000)), *_stacks(environment, known)]
    tags = {each["Key"]: each["Value"] for each in found.get("Tags", ())}
    return State(
        environment=environment,
        region=place.region(),
        version=tags.get(VERSION_TAG, "not known"),
        stack=found["StackStatus"],
        webhook=webhook,
        runs=tuple(under_way(outputs["Pipeline"])),
        bots=counts,
        alarms=tuple(alarms),
    )


def under_way(pipeline: str) -> list[str]:
    """Return the runs that the state machine is at."""
    states = place.client("stepfunctions")
    try:
        found = states.list_executions(stateMachineArn=pipeline, statusFilter="RUNNING")["executions"]
    except Exception as e:
        raise place.translated(e, "looking for runs") from e
    return [each["name"] for each in found]


def _stacks(environment: str, bots: list[BotRecord]) -> list[Alarm]:
    """Hold the stacks of bots against the fleet."""
    stacks = place.client("cloudformation")
    try:
        pages = stacks.get_paginator("list_stacks").paginate()
        listed = [each for page in pages for each in page["StackSummaries"]]
    except Exception as e:
        raise place.translated(e, "listing stacks") from e
    there = {each["StackName"] for each in listed if not each["StackStatus"].startswith("DELETE_")}
    found = []
    for bot in bots:
        has_stack, is_dead = stack_name(environment, bot.name) in there, bot.status == "killed"
        if is_dead and has_stack:
            remedy = f"botyard --profile aws kill {bot.name} takes it away"
            found.append(Alarm("stack-left", bot.name, "is killed, and its stack is still there", remedy))
        elif not is_dead and not has_stack:
            remedy = f"botyard aws export {bot.name}, then import it again, or: botyard --profile aws kill {bot.name}"
            found.append(Alarm("no-stack", bot.name, "has no stack, so nothing ticks it", remedy))
    return found


def _webhook(environment: str, url: str) -> tuple[str, list[Alarm]]:
    token = secrets.read(environment, "telegram/token")
    if not token:
        return "no chat: BOTYARD_TELEGRAM_TOKEN was not set when it was deployed", []
    try:
        info = Sender(token, settings.telegram_api()).call("getWebhookInfo", {})
    except BotyardError as e:
        return str(e), [Alarm("webhook", "", str(e), "is there a network, and is the token good? then look again")]
    if info.get("url") != url:
        text = "Telegram brings its updates elsewhere"
        return text, [Alarm("webhook", "", text, "end what else uses this bot's token, then: botyard aws deploy")]
    waiting, error = int(info.get("pending_update_count", 0)), info.get("last_error_message", "")
    is_recent = time.time() - float(info.get("last_error_date", 0)) < 3600
    said = f"set; {waiting} update(s) wait"
    if error and is_recent:
        return said, [Alarm("webhook", "", f"Telegram could not bring an update: {error}", "botyard aws logs webhook")]
    return said, []
