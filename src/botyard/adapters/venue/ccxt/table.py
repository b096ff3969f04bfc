"""What each venue is like: the one place where venues differ.

Only the Binance rows have been exercised whole, against the loopback exchange of the tests; the others are written from
the venues' and ccxt's documentation, and of them only the form of orders has (tests/unit/adapters/test_other_venues.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from botyard.errors import ConfigError, NotFound
from botyard.records.market import Costs, ExecutionProfile

Network = Literal["testnet", "mainnet"]
Sandbox = Literal["urls", "demo", "header", "none"]
"""How a venue is told that no real money is meant: other addresses, its demo trading, a header, or not at all."""

LookUp = Literal["client_id", "open_orders", "as_id", "status"]
"""How an order is found by its client id: in fetch_order, among recent orders, as if it were the id, by status."""

REAL = ExecutionProfile(exit_stop="rest", exit_limit="tick", entry_stop="tick", entry_limit="tick")


@dataclass(frozen=True, slots=True)
class VenueTerms:
    """One venue, as far as orders are concerned."""

    name: str
    ccxt_id: str
    kind: Literal["spot", "perpetual"]
    quote: str
    sandbox: Sandbox
    mainnet: tuple[str, ...]  # hosts that may be spoken to
    testnet: tuple[str, ...] = ()
    testnet_header: tuple[str, str] | None = None  # must go with every testnet request, and with no other
    client_prefix: str = ""  # put before our 24 hex digits, to make the venue's form of a client id
    client_suffix: str = ""
    look_up: LookUp = "client_id"
    trades_by: str = ""  # the parameter that asks for one order's trades; "" asks for all and picks
    stops_apart: bool = False  # resting stops live on pages of their own
    stop_id: str = ""  # the parameter that names a resting stop there, beside clientOrderId
    with_orders: Mapping[str, str] = field(default_factory=dict)  # goes with every order
    stop_limit_bps: float = 100.0  # of a stop-limit's limit beyond its stop, where plain stops are not to be had
    costs: Costs = field(default_factory=Costs)
    profile: ExecutionProfile = REAL
    replaces: Literal["cancel_first", "place_first"] = "place_first"  # an exit stop
    hosts_tell_withdrawal: bool = False  # the venue says whether a key may withdraw
    credentials: tuple[str, ...] = ("apiKey", "secret")  # ccxt's names for key, secret and passphrase, in that order
    market_needs_price: bool = False
    silenced: tuple[
        str, ...
    ] = ()  # steps of ccxt's own that nobody asked for; they are answered with yes, and not taken
    is_exercised: bool = False  # against the loopback exchange
    options: Mapping[str, Any] = field(default_factory=dict)


_BINANCE = {"fetchCurrencies": False, "fetchMargins": False, "warnOnFetchOpenOrdersWithoutSymbol": False}

_ROWS = (
    VenueTerms(
        name="binance", ccxt_id="binance", kind="spot", quote="USDT", sandbox="urls",
        mainnet=("api.binance.com",), testnet=("testnet.binance.vision",),
        trades_by="orderId", costs=Costs(taker_bps=10.0, maker_bps=10.0, slippage_bps=2.0),
        replaces="cancel_first", hosts_tell_withdrawal=True, is_exercised=True,
        options={**_BINANCE, "fetchMarkets": {"types": ["spot"]}},
    ),
    VenueTerms(
        name="binanceusdm", ccxt_id="binanceusdm", kind="perpetual", quote="USDT", sandbox="demo",
        mainnet=("fapi.binance.com", "api.binance.com"), testnet=("demo-fapi.binance.com",),
        trades_by="orderId", stops_apart=True, stop_id="clientAlgoId",
        costs=Costs(taker_bps=5.0, maker_bps=2.0, slippage_bps=2.0, funding_bps=1.0),
        hosts_tell_withdrawal=True, is_exercised=True,
        options={**_BINANCE, "fetchMarkets": {"types": ["linear"]}, "leverageBrackets": {}},
    ),
    VenueTerms(
        name="bybit", ccxt_id="bybit", kind="perpetual", quote="USDT", sandbox="urls",
        mainnet=("api.bybit.com",), testnet=("api-testnet.bybit.com",), look_up="open_orders",
        trades_by="orderId",
        costs=Costs(taker_bps=5.5, maker_bps=2.0, slippage_bps=2.0, funding_bps=1.0),
        options={"fetchCurrencies": False, "fetchMarkets": {"types": ["linear"]}},
    ),
    VenueTerms(
        name="okx", ccxt_id="okx", kind="perpetual", quote="USDT", sandbox="header",
        mainnet=("www.okx.com",), testnet=("www.okx.com",), testnet_header=("x-simulated-trading", "1"),
        trades_by="ordId", stops_apart=True, stop_id="algoClOrdId", with_orders={"tdMode": "isolated"},
        costs=Costs(taker_bps=5.0, maker_bps=2.0, slippage_bps=2.0, funding_bps=1.0),
        credentials=("apiKey", "secret", "password"),
        options={"fetchCurrencies": False, "fetchMarkets": {"types": ["swap"]}},
    ),
    VenueTerms(
        name="hyperliquid", ccxt_id="hyperliquid", kind="perpetual", quote="USDC", sandbox="urls",
        mainnet=("api.hyperliquid.xyz",), testnet=("api.hyperliquid-testnet.xyz",),
        client_prefix="0x", client_suffix="b07a4d00", look_up="as_id",
        costs=Costs(taker_bps=4.5, maker_bps=1.5, slippage_bps=2.0, funding_bps=1.0),
        credentials=("walletAddress", "privateKey"), market_needs_price=True,
        silenced=("initialize_client",),  # it would grant ccxt's makers a fee of every order, and name them as referrer
        options={"fetchMarkets": {"types": ["swap"]}},
    ),
    VenueTerms(
        name="krakenfutures", ccxt_id="krakenfutures", kind="perpetual", quote="USD", sandbox="urls",
        mainnet=("futures.kraken.com",), testnet=("demo-futures.kraken.com",), look_up="status",
        costs=Costs(taker_bps=5.0, maker_bps=2.0, slippage_bps=2.0, funding_bps=1.0),
    ),
    VenueTerms(
        name="kraken", ccxt_id="kraken", kind="spot", quote="USD", sandbox="none",
        mainnet=("api.kraken.com",), replaces="cancel_first",
        costs=Costs(taker_bps=40.0, maker_bps=25.0, slippage_bps=2.0),
    ),
    VenueTerms(
        name="kucoin", ccxt_id="kucoin", kind="spot", quote="USDT", sandbox="none",
        mainnet=("api.kucoin.com",), replaces="cancel_first", credentials=("apiKey", "secret", "password"),
        costs=Costs(taker_bps=10.0, maker_bps=10.0, slippage_bps=2.0),
    ),
)  # fmt: skip

VENUES: Mapping[str, VenueTerms] = MappingProxyType({row.name: row for row in _ROWS})


def find_venue(name: str) -> VenueTerms:
    """Return a venue's row.

    Raises: NotFound naming the venues there are.
    """
    if name not in VENUES:
        raise NotFound(f"venue {name!r} is not known; choose one of {', '.join(VENUES)}")
    return VENUES[name]


def hosts(terms: VenueTerms, network: Network) -> tuple[str, ...]:
    """Return the hosts that a client of this network may speak to.

    Raises: ConfigError for the testnet of a venue that has none.
    """
    if network == "testnet" and terms.sandbox == "none":
        others = ", ".join(row.name for row in _ROWS if row.sandbox != "none")
        raise ConfigError(f"{terms.name} has no testnet; use --mode paper, or one of {others}")
    return terms.testnet if network == "testnet" else terms.mainnet


def to_venue_id(terms: VenueTerms, client_id: str) -> str:
    """Pad our client id to the venue's form."""
    return terms.client_prefix + client_id + terms.client_suffix


def from_venue_id(terms: VenueTerms, venue_id: str) -> str | None:
    """Take the padding off; None for an id that is not one of ours."""
    inner = venue_id.removeprefix(terms.client_prefix).removesuffix(terms.client_suffix)
    is_ours = len(inner) == 24 and all(digit in "0123456789abcdef" for digit in inner)
    return inner if is_ours and to_venue_id(terms, inner) == venue_id else None
