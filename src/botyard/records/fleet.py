"""Bots and what they write down: the journal is the truth, everything else is a fold over it."""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Status = Literal["running", "paused", "halted", "killing", "killed"]
Mode = Literal["paper", "testnet", "mainnet"]


class Bar(NamedTuple):
    """One closed bar; `open_ms` is UTC ms at its open."""

    open_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True)
class BotRecord:
    """A bot of the fleet, as registered at its deployment."""

    name: str
    run_id: str
    symbol: str
    venue: str
    timeframe: str
    mode: Mode
    status: Status
    reason: str  # why it has this status
    bundle: str  # path of the unpacked bundle
    spec_hash: str
    code_hash: str
    deployment_hash: str
    allocated_quote: float
    feed: Literal["live", "stored"]  # stored: imported bars that end in the past play the part of now
    seed_ms: int  # open of the first bar it is fed, so that every replay starts from the same bar
    live_from_ms: int  # first bar whose decisions are traded
    created_ms: int
    account: str = ""  # the venue's account that it trades on; what a promotion is granted for


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a bot's journal. `sequence` is given by the store: 1, 2, 3 and so on."""

    kind: Literal[
        "deployed",
        "decision",
        "intent",
        "submitted",
        "fill",
        "funding",
        "cancelled",
        "missed",
        "refused",
        "status",
        "note",
        "promotion",
    ]
    bar_ms: int  # the bar it belongs to
    at_ms: int  # the clock when it was written
    data: dict[str, Any] = field(default_factory=dict)
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to tick a bot; `fence` grows with every grant."""

    bot: str
    owner: str
    fence: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A cache of the folds: the strategy's state, the model book and the last bar."""

    bot: str
    last_bar_ms: int
    sequence: int  # the journal entry it includes
    schema: int
    code_hash: str
    state: bytes  # little-endian float64: strategy state
    book: bytes  # little-endian float64: model book
    ledger: str = ""  # JSON: the fold of the journal up to `sequence`


@dataclass(frozen=True, slots=True)
class Order:
    """An order as sent: quantity in lots, prices in ticks."""

    client_id: str  # 24 lowercase hex digits
    symbol: str
    side: Literal["buy", "sell"]
    kind: Literal["market", "stop", "limit"]
    lots: int
    ticks: int | None  # level of a stop or limit
    bar_ms: int  # decided at this bar's close
    reduce_only: bool = False


@dataclass(frozen=True, slots=True)
class OrderState:
    """What the venue says of an order."""

    client_id: str
    status: Literal["pending", "resting", "filled", "partly_filled", "cancelled", "rejected"]
    side: Literal["buy", "sell"]
    lots: int
    filled_lots: int
    price_ticks: int | None  # average fill
    fee: str  # decimal, in quote
    bar_ms: int | None = None  # bar in which it filled (paper)
    reason: str = ""
    mid: float | None = None  # of bid and ask just before it was sent, where the venue tells


LIQUIDATION_ID = "liquidation"
"""Stands for the client id of the trade by which a venue closes a position whose margin is gone."""

RECOVERED_ID = "recovered"
"""Stands for the client id of what was written off, because the venue does not hold it any more."""


@dataclass(frozen=True, slots=True)
class Fill:
    """One trade that the venue made for an order, exact: whole lots at a price of whole ticks."""

    trade_id: str  # unique within the bot
    client_id: str
    side: Literal["buy", "sell"]
    lots: int
    ticks: int
    fee: str  # decimal, in quote; all of the money that lots and ticks do not say
    bar_ms: int  # bar in which it happened
    fee_asset: str = ""  # what a real venue took its fee in, and how much of it
    fee_amount: str = ""


PROMOTED_FOR_MS = 30 * 86_400_000
"""A promotion is good for no longer."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """Leave to trade real money: for what, how much, until when. Written into the bot's journal; a mainnet tick submits nothing that it does not cover."""

    bot: str
    spec_hash: str
    code_hash: str
    verdict_hash: str
    account: str  # where it may trade, as the bot's record names it
    max_notional: float  # quote; no position may be made larger
    granted_ms: int
    expires_ms: int  # at most 30 days later


@dataclass(frozen=True, slots=True)
class VenueAccount:
    """What the venue said when it was asked with the keys; the keys themselves are nowhere."""

    venue: str
    network: Literal["testnet", "mainnet"]
    account: str  # "binance/testnet/123": what a bot's record and a promotion name
    can_trade: bool
    can_withdraw: bool | None  # None: the venue does not tell
    free_quote: str  # decimal
    total_quote: str  # decimal, with what is bound in orders and margin
    is_one_way: bool | None  # perpetuals: one position per instrument; None where there is no such mode


MODES = ("paper", "testnet", "mainnet")
"""From the least to the most that can be lost."""


@dataclass(frozen=True, slots=True)
class OuterLimits:
    """For the bots of one mode. None and () allow anything. Exits and stops are never refused."""

    max_notional: float | None = None  # quote that a position of one bot may be made worth
    max_orders_a_day: int | None = None  # orders of one bot that open or enlarge a position, per UTC day
    max_loss: float | None = None  # quote that one bot may have lost and still enter
    max_bots: int | None = None  # living ones of this mode; the oldest go first
    symbols: tuple[str, ...] = ()  # allowed
    venues: tuple[str, ...] = ()  # allowed
    is_above_ceiling: bool = False  # BOTYARD_NETWORK allows less than this mode


DEFAULTS = {
    "paper": OuterLimits(),
    "testnet": OuterLimits(max_orders_a_day=500),
    "mainnet": OuterLimits(max_notional=1_000.0, max_orders_a_day=50, max_loss=100.0, max_bots=3),
}
"""Where the owner has said nothing."""
