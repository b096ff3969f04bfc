"""The kill rule in the tick: what each ended day adds to the CUSUM, and when it is enough.

c = max(0, c + k - r / v) at the end of each UTC day: r its return, v and k from the walk-forward. While the promise is
kept, c drifts down by k a day; with no edge left it drifts up by k a day. The value stands in every decision of the
journal, and a ledger takes it up from there, so that a restart changes nothing. Source: Page, Continuous inspection
schemes, Biometrika 41, 1954; half of the promised mean as the reference value is the best against a mean of 0.
"""

from decimal import Decimal

from botyard.bot.ledger import DAY_MS, Ledger
from botyard.records.deployment import KillRule

NAME = "kill rule: "
"""Begins every reason for a halt that this rule or a loss cap gave."""


def step(rule: KillRule, before: float, day_return: float) -> float:
    """Return the CUSUM after a day; unchanged where the rule has none."""
    if rule.k is None or rule.volatility is None:
        return before
    return max(0.0, before + rule.k - day_return / rule.volatility)


def day_return(ledger: Ledger, bar_ms: int) -> float | None:
    """Return what the ledger's last day made, once a bar of a later day closes; else None."""
    if ledger.day < 0 or bar_ms // DAY_MS <= ledger.day or ledger.day_equity <= 0:
        return None
    return float(ledger.last_equity / ledger.day_equity) - 1.0


def at_close(rule: KillRule, ledger: Ledger, bar_ms: int) -> float:
    """Return the CUSUM at a bar's close."""
    ended = day_return(ledger, bar_ms)
    return ledger.cusum if ended is None else step(rule, ledger.cusum, ended)


def alarm(rule: KillRule, cusum: float) -> str | None:
    """Say why the bot should stop, or None."""
    if rule.h is None or rule.expected_sharpe is None or cusum <= rule.h:
        return None
    return (
        f"{NAME}the days since the last start fell {cusum:.1f} daily volatilities behind a Sharpe of "
        f"{rule.expected_sharpe:.2f}, allowed are {rule.h:.1f}; the edge seems to be gone"
    )


def loss(rule: KillRule, ledger: Ledger, equity: Decimal, bar_ms: int) -> str | None:
    """Say which loss cap an equity at a bar's close has reached, or None."""
    if equity <= ledger.allocated * (1 - Decimal(repr(rule.max_loss_frac))):
        return f"{NAME}equity {equity:.2f} is {rule.max_loss_frac:.0%} below the allocation of {ledger.allocated:.2f}"
    began = ledger.day_equity if bar_ms // DAY_MS == ledger.day else ledger.last_equity
    if began > 0 and equity <= began * (1 - Decimal(repr(rule.max_daily_loss_frac))):
        return (
            f"{NAME}equity {equity:.2f} is {rule.max_daily_loss_frac:.0%} below the {began:.2f} that the day began with"
        )
    return None
