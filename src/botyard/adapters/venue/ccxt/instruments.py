"""A venue's filters as an Instrument, and the one market that a bot's client is made to know."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from botyard.adapters.venue.ccxt.connect import Client
from botyard.adapters.venue.ccxt.failures import translated
from botyard.adapters.venue.ccxt.table import VenueTerms
from botyard.errors import ConfigError, NotFound
from botyard.records.market import Instrument, Step

_TICK_SIZE = 4  # ccxt's number for precisions that are steps
_ASSUMED_NOTIONAL = 5.0


@dataclass(frozen=True, slots=True)
class Listed:
    """One instrument at a venue; `market` is ccxt's description of it, plain JSON, to be frozen with a deployment."""

    instrument: Instrument
    market: dict[str, Any]


def venue_symbol(terms: VenueTerms, text: str) -> str:
    """Write what a person types as the venue's unified symbol: "btc/usdt" is BTC/USDT, of perpetuals BTC/USDT:USDT.

    Raises: NotFound when it is not a pair.
    """
    pair = text.strip().upper().replace("_", "/").partition(":")[0]
    if "/" not in pair and pair.endswith(terms.quote) and len(pair) > len(terms.quote):
        pair = f"{pair.removesuffix(terms.quote)}/{terms.quote}"
    if pair.count("/") != 1 or not all(pair.split("/")):
        raise NotFound(f"{text!r} is no pair; write base and quote, such as BTC/{terms.quote}")
    return pair if terms.kind == "spot" else f"{pair}:{pair.split('/')[1]}"


def load_listed(terms: VenueTerms, client: Client) -> dict[str, Listed]:
    """Ask a venue for all its instruments of the table's kind that trade now.

    Raises: RetryableError, ConfigError.
    """
    with translated(terms.name, "asking for instruments"):
        markets = client.load_markets(True)
    found = {}
    for symbol, market in markets.items():
        is_wanted = bool(market.get("swap")) if terms.kind == "perpetual" else bool(market.get("spot"))
        is_linear = terms.kind == "spot" or market.get("linear") is not False
        if is_wanted and is_linear and market.get("active") is not False and market.get("quote") == terms.quote:
            found[symbol] = Listed(to_instrument(terms, market, client.precisionMode), market)
    return found


def load_market(terms: VenueTerms, client: Client, symbol: str) -> dict[str, Any] | None:
    """Ask a venue how one instrument is traded now; None when it is not traded any more. Nothing else is kept.

    Raises: RetryableError, ConfigError.
    """
    with translated(terms.name, f"asking for the filters of {symbol}"):
        markets = client.fetch_markets()
    found = next((one for one in markets if one["symbol"] == symbol), None)
    return dict(found) if found is not None and found.get("active") is not False else None


def change_that_matters(tested: Instrument, now: Instrument) -> str:
    """Say why orders on the grid that was tested would be refused now; empty when they would not. Finer steps do no harm."""
    for what, ours, theirs in (("price step", tested.tick, now.tick), ("lot", tested.lot, now.lot)):
        if Fraction(ours.numerator, ours.denominator) % Fraction(theirs.numerator, theirs.denominator):
            return f"the {what} of {tested.symbol} is {theirs.value:g} now, it was tested with {ours.value:g}"
    if now.min_notional > tested.min_notional:
        return (
            f"the smallest order of {tested.symbol} is {now.min_notional:g} {tested.quote} now, "
            f"it was tested with {tested.min_notional:g}"
        )
    return ""


def to_instrument(terms: VenueTerms, market: dict[str, Any], precision_mode: int) -> Instrument:
    """Read ccxt's description of a market.

    Raises: ConfigError when it has no grid.
    """
    contract = Fraction(str(market.get("contractSize") or 1))
    notional = (market["limits"].get("cost") or {}).get("min")
    return Instrument(
        symbol=market["symbol"],
        venue=terms.name,
        base=market["base"],
        quote=market["quote"],
        kind=terms.kind,
        tick=_step(market, "price", precision_mode, Fraction(1)),
        lot=_step(market, "amount", precision_mode, contract),
        min_notional=float(notional) if notional else _ASSUMED_NOTIONAL,
        assumed=() if notional else ("min_notional",),
    )


def know(client: Client, market: dict[str, Any]) -> None:
    """Make a client know this one market, so that it never loads them all."""
    client.set_markets([market])
    client.options["leverageBrackets"] = {market["symbol"]: []}


def contract_size(market: dict[str, Any]) -> Decimal:
    """Units of the base in one contract."""
    return Decimal(str(market.get("contractSize") or 1))


def _step(market: dict[str, Any], name: str, precision_mode: int, unit: Fraction) -> Step:
    value = market["precision"].get(name)
    if value is None:
        raise ConfigError(f"{market['symbol']} has no {name} step at its venue, so no order can be written for it")
    step = Fraction(str(value)) if precision_mode == _TICK_SIZE else Fraction(1, 10 ** int(value))
    step *= unit
    return Step(step.numerator, step.denominator)
