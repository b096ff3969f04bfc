"""Exchange keys: from the environment or a keyring, never from files, never shown.

BOTYARD_KEY_<VENUE>_<NETWORK>, with _SECRET and, where a venue asks for it, _PASSPHRASE behind it; one bot's own keys
stand under BOTYARD_KEY_<VENUE>_<NETWORK>_BOT_<NAME>. In a keyring the service is botyard/<venue>/<network> and the
user names are key, secret and passphrase.
"""

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botyard.adapters.venue.ccxt.connect import Keys

PREFIX = "BOTYARD_KEY_"


def variable(venue: str, network: str, bot: str = "") -> str:
    """Return the variable that holds a key; its secret's is this with _SECRET."""
    name = f"{PREFIX}{venue}_{network}" + (f"_bot_{bot}" if bot else "")
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def find_keys(venue: str, network: str, bot: str = "") -> "Keys | None":
    """Return the keys of a bot, else those of its venue and network; None when there are none."""
    from botyard.adapters.venue.ccxt.connect import Keys

    for owner in (bot, "") if bot else ("",):
        name = variable(venue, network, owner)
        parts = [os.environ.get(name + part, "") for part in ("", "_SECRET", "_PASSPHRASE")]
        if not (parts[0] and parts[1]):
            parts = _from_keyring(f"botyard/{venue}/{network}" + (f"/{owner}" if owner else ""))
        if parts[0] and parts[1]:
            return Keys(*parts)
    return None


def how_to_give(venue: str, network: str) -> str:
    """Say where keys are looked for."""
    name = variable(venue, network)
    return f"set {name} and {name}_SECRET, or put key and secret into the keyring as botyard/{venue}/{network}"


def _from_keyring(service: str) -> list[str]:
    import keyring
    import keyring.errors

    try:
        return [keyring.get_password(service, name) or "" for name in ("key", "secret", "passphrase")]
    except (keyring.errors.KeyringError, RuntimeError, OSError):  # a machine without one
        return ["", "", ""]
