"""Make a ccxt client for one venue and one network, and hold it to that network's hosts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ccxt

from botyard.adapters.venue.ccxt.guard import HostGuard, install
from botyard.adapters.venue.ccxt.table import Network, VenueTerms, hosts
from botyard.errors import ConfigError

TIMEOUT_MS = 5_000
RECEIVE_MS = 5_000  # a signed request that arrives later than this is refused by the venue
_LOOPBACK = re.compile(r"http://127\.0\.0\.\d+:\d+")

Client = Any
"""A ccxt exchange; its numbers are the venue's own strings."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What signs orders. Never printed, logged or written."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    passphrase: str = field(default="", repr=False)


def connect(
    terms: VenueTerms,
    network: Network,
    keys: Keys | None = None,
    *,
    real_money: bool = False,
    now_ms: Callable[[], int] | None = None,
    loopback: str = "",
    timeout_ms: int = TIMEOUT_MS,
) -> Client:
    """Return a client; without keys it can only ask what anybody may.

    real_money: must be said along with keys for a mainnet, so that nobody gets there by default.
    now_ms: what requests are stamped with; default: this machine's clock.
    loopback: for tests: the origin that all addresses are replaced by; only a loopback one is taken.
    Raises: ConfigError for the testnet of a venue without one, for missing credentials, for keys of a mainnet where
    no real money was meant, or a foreign `loopback`.
    """
    if keys is not None and network == "mainnet" and not real_money:
        raise ConfigError(f"keys of {terms.name} mainnet were given where no real money is meant; nothing was sent")
    allowed = hosts(terms, network)
    options = {"recvWindow": RECEIVE_MS, **terms.options}
    client = getattr(ccxt, terms.ccxt_id)(
        {"timeout": timeout_ms, "enableRateLimit": not loopback, "options": options, **_credentials(terms, keys)}
    )
    for step in terms.silenced:
        setattr(client, step, lambda: True)
    client.number = str  # exact: what the venue wrote, not the nearest float
    if network == "testnet":
        _use_sandbox(terms, client)
    origins = frozenset(f"https://{host}" for host in allowed)
    if loopback:
        if not _LOOPBACK.fullmatch(loopback):
            raise ConfigError(f"{loopback!r} is not a loopback address; it is for tests only")
        client.urls["api"] = _moved(client.urls["api"], loopback)
        origins = frozenset((loopback,))
    if now_ms is not None:
        client.milliseconds = now_ms
    install(
        client.session,
        HostGuard(origins, terms.testnet_header, is_header_due=network == "testnet"),
    )
    return client


def _credentials(terms: VenueTerms, keys: Keys | None) -> dict[str, str]:
    if keys is None:
        return {}
    found = dict(zip(terms.credentials, (keys.key, keys.secret, keys.passphrase), strict=False))
    if not all(found.values()):
        raise ConfigError(f"{terms.name} asks for a key, a secret and a passphrase; one of them is missing")
    return found


def _use_sandbox(terms: VenueTerms, client: Client) -> None:
    if terms.sandbox == "demo":
        client.enable_demo_trading(True)
    else:
        client.set_sandbox_mode(True)
    if terms.testnet_header is not None:
        name, value = terms.testnet_header
        client.headers = {**(client.headers or {}), name: value}


def _moved(addresses: Any, origin: str) -> Any:
    if isinstance(addresses, Mapping):
        return {name: _moved(address, origin) for name, address in addresses.items()}
    return re.sub(r"^https?://[^/]+", origin, addresses) if isinstance(addresses, str) else addresses
