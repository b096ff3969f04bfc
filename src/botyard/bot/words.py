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


def decision(model: Model, instrument: Instrument, held: int) -> str:
    """Say what the model did in the last bar and what it wants next; and where a bot that holds `held` lots is not."""
    parts = [_fill(model, instrument, fill.transition, fill.lots, fill.price) for fill in model.fills]
    if model.is_liquidated:
        return "; ".join([*parts, "liquidated: the margin is gone, nothing happens any more"])
    pending = model.pending
    if pending is not None:
        transition, after = pending
        parts.append(f"{signal(model, transition)}: {_to(instrument, after)} at the next open")
    else:
        resting = ", ".join(
            f"{signal(model, r.transition)} {r.side} {r.kind} {price(instrument, r.ticks)}" for r in model.resting
        )
        parts.append(f"stay {model.state_name}" + (f"; resting: {resting}" if resting else ""))
    if model.refusal is not None:
        transition, why = model.refusal
        parts.append(f"{signal(model, transition)} refused: {why}")
    if held == 0 and model.lots != 0:
        parts.append("the bot itself is flat, and waits for the model to leave")
    return "; ".join(parts)


def _fill(model: Model, instrument: Instrument, transition: int, lots: int, at: float) -> str:
    side = "bought" if lots > 0 else "sold"
    return f"{signal(model, transition)}: {side} {quantity(instrument, abs(lots))} at {at:.10g}"


def _to(instrument: Instrument, lots: int) -> str:
    if lots == 0:
        return "go flat"
    return f"{'long' if lots > 0 else 'short'} {quantity(instrument, abs(lots))}"
