"""Conditions that lean on the entry: "exit at 50", "when either is under", "when the condition no longer holds"."""

from typing import Literal

from botyard.stages.designer.meaning.kinds import SAID, ZONES, family
from botyard.stages.designer.meaning.values import (
    And,
    Clock,
    Compare,
    Condition,
    Cross,
    Days,
    Ended,
    It,
    Measure,
    Number,
    Operand,
    Or,
    Reached,
)
from botyard.stages.designer.settling.gather import parts
from botyard.stages.designer.settling.opposites import negate, other_way
from botyard.stages.designer.settling.plan import ask


def thresholds(entry: Condition | None) -> list[tuple[Measure, float, Compare | Cross]]:
    """Give the oscillators that the entry compares with a number."""
    return [
        (p.left, p.right.value, p)
        for p in parts(entry)
        if isinstance(p, Compare | Cross) and isinstance(p.left, Measure) and isinstance(p.right, Number)
    ]


def reached(value: Reached, entry: Condition | None, use: Literal["entry", "exit", "filter"]) -> Compare:
    """Give a level that is come to as at or above it, or at or below it, by where it was at the entry.

    Raises: AskError when that does not tell.
    """
    level = value.right.value
    known = thresholds(entry)
    left = value.left if not isinstance(value.left, It) else _only_subject(level, known)
    said = [(at, part) for measure, at, part in known if measure == left]
    if use == "exit" and len({at for at, _ in said}) == 1 and said[0][0] != level:
        at, part = said[0]
        is_deeper = isinstance(part, Compare) and ((level > at) == (part.op in (">", ">=")))
        if is_deeper and isinstance(value.left, It):
            raise _which_way(left, level)
        return Compare(left, ">=" if level > at else "<=", value.right)
    if isinstance(left, Measure) and left.kind in ZONES:
        middle = sum(ZONES[left.kind]) / 2
        if level != middle:
            return Compare(left, ">=" if level > middle else "<=", value.right)
    raise _which_way(left, level)


def _only_subject(level: float, known: list[tuple[Measure, float, Compare | Cross]]) -> Operand:
    measures = list(dict.fromkeys(m for m, _, _ in known))
    if len(measures) != 1:
        raise ask(f"at {level:g}", f"At {level:g} of what?", f"when rsi(14) is above {level:g}", f"when rsi(14) is below {level:g}")  # fmt: skip
    return measures[0]


def _which_way(left: Operand, level: float) -> Exception:
    name = SAID.get(family(left.kind), left.kind) if isinstance(left, Measure) else "it"
    return ask(
        f"at {level:g}", f"Is that at or above {level:g}, or at or below?",
        f"when {name} is at or above {level:g}", f"when {name} is at or below {level:g}",
    )  # fmt: skip


def ended(value: Ended, entry: Condition | None) -> Condition:
    """Give when one of the entry's levels, or all of them, no longer hold.

    Raises: AskError when the entry is no set of levels.
    """
    found = list(entry.parts) if isinstance(entry, And) else [entry]
    levels = [p for p in found if not isinstance(p, Clock | Days)]
    if not levels or not all(isinstance(p, Compare) for p in levels) or (value.way and len(levels) < 2):
        raise ask("exit", "Which conditions end?", "exit after 20 bars", "take profit 4%", "trailing stop 3 atr")  # fmt: skip
    gone = [_over(p, value) for p in levels if isinstance(p, Compare)]
    if len(gone) == 1:
        return gone[0]
    return Or(tuple(gone)) if value.how == "any" else And(tuple(gone))


def _over(part: Compare, value: Ended) -> Condition:
    if value.way is None:
        return negate(part)
    if (part.op in (">", ">=")) == (value.way == "up"):
        raise ask("exit", "The entry has that side already. Which side closes the position?", "exit after 20 bars", "stop loss 2%, take profit 4%")  # fmt: skip
    return other_way(part)
