"""What the owner of a home allows its bots, whatever a strategy, a run or a promotion says."""

from dataclasses import dataclass

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
