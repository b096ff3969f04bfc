"""A decision in words: what `why` shows, one line per bar."""

from botyard.bot.model import Model
from botyard.records.market import Instrument


def quantity(instrument: Instrument, lots: int) -> str:
    """Write lots as an amount of the base asset."""
    return f"{lots * instrument.lot.numerator / instrument.lot.denominator:.10g} {instrument.base}"


def price(instrument: Instrument, ticks: int) -> str:
    """Write ticks as a price."""
    return f"{ticks * instrument.tick.numerator / instrument.tick.denominator:.10g}"


def signal(model: Model, transition: int) -> str:
    """Name a transition by its signal."""
    return "close" if transition < 0 else str(model.strategy.TRANSITIONS[transition][0]).replace("_", " ")


LIQUIDATED = "liquidated: its equity fell below the maintenance margin and the venue closed the position"

_ENTRIES = ("enter_long", "enter_short", "scale_in", "reverse")


def decision(model: Model, instrument: Instrument, held: int) -> str:
    """Say what the model did in the last bar, what it wants next and why; and where a bot that holds `held` lots is not.

    One line, its parts in the order of events: fills, the state, what fired or rests, or why nothing did.
    """
    parts = [_fill(model, instrument, fill.transition, fill.lots, fill.price) for fill in model.fills]
    if model.is_liquidated:
        return "; ".join([*parts, "the model was liquidated: its margin is gone, and it decides nothing any more"])
    parts.append(_state(model))
    if model.pending is not None:
        transition, after = model.pending
        parts.append(f"{signal(model, transition)} fired: {_to(instrument, after)} at the next open")
    else:
        parts.extend(
            f"{signal(model, r.transition)} rests at {price(instrument, r.ticks)} ({r.side} {r.kind})"
            for r in model.resting
        )
    if model.refusal is not None:
        transition, why = model.refusal
        parts.append(f"{signal(model, transition)} refused: {why}")
    elif model.pending is None and not model.left_state:
        parts.extend(_why_nothing(model))
    if held == 0 and model.lots != 0:
        parts.append("the bot itself is flat, and waits for the model to leave")
    return "; ".join(parts)


def _state(model: Model) -> str:
    before, now = model.left_state, model.state_name
    if not before:
        return now
    return f"{now} began anew" if before == now else f"{before} became {now}"


def _why_nothing(model: Model) -> list[str]:
    left = model.bars_to_warm_up
    if left > 0:
        return [f"warming up, {left} more bar" + ("s" if left > 1 else "")]
    conditions = model.conditions
    if not conditions:
        return [] if model.resting else ["nothing rests and no condition leads out of this state now"]
    entries = [name in _ENTRIES for name in conditions]
    kind = "entry " if all(entries) else "exit " if not any(entries) and model.lots != 0 else ""
    return [f"no {kind}condition is true"]


def _fill(model: Model, instrument: Instrument, transition: int, lots: int, at: float) -> str:
    side = "bought" if lots > 0 else "sold"
    return f"{signal(model, transition)}: {side} {quantity(instrument, abs(lots))} at {at:.10g}"


def _to(instrument: Instrument, lots: int) -> str:
    if lots == 0:
        return "go flat"
    return f"{'long' if lots > 0 else 'short'} {quantity(instrument, abs(lots))}"
