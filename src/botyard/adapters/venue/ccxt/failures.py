"""What went wrong at a venue, said in the words of the error tree.

A refused order certainly does not stand; a call that broke off may have had its effect. Everything hangs on telling
the two apart.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import ccxt

from botyard.errors import BotyardError, ConfigError, RetryableError, VenueRejected

_QUERY = re.compile(r"\?\S*")
_MOST = 300  # characters of a venue's message

KEY_TURNED_AWAY = "-2015"
"""Binance's number for a key that does not exist, may not do this from here, or is banned."""

TOO_FAST = (ccxt.DDoSProtection, ccxt.RateLimitExceeded)
WRONG_TIME = (ccxt.InvalidNonce,)
REFUSED_UNSEEN = (*TOO_FAST, *WRONG_TIME)
"""The venue turned the request away before it looked at it."""


def words(error: Exception) -> str:
    """Return a venue's message without what was signed."""
    text = _QUERY.sub("", str(error)).replace("\n", " ")
    return text if len(text) <= _MOST else text[:_MOST] + "…"


@contextmanager
def translated(venue: str, doing: str) -> Iterator[None]:
    """Turn ccxt's errors into ours.

    Raises: RetryableError when it may have had its effect or may work later, ConfigError when the keys or the
    account do not fit, VenueRejected when the venue said no.
    """
    try:
        yield
    except ccxt.BaseError as e:
        raise _ours(venue, doing, e) from e


def _ours(venue: str, doing: str, error: ccxt.BaseError) -> BotyardError:
    text = words(error)
    if isinstance(error, TOO_FAST) and KEY_TURNED_AWAY in text:  # ccxt takes it for a ban once a key has worked
        return RetryableError(
            f"{venue} turns the key away while {doing}: it was revoked, is bound to another address, or is banned for a "
            f"while: {text}"
        )
    if isinstance(error, TOO_FAST):
        return RetryableError(f"{venue} was asked too often while {doing}: {text}")
    if isinstance(error, ccxt.OperationFailed):
        return RetryableError(f"{venue} did not answer while {doing}: {text}")
    if isinstance(error, ccxt.AuthenticationError):
        return ConfigError(
            f"{venue} does not accept the keys while {doing}: {text}; see botyard doctor, "
            "and whether they are of this network"
        )
    if isinstance(error, ccxt.BadSymbol | ccxt.NotSupported | ccxt.ArgumentsRequired):
        return ConfigError(f"{venue} cannot do this ({doing}): {text}")
    return VenueRejected(f"{venue} refused ({doing}): {text}", reason=text)
