"""What the owner of this home allows its bots: `limits.json` in the home, then the environment, which can only tighten.

`limits.json` has one object per mode: {"mainnet": {"max_notional": 500, "symbols": ["BTC/USDT"]}}; null lifts a
default. BOTYARD_MAX_NOTIONAL, _MAX_ORDERS_A_DAY, _MAX_LOSS and _MAX_BOTS hold for every mode, BOTYARD_SYMBOLS and
BOTYARD_VENUES too (commas between). BOTYARD_NETWORK (paper, testnet or mainnet; testnet if unset) is a ceiling: bots
of a mode above it halt.
"""

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

from botyard.apps import settings
from botyard.errors import ConfigError
from botyard.ports import FleetStore
from botyard.records.fleet import DEFAULTS, MODES, Mode, OuterLimits

FILE = "limits.json"
NETWORK = "BOTYARD_NETWORK"
_NUMBERS = {"max_notional": float, "max_orders_a_day": int, "max_loss": float, "max_bots": int}
_LISTS = ("symbols", "venues")


def of_mode(mode: Mode, home: Path | None = None) -> OuterLimits:
    """Return the limits of a mode, by default of the home that is set. Raises: ConfigError for a file or a variable that cannot be read."""
    found = dataclasses.replace(DEFAULTS[mode], **_from_file((home or settings.home()) / FILE, mode))
    for name, kind in _NUMBERS.items():
        said = os.environ.get(f"BOTYARD_{name.upper()}", "")
        if said:
            before = getattr(found, name)
            value = _number(f"BOTYARD_{name.upper()}", said, kind)
            found = dataclasses.replace(found, **{name: value if before is None else min(before, value)})
    for name in _LISTS:
        words = _words(os.environ.get(f"BOTYARD_{name.upper()}", ""))
        if words:
            before = getattr(found, name)
            both = tuple(word for word in words if not before or word in before)
            # nothing in common: nothing is allowed
            listed: dict[str, Any] = {name: both or ("nothing",)}
            found = dataclasses.replace(found, **listed)
    return dataclasses.replace(found, is_above_ceiling=MODES.index(mode) > MODES.index(ceiling()))


def check_room(store: FleetStore, mode: Mode, bot: str = "") -> None:
    """Hold a bot that is to trade to `max_bots` of its mode: the older ones go first, a new one is the youngest.

    Raises: ConfigError with the figures and what to do.
    """
    most = of_mode(mode).max_bots
    living = [one.name for one in store.bots() if one.mode == mode and one.status != "killed"]
    older = living[: living.index(bot)] if bot in living else living
    if most is not None and len(older) >= most:
        named = f" ({', '.join(older[:3])}{' …' if len(older) > 3 else ''})" if older else ""
        raise ConfigError(
            f"{len(older)} older bot(s) live in {mode} mode{named} and max_bots allows {most}; kill one with botyard kill "
            "BOT, or raise it: docs/limits.md says where"
        )


def ceiling() -> str:
    """Return the most that may be risked. Raises: ConfigError for another word."""
    said = os.environ.get(NETWORK, "testnet").strip().lower() or "testnet"
    if said not in MODES:
        raise ConfigError(f"{NETWORK} is {said!r}; choose one of {', '.join(MODES)}")
    return said


def _from_file(path: Path, mode: Mode) -> dict[str, Any]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as e:
        raise ConfigError(f"{path} cannot be read: {e}; mend it: no bot trades without its limits") from e
    if not isinstance(plain, dict) or not all(isinstance(one, dict) for one in plain.values()):
        raise ConfigError(f'{path} must hold one object per mode, such as {{"mainnet": {{"max_loss": 50}}}}')
    for name in plain.keys() - set(MODES):
        raise ConfigError(f"{path} names the mode {name!r}; the modes are {', '.join(MODES)}")
    return {name: _value(f"{mode}.{name} in {path}", name, value) for name, value in plain.get(mode, {}).items()}


def _value(where: str, name: str, value: Any) -> Any:
    if name in _LISTS:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise ConfigError(f"{where} is {value!r}; write a list of texts")
        return tuple(value)
    if name not in _NUMBERS:
        raise ConfigError(f"{where} is not a limit; there are {', '.join((*_NUMBERS, *_LISTS))}")
    return None if value is None else _number(where, value, _NUMBERS[name])


def _number(where: str, said: Any, kind: type) -> Any:
    try:
        value = kind(said)
    except (TypeError, ValueError):
        value = -1
    if isinstance(said, bool) or not 0 <= value < 1e15:
        raise ConfigError(f"{where} is {said!r}; write a number from 0 on")
    return value


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
