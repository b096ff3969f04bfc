"""Which orders the model's book asks the bot to have at the venue: pure, from two positions to a list of wants."""

from collections.abc import Callable
from dataclasses import dataclass

from botyard.bot.intents import Leg, Want, position_wanted, want
from botyard.bot.model import Model, Resting

Cut = Callable[[int, float], int]
"""Cuts a signed position at a price (quote) down to what the bot can carry."""


@dataclass(frozen=True, slots=True)
class Missed:
    """An order of the model that the bot does not follow."""

    transition: int
    after: int


@dataclass(frozen=True, slots=True)
class Orders:
    """What should be at the venue, and what the model does without the bot."""

    wants: tuple[Want, ...]
    missed: tuple[Missed, ...]


def at_close(model: Model, held: int, close: float, tick: float, *, may_add: bool, cut: Cut) -> Orders:
    """List the orders for the time after a close: a market order, or else what rests."""
    if model.pending is not None:
        transition, after = model.pending
        return _market(transition, model.lots, after, held, close, may_add=may_add, cut=cut)
    if held != 0 and model.lots * held <= 0:  # the model is out, or on the other side: follow it out
        out = want(held, 0, transition=-1, leg="close", kind="market", ticks=None)
        return Orders((out,) if out else (), ())
    return resting(model.resting, model.lots, held, "rest", tick, may_add=may_add, cut=cut)


def resting(orders: list[Resting], before: int, held: int, leg: Leg, tick: float, *, may_add: bool, cut: Cut) -> Orders:
    """List the resting orders of the model, in lots of what the bot holds."""
    wants, missed = [], []
    for order in orders:
        wanted = _wanted(before, order.after, held, order.ticks * tick, may_add=may_add, cut=cut)
        one = want(held, wanted, transition=order.transition, leg=leg, kind=order.kind, ticks=order.ticks)
        if one is not None and one.side == order.side:
            wants.append(one)
        if not may_add and adds(before, order.after):
            missed.append(Missed(order.transition, order.after))
    return Orders(tuple(wants), tuple(missed))


def exit_stops(orders: list[Resting], after: int, held: int, tick: float, *, cut: Cut) -> list[Want]:
    """List the stops that protect what an entry filled, once it did: held and wanted are on one side then."""
    if after * held <= 0:
        return []
    wants = resting(orders, after, held, "bracket", tick, may_add=False, cut=cut).wants
    return [want for want in wants if want.kind == "stop" and want.reduce_only]


def _market(transition: int, before: int, after: int, held: int, close: float, *, may_add: bool, cut: Cut) -> Orders:
    wanted = _wanted(before, after, held, close, may_add=may_add, cut=cut)
    one = want(held, wanted, transition=transition, leg="market", kind="market", ticks=None)
    is_missed = not may_add and adds(before, after)
    return Orders((one,) if one else (), (Missed(transition, after),) if is_missed else ())


def _wanted(before: int, after: int, held: int, price: float, *, may_add: bool, cut: Cut) -> int:
    wanted = position_wanted(before, after, held, may_add=may_add)
    if abs(wanted) <= abs(held) and wanted * held >= 0:
        return wanted
    least = held if wanted * held > 0 else 0
    wanted = cut(wanted, price)
    return wanted if abs(wanted) > abs(least) else least


def adds(before: int, after: int) -> bool:
    """Whether going from one position to the other opens, enlarges or turns it."""
    return before * after < 0 or abs(after) > abs(before)
