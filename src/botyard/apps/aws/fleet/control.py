"""What is asked of a bot's function in AWS: one tick now, what its account holds; and its stack's end."""

import json
from typing import Any

from botyard.adapters.deploy_target.stacks import Places, stack_name
from botyard.apps.aws import place
from botyard.apps.aws.fleet import table
from botyard.bot.tick import TickReport
from botyard.errors import ConfigError, NotFound, RetryableError
from botyard.ports import FleetStore
from botyard.records.fleet import BotRecord


def kill(store: FleetStore, bot: BotRecord) -> TickReport:
    """Let a bot that is `killing` end itself now, and take its stack away once it has; its own ticks go on otherwise.

    Raises: RetryableError, ConfigError when its function cannot be asked.
    """
    try:
        said = ask(bot.name, {"kind": "tick", "quiet": True})
    except NotFound:
        return TickReport(bot.name, "killing", "its function is gone, and nobody closed its position: do it by hand")
    now = store.bot(bot.name)
    if now.status == "killed":
        bury(bot.name)
    return TickReport(bot.name, now.status, str(said.get("text", "")), is_done=bool(said.get("is_done", True)))


def held_lots(bot: str) -> int | None:
    """Return the signed lots that the bot's account holds, or None where its function is gone or cannot tell."""
    try:
        return int(ask(bot, {"kind": "look"})["held_lots"])
    except (NotFound, ConfigError, KeyError):
        return None


def ask(bot: str, event: dict[str, Any]) -> dict[str, Any]:
    """Invoke a bot's function and return its answer.

    Raises: NotFound when there is no such function; ConfigError when it failed; RetryableError when AWS is busy.
    """
    name = stack_name(place.here().environment, bot)
    try:
        answer = place.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
        body = json.loads(answer["Payload"].read() or b"{}")
    except Exception as e:
        if place.code_of(e) == "ResourceNotFoundException":
            raise NotFound(f"there is no function {name}") from e
        raise place.translated(e, f"asking the function {name}") from e
    if answer.get("FunctionError"):
        said = f"{body.get('errorType', 'Error')}: {body.get('errorMessage', '')}"
        if "timed out" in said:
            raise RetryableError(f"{name} did not end in time; its next tick goes on")
        raise ConfigError(f"{name} failed: {said}; see botyard aws logs {bot}")
    return dict(body)


def make_stack(bot: BotRecord) -> None:
    """Make the stack of a registered bot whose bundle lies in the bucket, and wait for it; nothing ticks yet.

    Raises: ConfigError, RetryableError.
    """
    from botyard.apps.aws import bot_limits, bot_stacks

    found = place.here()
    told = place.outputs(found.environment)
    places = Places(
        environment=found.environment,
        bucket=found.bucket,
        table=found.table,
        boundary=told["BotBoundary"],
        notifier=told["Notifier"],
        stack_role=told["BotStackRole"],
        limits=bot_limits.of_this_machine(),
    )
    bot_stacks.target_at(places, table.open_fleet()).make_stack(bot)


def bury(bot: str) -> None:
    """Delete a bot's stack; twice is once, and CloudFormation goes on with it by itself."""
    name = stack_name(place.here().environment, bot)
    try:
        place.client("cloudformation").delete_stack(StackName=name)
    except Exception as e:
        raise place.translated(e, f"deleting stack {name}") from e
