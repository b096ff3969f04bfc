"""What is known of an account at a venue."""

from dataclasses import dataclass
from typing import Literal


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
