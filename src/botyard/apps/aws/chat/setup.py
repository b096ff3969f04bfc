"""The chat of this environment: its secrets from SSM, its people from the environment, its sender, its desk."""

import os
import time

from botyard.adapters.notifier.console import ConsoleNotifier
from botyard.apps import settings
from botyard.apps.aws import place
from botyard.apps.aws.chat.gates import TaskGates
from botyard.apps.aws.chat.memory import TableMemory
from botyard.apps.aws.chat.sender import Sender
from botyard.apps.aws.fleet import table
from botyard.apps.telegram.desk import Desk

KEPT_SECONDS = 300.0  # a secret that was changed is known after so long

_known: dict[str, tuple[float, str]] = {}


def warm_up() -> None:
    """Make what every first event needs, while the function begins: Lambda lends it a whole core until then."""
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        place.client("ssm")
        table.connect()


def secret(name: str) -> str:
    """Return the SecureString telegram/NAME, "" where there is none. Raises: ConfigError, RetryableError."""
    until, value = _known.get(name, (0.0, ""))
    if time.monotonic() < until:
        return value
    where = place.parameter(settings.environment(), f"telegram/{name}")
    try:
        value = place.client("ssm").get_parameter(Name=where, WithDecryption=True)["Parameter"]["Value"]
    except Exception as e:
        if place.code_of(e) != "ParameterNotFound":
            raise place.translated(e, f"reading {where}") from e
        value = ""
    _known[name] = (time.monotonic() + KEPT_SECONDS, value)
    return value


def people() -> frozenset[int]:
    """Return the chats that are listened to and told: BOTYARD_TELEGRAM_CHATS, numbers with commas."""
    words = os.environ.get("BOTYARD_TELEGRAM_CHATS", "").replace(",", " ").split()
    return frozenset(int(word) for word in words if word.isdecimal())


def sender() -> Sender:
    """Open the way to Telegram."""
    return Sender(secret("token"), settings.telegram_api())


def gates() -> TaskGates:
    """Open the gates of this environment."""
    return TaskGates()


def desk() -> Desk:
    """Open the desk of this environment."""
    return Desk(TableMemory(), gates(), ConsoleNotifier())
