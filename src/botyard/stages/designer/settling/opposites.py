"""The opposite of a condition: what ends it, what mirrors it, and whether it is natural to leave on it unsaid."""

from dataclasses import replace

from botyard.stages.designer.meaning.kinds import scale
from botyard.stages.designer.meaning.values import (
    And,
    Clock,
    Compare,
    Condition,
    Cross,
    Days,
    Extreme,
    Held,
    Measure,
    NewExtreme,
    Not,
    Number,
    Or,
    RestAt,
    Side,
    Slope,
    SqueezeEnds,
)
from botyard.stages.designer.settling.plan import ask

_NEGATED = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}
_TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


def negate(value: Condition) -> Condition:
    """Not the condition; comparisons are turned over, so that the spec reads plainly."""
    if isinstance(value, Compare) and value.op in _NEGATED:
        return replace(value, op=_NEGATED[value.op])  # type: ignore[arg-type] # the table holds operators
    if isinstance(value, Not):
        return value.part
    if isinstance(value, And):
        return Or(tuple(negate(p) for p in value.parts))
    if isinstance(value, Or):
        return And(tuple(negate(p) for p in value.parts))
    if isinstance(value, Cross):
        return opposite(value, exact=True)
    if value == Days((5, 6)):
        return Days((0, 1, 2, 3, 4))  # no weekends: working days
    return Not(value)


def other_way(value: Condition) -> Condition:
    """Give the mirror of a comparison: above becomes below."""
    if isinstance(value, Compare) and value.op in _TURNED:
        return replace(value, op=_TURNED[value.op])  # type: ignore[arg-type] # the table holds operators
    raise ask("the other side", "What is the filter for the other side?")


def opposite(value: Condition, *, exact: bool) -> Condition:
    """Give what the opposite signal is; `exact` when the idea itself speaks of it.

    Raises: AskError when there is no one opposite.
    """
    if isinstance(value, Cross) and value.way is not None:
        return replace(value, way="down" if value.way == "up" else "up")
    if isinstance(value, NewExtreme):
        return NewExtreme(replace(value.of, side="low" if value.of.side == "high" else "high"))
    if isinstance(value, Compare) and not _is_level(value):
        return other_way(value) if exact else negate(value)
    if isinstance(value, Slope):
        return replace(value, way="down" if value.way == "up" else "up")
    if isinstance(value, And):
        return _opposite_of_parts(value.parts, exact=exact)
    raise ask(
        "exit",
        "What is the opposite signal here?",
        "exit after 20 bars",
        "take profit 4%",
        "trailing stop 3 atr",
    )


def cross_back(leaving: Condition, entry: Condition | None) -> Condition:
    """Give the way of "exit on the cross back", which is the other one of the entry's."""
    if isinstance(leaving, Cross) and isinstance(entry, Cross) and replace(entry, way=None) == leaving:
        return opposite(entry, exact=True)
    return leaving


def _opposite_of_parts(parts: tuple[Condition, ...], *, exact: bool) -> Condition:
    events = [p for p in parts if isinstance(p, Cross | NewExtreme)]
    if len(events) == 1:
        return opposite(events[0], exact=exact)
    levels = [p for p in parts if not isinstance(p, Clock | Days | SqueezeEnds | Not)]
    if len(levels) == 1:
        return opposite(levels[0], exact=exact)
    raise ask(
        "exit",
        "What is the opposite signal here?",
        "exit after 20 bars",
        "take profit 4%",
        "trailing stop 3 atr",
    )


def _is_level(value: Compare) -> bool:
    # leaving an oversold level is no opposite: it may come in the very next bar
    return isinstance(value.right, Number) and value.right.value not in (0.0, 50.0)


def natural_exit(entry: Condition, side: Side) -> Condition | None:
    """Give the exit that goes without saying for a trend entry, or None when it must be asked for."""
    up = "up" if side == "long" else "down"
    if isinstance(entry, And) and any(isinstance(p, RestAt | Held) for p in entry.parts):
        return None
    if isinstance(entry, Cross):
        good = entry.way == up and not _is_far_number(entry.right)
        return opposite(entry, exact=False) if good else None
    if isinstance(entry, NewExtreme):
        good = (entry.of.side == "high") == (side == "long")
        return opposite(entry, exact=False) if good else None
    if isinstance(entry, Compare):
        return negate(entry) if _is_trend(entry, side) else None
    if isinstance(entry, Slope):
        return opposite(entry, exact=False) if entry.way == up else None
    if isinstance(entry, Or):
        parts = [natural_exit(p, side) for p in entry.parts]
        kept = tuple(p for p in parts if p is not None)
        return And(kept) if len(kept) == len(parts) else None
    if isinstance(entry, And):
        return _natural_of_parts(entry, side)
    return None


def _natural_of_parts(entry: And, side: Side) -> Condition | None:
    events = [p for p in entry.parts if isinstance(p, Cross | NewExtreme)]
    if events:
        return natural_exit(events[0], side) if len(events) == 1 else None
    if any(isinstance(p, SqueezeEnds) for p in entry.parts):
        rest = [p for p in entry.parts if isinstance(p, Compare)]
        return other_way(rest[0]) if len(rest) == 1 else None
    levels = [p for p in entry.parts if isinstance(p, Compare | Or | Slope)]
    if len(levels) == 1:
        return natural_exit(levels[0], side)
    both = [natural_exit(p, side) for p in levels]
    kept = tuple(p for p in both if p is not None)
    return Or(kept) if kept and len(kept) == len(levels) == len(entry.parts) else None


def _is_far_number(value: object) -> bool:
    return isinstance(value, Number) and value.value not in (0.0, 50.0)


def _is_trend(value: Compare, side: Side) -> bool:
    goes_up = value.op in (">", ">=")
    if goes_up != (side == "long") or _is_far_number(value.right) or scale(value.left) == "volume":
        return False
    lower = isinstance(value.right, Measure) and value.right.kind.endswith(("_lower", "_upper"))
    return not lower and not isinstance(value.right, Extreme)
