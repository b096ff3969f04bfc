"""The stop that rests at a real venue whatever the strategy does: one tenth from the bot's own entry price.

A position is covered to its last lot by exit stops: the strategy's own where they are nearer, this one for the rest.
When it fills, the bot is flat and stays so until its model leaves the position; the model itself never sees it.
"""

from collections.abc import Iterable, Sequence
from math import ceil, floor

from botyard.bot.intents import Want
from botyard.bot.ledger import Working
from botyard.records.fleet import Mode

FRAC = 0.10
"""Of the entry price."""

TRANSITION = -2
"""Stands for the transition of its orders and fills: none of the strategy's."""

NAME = "disaster stop"


def is_due(mode: Mode) -> bool:
    """Whether bots of a mode keep one: wherever a process that died would leave a position behind."""
    return mode != "paper"


def level(held: int, entry_ticks: float) -> int:
    """Return its level in ticks, no farther than FRAC from the entry."""
    return max(1, ceil(entry_ticks * (1.0 - FRAC))) if held > 0 else floor(entry_ticks * (1.0 + FRAC))


def covered(wants: Iterable[Want], held: int, entry_ticks: float) -> list[Want]:
    """Return the wants with exit stops for all that is held, none of them farther than FRAC from the entry.

    wants: no market order among them.
    """
    side, most = ("sell" if held > 0 else "buy"), level(held, entry_ticks)
    found, bare = [], abs(held)
    for one in wants:
        is_exit_stop = one.kind == "stop" and one.reduce_only and one.side == side
        if is_exit_stop and one.ticks is not None and (one.ticks < most if held > 0 else one.ticks > most):
            continue  # it is farther away: this one fills first, and coins can be promised once only
        found.append(one)
        bare -= one.lots if is_exit_stop else 0
    if bare > 0:
        found.append(
            Want(
                transition=TRANSITION,
                leg="disaster",
                kind="stop",
                side="sell" if held > 0 else "buy",
                lots=bare,
                ticks=most,
                reduce_only=True,
            )
        )
    return found


def unprotecting(working: Sequence[Working], held: int) -> list[Working]:
    """List what a halted bot cancels: all but the exit stops of its position, the nearest first, up to what is held."""
    side = "sell" if held > 0 else "buy"
    stops = [w for w in working if w.order.kind == "stop" and w.order.side == side and w.order.reduce_only]
    stops.sort(key=lambda w: -(w.order.ticks or 0) if held > 0 else (w.order.ticks or 0))
    kept, bare = [], abs(held)
    for one in stops:
        if one.rest <= bare:
            kept.append(one)
            bare -= one.rest
    return [w for w in working if w not in kept]
