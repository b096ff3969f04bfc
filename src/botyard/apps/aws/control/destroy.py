"""Take an environment away: runs stopped, bots ended, stacks deleted. What was decided and tried is kept unless said."""

import time

from botyard.adapters.deploy_target.stacks import stack_name
from botyard.adapters.notifier.console import ConsoleNotifier
from botyard.apps import answers, bots, settings
from botyard.apps.aws import place
from botyard.apps.aws.chat.sender import Sender
from botyard.apps.aws.control import bucket, secrets, stack
from botyard.apps.aws.control.deploy import must_exist
from botyard.apps.aws.control.stack import Say
from botyard.apps.aws.control.status import under_way
from botyard.apps.aws.fleet import control, runs, table
from botyard.errors import BotyardError, Refused, RetryableError

PAUSE_SECONDS = 5.0
FLATTEN_SECONDS = 15 * 60.0
AGENTS_SECONDS = 180.0


def holding(store: table.AwsFleet) -> list[str]:
    """Say which living bots hold something, or may; bots that are flat are left out."""
    found = []
    for one in answers.standings(store):
        if one.status != "killed" and (one.position is None or one.position != 0.0 or one.open_orders):
            held = "a position that cannot be read" if one.position is None else f"{one.position:+.10g} of {one.symbol}"
            found.append(f"{one.bot} ({held}, {one.open_orders} open orders)")
    return found


def destroy(say: Say, *, flatten: bool, delete_data: bool) -> None:
    """Carry it out; run again, it goes on.

    Raises: Refused while bots hold positions and `flatten` is not said; NotFound when nothing is there.
    """
    environment = settings.environment()
    found = must_exist(environment)
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}
    if "Fleet" in outputs:
        store = table.open_fleet()
        held = holding(store)
        if held and not flatten:
            raise Refused(
                f"bots hold positions: {', '.join(held)}; with --flatten they are closed at the market first",
                reason="holds_positions",
            )
        _stop_runs(outputs["Pipeline"], say)
        _stop_agents(environment)
        _end_bots(store, say)
    _forget_chat(environment, say)
    name = place.stack_name(environment)
    if delete_data and "Fleet" in outputs:
        place.client("dynamodb").update_table(TableName=outputs["Fleet"], DeletionProtectionEnabled=False)
    say(f"stack {name} is deleted; its network takes some minutes")
    stack.delete(name, say)
    say(f"{secrets.forget_all(environment)} secrets deleted")
    account = str(place.client("sts").get_caller_identity()["Account"])
    bucket.empty(bucket.deployment_bucket(environment, account))
    _data(outputs, say, delete=delete_data)


def _stop_runs(pipeline: str, say: Say) -> None:
    states = place.client("stepfunctions")
    for run_id in under_way(pipeline):
        arn = f"{pipeline.replace(':stateMachine:', ':execution:')}:{run_id}"
        try:
            states.stop_execution(executionArn=arn, error="Botyard.Destroyed", cause="the environment is destroyed")
        except Exception as e:
            raise place.translated(e, f"stopping run {run_id}") from e
        runs.ended(run_id, "interrupted", "stopped: the environment was destroyed")
        say(f"run {run_id} is stopped")


def _stop_agents(environment: str) -> None:
    """End agents that still work, such as a Deployer about to make a bot, and wait until they are gone."""
    ecs, cluster = place.client("ecs"), place.stack_name(environment)
    until = time.monotonic() + AGENTS_SECONDS
    while time.monotonic() < until:
        try:
            arns = ecs.list_tasks(cluster=cluster)["taskArns"]
            for arn in arns:
                ecs.stop_task(cluster=cluster, task=arn, reason="the environment is destroyed")
        except Exception as e:
            if place.code_of(e) == "ClusterNotFoundException":
                return
            raise place.translated(e, "stopping agents") from e
        if not arns:
            return
        time.sleep(PAUSE_SECONDS)
    raise RetryableError("agents are still at work; run this again in a minute")


def _end_bots(store: table.AwsFleet, say: Say) -> None:
    until = time.monotonic() + FLATTEN_SECONDS
    for bot in store.bots():
        while store.bot(bot.name).status != "killed":
            try:
                text = bots.kill(store, bot.name, ConsoleNotifier()).text
            except RetryableError as e:
                text = str(e)
            say(f"{bot.name}: {text}")
            if store.bot(bot.name).status == "killed":
                break
            if time.monotonic() > until:
                raise RetryableError(f"{bot.name} is not flat after 15 minutes; look at it, then run this again")
            time.sleep(PAUSE_SECONDS)
        if stack.find(stack_name(settings.environment(), bot.name)) is not None:
            control.bury(bot.name)
            stack.delete(stack_name(settings.environment(), bot.name), say)


def _forget_chat(environment: str, say: Say) -> None:
    token = secrets.read(environment, "telegram/token")
    if not token:
        return
    try:
        Sender(token, settings.telegram_api()).call("deleteWebhook", {})
    except BotyardError as e:
        say(f"Telegram still has the webhook, which leads nowhere now: {e}")


def _data(outputs: dict[str, str], say: Say, *, delete: bool) -> None:
    if not outputs:
        return
    if not delete:
        say(
            f"kept: bucket {outputs['Artifacts']} (runs, bundles, bars) and table {outputs['Fleet']} (journals, what was "
            "tried); the next botyard aws deploy takes the table over. To delete them, delete them in the console, or say "
            "--delete-data next time"
        )
        return
    bucket.empty(outputs["Artifacts"])
    try:
        place.client("dynamodb").delete_table(TableName=outputs["Fleet"])
    except Exception as e:
        if place.code_of(e) != "ResourceNotFoundException":
            raise place.translated(e, f"deleting table {outputs['Fleet']}") from e
    say("runs, bundles, bars and journals are deleted")
