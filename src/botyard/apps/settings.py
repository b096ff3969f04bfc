"""What the environment says: one place that reads it."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botyard.records.fleet import Mode
    from botyard.records.run import StageName

AWS = "aws"
"""The home that is no folder: BOTYARD_HOME=aws, or --profile aws."""

_overrides: dict[str, Path] = {}


def use_home(path: Path) -> None:
    """Keep everything of this process under `path`."""
    _overrides.pop("profile", None)
    _overrides["home"] = path


def use_aws() -> None:
    """Let this process speak of the fleet and the runs in AWS."""
    _overrides.pop("home", None)
    _overrides["profile"] = Path(AWS)


def home() -> Path:
    """Return the folder that bars, runs and bots live in: --home, else BOTYARD_HOME, else ~/.botyard.

    Where that is an account in AWS: the folder for copies of what lies there.
    """
    if is_aws():
        below = Path(tempfile.gettempdir()) if "AWS_LAMBDA_FUNCTION_NAME" in os.environ else Path.home()
        return below / ".botyard" / AWS / environment()
    chosen = _overrides.get("home") or os.environ.get("BOTYARD_HOME")
    return Path(chosen).expanduser().resolve() if chosen else Path.home() / ".botyard"


def network() -> "Mode":
    """Return how far orders may go from here: BOTYARD_NETWORK, else testnet. A ceiling for all bots, and moves none.

    Raises: UserError for a word that is none of paper, testnet, mainnet.
    """
    from botyard.errors import UserError

    text = os.environ.get("BOTYARD_NETWORK", "").strip().lower()
    if text in ("", "testnet"):
        return "testnet"
    if text == "paper":
        return "paper"
    if text == "mainnet":
        return "mainnet"
    raise UserError(f"BOTYARD_NETWORK is {text!r}; write paper, testnet or mainnet")


def gates() -> "tuple[StageName, ...]":
    """Return the stages that wait for a person's leave: BOTYARD_GATES, such as "deployer" or "researcher,deployer".

    Raises: UserError for a word that is no stage.
    """
    from botyard.errors import UserError
    from botyard.records.run import STAGES

    words = [word.strip().lower() for word in os.environ.get("BOTYARD_GATES", "").split(",") if word.strip()]
    for word in words:
        if word not in STAGES:
            raise UserError(f"BOTYARD_GATES names {word!r}; the stages are {', '.join(STAGES)}")
    return tuple(stage for stage in STAGES if stage in words)


def gate_timeout_ms() -> int:
    """Return after how long a gate that nobody answers rejects: BOTYARD_GATE_MINUTES, else 12 hours.

    Raises: UserError when it is no positive number.
    """
    from botyard.errors import UserError

    text = os.environ.get("BOTYARD_GATE_MINUTES", "720")
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0.0 < minutes < 1e6:
        raise UserError(f"BOTYARD_GATE_MINUTES is {text!r}; write a number of minutes above 0")
    return int(minutes * 60_000)


def telegram_token() -> str:
    """Return BOTYARD_TELEGRAM_TOKEN. Raises: UserError when it is not set."""
    from botyard.errors import UserError

    token = os.environ.get("BOTYARD_TELEGRAM_TOKEN", "").strip()
    if not token:
        raise UserError("BOTYARD_TELEGRAM_TOKEN is not set; BotFather in Telegram gives one: /newbot")
    return token


def telegram_users() -> frozenset[int]:
    """Return who may speak to the bot: BOTYARD_TELEGRAM_USERS, numbers with commas. Raises: UserError."""
    from botyard.errors import UserError

    text = os.environ.get("BOTYARD_TELEGRAM_USERS", "")
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not all(word.isdecimal() for word in words):
        raise UserError(
            f"BOTYARD_TELEGRAM_USERS is {text!r}; write the user ids that may command the bot, such as 12345,67890 "
            "(the bot @userinfobot tells you yours)"
        )
    return frozenset(int(word) for word in words)


def telegram_api() -> str:
    """Return the Bot API's address: BOTYARD_TELEGRAM_API for a server of one's own, else Telegram's."""
    return os.environ.get("BOTYARD_TELEGRAM_API", "https://api.telegram.org").rstrip("/")


def has_telegram() -> bool:
    """Whether a chat is set up."""
    return bool(os.environ.get("BOTYARD_TELEGRAM_TOKEN", "").strip())


def is_aws() -> bool:
    """Whether the fleet and the runs are those of an account in AWS."""
    if "profile" in _overrides:
        return True
    return "home" not in _overrides and (os.environ.get("BOTYARD_HOME") or "").strip().lower() == AWS


def environment() -> str:
    """Return which environment in AWS is meant: BOTYARD_ENVIRONMENT, else main.

    Raises: UserError for what cannot be part of a name.
    """
    import re

    from botyard.errors import UserError

    text = os.environ.get("BOTYARD_ENVIRONMENT", "").strip() or "main"
    if not re.fullmatch(r"[a-z][a-z0-9]{1,11}", text):
        raise UserError(
            f"BOTYARD_ENVIRONMENT is {text!r}; write 2 to 12 lower-case letters and digits, a letter first, such as main"
        )
    return text
