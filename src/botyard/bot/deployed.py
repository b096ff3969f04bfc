"""Read an unpacked bundle: its settings and its strategy, or refuse it."""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from botyard.errors import ConfigError, InvariantError
from botyard.records import codec
from botyard.records.deployment import BundleSettings
from botyard.records.fleet import BotRecord

SETTINGS_FILE = "bot.json"
STRATEGY_FILE = "strategy.py"


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a tick runs: one strategy, its parameters and the world it was tested in."""

    settings: BundleSettings
    strategy: Any  # the emitted module
    code_hash: str  # of the source that was loaded


def load_deployed(folder: Path, *, before_code: Callable[[BundleSettings], None] | None = None) -> Deployed:
    """Load `bot.json` and `strategy.py`; `before_code` is called when all is read and nothing of it has run.

    Raises: ConfigError when a file is missing, unreadable or not the one that was deployed.
    """
    settings = load_settings(folder)
    try:
        source = (folder / STRATEGY_FILE).read_bytes()
    except OSError as e:
        raise ConfigError(f"the bundle in {folder} cannot be read: {e.strerror}; deploy the bot again") from e
    code_hash = hashlib.sha256(source).hexdigest()
    if code_hash != settings.code_hash:
        raise ConfigError(
            f"{folder / STRATEGY_FILE} has hash {code_hash[:12]}, deployed was {settings.code_hash[:12]}: "
            "it was changed since; deploy the bot again"
        )
    if before_code is not None:
        before_code(settings)
    return Deployed(settings, load_strategy(source.decode(), f"botyard_strategy_{code_hash[:16]}"), code_hash)


def load_settings(folder: Path) -> BundleSettings:
    """Load `bot.json` alone.

    Raises: ConfigError when it is missing or unreadable.
    """
    try:
        return codec.load(BundleSettings, (folder / SETTINGS_FILE).read_bytes())
    except OSError as e:
        raise ConfigError(f"the bundle in {folder} cannot be read: {e.strerror}; deploy the bot again") from e
    except InvariantError as e:
        raise ConfigError(f"{folder / SETTINGS_FILE} does not fit this version: {e}; deploy the bot again") from e


def load_strategy(source: str, name: str) -> ModuleType:
    """Execute an emitted module under a name of its own; the same name again is the same module."""
    if name in sys.modules:
        return sys.modules[name]
    module = ModuleType(name)
    exec(compile(source, f"<{name}>", "exec"), module.__dict__)  # noqa: S102  (its hash was checked above)
    sys.modules[name] = module
    return module


def check(deployed: Deployed, bot: BotRecord) -> None:
    """Refuse to run what is not what the bot was registered with.

    Raises: ConfigError naming the field that differs.
    """
    settings = deployed.settings
    pairs = (
        ("code hash", deployed.code_hash, bot.code_hash),
        ("spec hash", settings.spec_hash, bot.spec_hash),
        ("symbol", settings.symbol, bot.symbol),
        ("bar length", settings.timeframe, bot.timeframe),
        ("feed", settings.feed, bot.feed),
        ("parameter names", settings.parameter_names, tuple(deployed.strategy.PARAMETERS)),
        ("number of parameters", len(settings.parameters), len(deployed.strategy.PARAMETERS)),
    )
    for what, found, registered in pairs:
        if found != registered:
            raise ConfigError(
                f"the {what} of the bundle is {_short(found)}, the bot was registered with {_short(registered)}; "
                "deploy the bot again"
            )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 24 else text[:12] + "…"
