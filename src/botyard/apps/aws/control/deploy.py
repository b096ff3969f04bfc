"""Bring the control plane into an account, or up to date: every step may be repeated, and only what is missing is done."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botyard import __version__
from botyard.adapters.deploy_target.stacks import TESTNETS, keys_place
from botyard.apps import settings
from botyard.apps.aws import bot_limits, place
from botyard.apps.aws.chat.sender import Sender
from botyard.apps.aws.control import bucket, image, secrets, sources, stack
from botyard.apps.aws.control.stack import Say
from botyard.apps.exchanges.keys import variable
from botyard.apps.telegram import words
from botyard.errors import NotFound, UserError

VERSION_TAG = "botyard:version"
UPDATES = ("message", "callback_query")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person may say about a deployment; what is empty keeps its value, or has the template's default."""

    model: str = ""
    venue: str = ""
    vpc: str = ""
    subnets: str = ""
    is_private: bool = False  # own subnets have another way out than public addresses
    spot: bool | None = None
    budget_usd: float | None = None
    with_image: bool = True
    market: Path | None = None  # bars to bring; None: those of this machine's home


def deploy(wishes: Wishes, say: Say) -> dict[str, str]:
    """Carry the steps out and return the stack's outputs.

    Raises: UserError, ConfigError, RetryableError; run again, it goes on from there.
    """
    environment, found = settings.environment(), sources.find()
    tag = found.image_tag()
    account = _account()
    say(f"1/6 account {account}, region {place.region()}, environment {environment}")
    say(f"2/6 secrets: {_secrets(environment)}{_keys(environment)}")
    given = {"Environment": environment, "ImageTag": tag, **_parameters(wishes)}
    before = stack.find(place.stack_name(environment))
    stands = before is not None and bool(before.get("Outputs"))
    if wishes.with_image and stands:
        _image(found, tag, say)  # new definitions name an image that is there
    elif wishes.with_image:
        image.find_tool()  # rather now than when half of it stands
    elif stands:
        del given["ImageTag"]
    is_changed = _change(found, given, before, account, say)
    say(f"3/6 stack {place.stack_name(environment)}: {'changed' if is_changed else 'as it should be'}")
    place.here.cache_clear()
    outputs = place.outputs(environment)
    if wishes.with_image:
        _image(found, tag, say)
        say(f"4/6 the agents' image: {tag}")
    else:
        say("4/6 the agents' image: left as it is")
    _bars(outputs["Artifacts"], wishes.market or _local_market(), say)
    say("6/6 Telegram: " + _telegram(environment, outputs["WebhookUrl"]))
    return outputs


def image_only(say: Say) -> None:
    """Build and push the image that this version's stack asks for, and nothing else. Raises: as deploy."""
    found = sources.find()
    tag = found.image_tag()
    _image(found, tag, say)
    say(f"the agents' image {tag} is there")


def _change(
    found: sources.Sources, given: dict[str, str], before: dict[str, Any] | None, account: str, say: Say
) -> bool:
    """Bring templates and code to where CloudFormation reads them, and change the stack; False when it is so already."""
    environment = given["Environment"]
    store = bucket.deployment_bucket(environment, account)
    bucket.make(store)
    code = bucket.put(store, "functions", ".zip", sources.functions_code())
    definition = bucket.put(store, "pipeline", ".asl.json", found.definition())
    text = found.template(f"s3://{store}/{code}", f"s3://{store}/{definition}")
    is_new = before is None or before["StackStatus"] in (*stack.DEAD, "REVIEW_IN_PROGRESS")
    adopts = is_new and _has_old_table(environment)
    if adopts:  # what a destroyed or failed environment left behind; only a plain name can be taken over
        text = text.replace('TableName: !Sub "botyard-${Environment}-fleet"', f"TableName: botyard-{environment}-fleet")
    template = bucket.put(store, "template", ".yaml", text.encode())
    url = f"https://{store}.s3.{place.region()}.amazonaws.com/{template}"
    tags = {"botyard:environment": environment, VERSION_TAG: __version__}
    name = place.stack_name(environment)
    return stack.change(name, url, given, tags, say, keeps=found.parameters(), adopts=adopts)


def _account() -> str:
    try:
        return str(place.client("sts").get_caller_identity()["Account"])
    except Exception as e:
        raise place.translated(e, "asking whose account this is") from e


def _secrets(environment: str) -> str:
    token = os.environ.get("BOTYARD_TELEGRAM_TOKEN", "").strip()
    if token:
        settings.telegram_users()  # nobody would be answered without
        _bot_of(token)
        secrets.keep(environment, "telegram/token", token)
    elif not secrets.read(environment, "telegram/token"):
        return "no BOTYARD_TELEGRAM_TOKEN is set, so there is no chat yet; set it and run this again for one"
    secrets.made(environment, "telegram/secret")
    return "the chat's token and secret are in SSM"


def _keys(environment: str) -> str:
    """Bring the testnet keys of this machine's variables to where a bot's function reads them; say which, or nothing."""
    brought = []
    for venue in TESTNETS:
        name = variable(venue, "testnet")
        key, secret = (os.environ.get(name + part, "").strip() for part in ("", "_SECRET"))
        if bool(key) != bool(secret):
            raise UserError(f"set both {name} and {name}_SECRET, or neither")
        if key:
            secrets.keep(environment, keys_place(venue, "testnet"), json.dumps({"key": key, "secret": secret}))
            brought.append(f"; keys of {venue} testnet are in SSM")
    return "".join(brought)


def _parameters(wishes: Wishes) -> dict[str, str]:
    """Return the template's parameters that are said, by options or by the environment variables of this machine."""
    model = wishes.model or os.environ.get("BOTYARD_MODEL", "").strip()
    if model and not model.startswith("bedrock:"):
        raise UserError(
            f"the agents in AWS ask models through Bedrock, whose keys they need not carry; {model!r} is not there"
        )
    users = os.environ.get("BOTYARD_TELEGRAM_USERS", "")
    if bool(wishes.vpc) != bool(wishes.subnets):
        raise UserError("--vpc and --subnets belong together: name the VPC and its subnets, with commas")
    said = {
        "Model": model,
        "Venue": wishes.venue,
        "VpcId": wishes.vpc,
        "SubnetIds": wishes.subnets.replace(" ", ""),
        "AssignPublicIp": "DISABLED" if wishes.is_private else "ENABLED" if wishes.vpc else "",
        "UseSpot": "" if wishes.spot is None else "yes" if wishes.spot else "no",
        "BudgetUsd": "" if wishes.budget_usd is None else f"{wishes.budget_usd:g}",
        "AllowedChats": ",".join(str(n) for n in sorted(settings.telegram_users())) if users.strip() else "",
        "Gates": ",".join(settings.gates()),
        "Limits": bot_limits.told(),
        "GateMinutes": f"{settings.gate_timeout_ms() / 60_000:g}" if "BOTYARD_GATE_MINUTES" in os.environ else "",
    }
    no_gates = {"Gates": ""} if "BOTYARD_GATES" in os.environ else {}
    return no_gates | {name: value for name, value in said.items() if value}


def _has_old_table(environment: str) -> bool:
    """Whether a table with something in it is left of an earlier stack; an empty one is taken away."""
    name = f"botyard-{environment}-fleet"
    tables = place.client("dynamodb")
    try:
        if tables.scan(TableName=name, Limit=1)["Items"]:
            return True
        tables.update_table(TableName=name, DeletionProtectionEnabled=False)
        tables.delete_table(TableName=name)
        tables.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 2})
    except Exception as e:
        if place.code_of(e) != "ResourceNotFoundException":
            raise place.translated(e, f"looking for table {name}") from e
    return False


def _image(found: sources.Sources, tag: str, say: Say) -> None:
    uri = place.outputs(settings.environment())["Images"]
    if not image.is_there(uri.split("/", 1)[-1], tag):
        image.push(found, uri, tag, say)


def _local_market() -> Path:
    home = Path.home() / ".botyard" if settings.is_aws() else settings.home()
    return home / "market" / "imported"


def _bars(store: str, folder: Path, say: Say) -> None:
    sent = bucket.bring_bars(store, folder, say) if folder.is_dir() else 0
    there = bool(
        place.client("s3").list_objects_v2(Bucket=store, Prefix=bucket.BARS, MaxKeys=1).get("Contents")
    )  # bars of another machine, perhaps
    if sent:
        say(f"5/6 bars: {sent} files from {folder}")
    elif there:
        say("5/6 bars: there already")
    else:
        say(f"5/6 bars: none in {folder}; botyard data download BTC/USDT --timeframe 5m, then run this again")


def _telegram(environment: str, url: str) -> str:
    token = secrets.read(environment, "telegram/token")
    if not token:
        return "no chat yet"
    name = _bot_of(token)
    told = {"url": url, "secret_token": secrets.made(environment, "telegram/secret"), "allowed_updates": list(UPDATES)}
    sender = Sender(token, settings.telegram_api())
    sender.call("setWebhook", {**told, "max_connections": 10})
    sender.call("setMyCommands", {"commands": _commands(words.COMMANDS)})
    return f"write to https://t.me/{name}"


def _bot_of(token: str) -> str:
    """Ask Telegram whose token it is. Raises: UserError when it is nobody's; RetryableError."""
    try:
        return str(Sender(token, settings.telegram_api()).call("getMe", {}).get("username", ""))
    except UserError as e:
        raise UserError(
            f"Telegram does not know the token ({e}); ask BotFather for it again, set BOTYARD_TELEGRAM_TOKEN, and run "
            "this again"
        ) from e


def _commands(known: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"command": name, "description": what} for name, what in known if name != "promote"]


def must_exist(environment: str) -> dict[str, Any]:
    """Describe the control plane's stack. Raises: NotFound."""
    found = stack.find(place.stack_name(environment))
    if found is None:
        raise NotFound(f"nothing is deployed as environment {environment} in {place.region()}: botyard aws deploy")
    return found
