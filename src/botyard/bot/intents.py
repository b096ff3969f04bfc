"""From what the model holds to what the bot sends: positions wanted, orders wanted, and their client ids."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from botyard.bot.ledger import Working
from botyard.records.fleet import Order

Leg = Literal["market", "rest", "bracket", "close", "kill", "disaster"]
"""Why an order is sent: decided at a close, resting from a close, resting from an open fill, to follow the model
out, to end the bot, to rest against a disaster."""


def bot_prefix(bot: str) -> str:
    """First eight digits of all client ids of a bot: how its orders are told from anybody else's."""
    return hashlib.sha256(bot.encode()).hexdigest()[:8]


def client_id(bot: str, deployment: str, bar_ms: int, transition: int, leg: Leg, attempt: int = 0) -> str:
    """24 lowercase hex digits; the same decision has the same id, however often it is made."""
    what = f"{deployment}|{bar_ms}|{transition}|{leg}|{attempt}"
    return bot_prefix(bot) + hashlib.sha256(what.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Want:
    """An order that should be at the venue now; `ticks` is None for a market order."""

    transition: int
    leg: Leg
    kind: Literal["market", "stop", "limit"]
    side: Literal["buy", "sell"]
    lots: int
    ticks: int | None
    reduce_only: bool

    def fits(self, order: Order) -> bool:
        """Whether an order at the venue is this one already."""
        return (
            order.kind == self.kind
            and order.side == self.side
            and order.lots == self.lots
            and order.ticks == self.ticks
            and order.reduce_only == self.reduce_only
        )

    def order(self, symbol: str, client_id: str, bar_ms: int) -> Order:
        """Make the order."""
        return Order(
            client_id=client_id,
            symbol=symbol,
            side=self.side,
            kind=self.kind,
            lots=self.lots,
            ticks=self.ticks,
            bar_ms=bar_ms,
            reduce_only=self.reduce_only,
        )


def position_wanted(before: int, after: int, held: int, *, may_add: bool) -> int:
    """Signed lots that the bot should hold once the model went from `before` to `after`.

    In step with the model this is `after`. A bot that missed the entry, or was stopped out early, stays flat until
    the model leaves the position; one that holds less than the model reduces in proportion.
    """
    if after == 0:
        return 0
    if before * after <= 0:  # from flat, or a reversal
        return after if may_add else 0
    follows = before * held > 0
    if not follows:
        return 0
    if abs(after) >= abs(before):
        return held + after - before if may_add else held
    rest = abs(held) * abs(after) // abs(before)
    return rest if held > 0 else -rest


def want(
    held: int, wanted: int, *, transition: int, leg: Leg, kind: Literal["market", "stop", "limit"], ticks: int | None
) -> Want | None:
    """Make the order that takes the position from `held` to `wanted`, or None where there is nothing to do."""
    delta = wanted - held
    if delta == 0:
        return None
    return Want(
        transition=transition,
        leg=leg,
        kind=kind,
        side="buy" if delta > 0 else "sell",
        lots=abs(delta),
        ticks=ticks,
        reduce_only=held * delta < 0 and abs(delta) <= abs(held),
    )


def compare(wants: Iterable[Want], working: Iterable[Working]) -> tuple[list[Want], list[Working]]:
    """Say which orders to send and which to cancel; what fits is left where it is."""
    missing: list[Want] = []
    left = list(working)
    for wanted in wants:
        match = next(
            (w for w in left if w.transition == wanted.transition and w.filled_lots == 0 and wanted.fits(w.order)),
            None,
        )
        if match is None:
            missing.append(wanted)
        else:
            left.remove(match)
    return missing, left
