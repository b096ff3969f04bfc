"""What a bot's stack is called, when it is woken, and what its template (infra/bot.yaml) is filled in with."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from botyard.records import codec
from botyard.records.fleet import DEFAULTS, BotRecord, Mode, OuterLimits
from botyard.records.market import timeframe_minutes

TESTNETS = ("binance",)  # venues at whose testnet a function can trade
MOST_NAME = 64  # characters that Lambda and IAM take


@dataclass(frozen=True, slots=True)
class Places:
    """The control plane that a bot is deployed beside."""

    environment: str
    bucket: str
    table: str
    boundary: str  # ARN of the bots' permissions boundary
    notifier: str  # ARN of the function that tells people
    stack_role: str = ""  # ARN of CloudFormation's role; "" for one's own rights
    limits: Mapping[str, OuterLimits] = field(default_factory=lambda: DEFAULTS)  # what their owner allows its bots


def stack_name(environment: str, bot: str) -> str:
    """Name a bot's stack, and its function, role and rule; a long name is cut, and told apart by six digits."""
    name = f"botyard-bot-{environment}-{bot}"
    if len(name) <= MOST_NAME:
        return name
    return f"{name[: MOST_NAME - 7].rstrip('-')}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def schedule(timeframe: str) -> str:
    """Return EventBridge's words for the closes of a timeframe's bars, in UTC."""
    minutes = timeframe_minutes(timeframe)
    if minutes < 60:
        return f"cron(0/{minutes} * * * ? *)"
    hours = minutes // 60
    return "cron(0 0 * * ? *)" if hours == 24 else f"cron(0 0/{hours} * * ? *)"


def bundle_key(bot: str, bundle_hash: str) -> str:
    """Name the place in the bucket where a bot's zip lies."""
    return f"bundles/{bot}/{bundle_hash}.zip"


def keys_place(venue: str, mode: Mode) -> str:
    """Name where the keys of a venue lie, below the environment's own name in SSM."""
    return f"keys/{venue}/{mode}"


def parameters(places: Places, bot: BotRecord, key: str) -> dict[str, str]:
    """Fill in the template. key: of the zip."""
    limits = places.limits[bot.mode]
    more = {} if limits == DEFAULTS[bot.mode] else {"Limits": json.dumps(codec.to_plain(limits))}
    if bot.mode != "paper":
        more["Keys"] = keys_place(bot.venue, bot.mode)
    return more | {
        "Name": stack_name(places.environment, bot.name),
        "Bot": bot.name,
        "Environment": places.environment,
        "Bucket": places.bucket,
        "Bundle": key,
        "Table": places.table,
        "Schedule": schedule(bot.timeframe),
        "Notifier": places.notifier,
        "Boundary": places.boundary,
    }


def tags(places: Places, bot: BotRecord) -> dict[str, str]:
    """Return what all of the stack is tagged with, such as to tell costs apart."""
    return {"botyard:environment": places.environment, "botyard:bot": bot.name, "botyard:run": bot.run_id}
