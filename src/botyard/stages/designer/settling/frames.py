"""Which bar length the strategy runs on, and which measures look at a longer one."""

import dataclasses
from typing import Any

from botyard.stages.designer.meaning.acts import Clause, Frame, Topic
from botyard.stages.designer.meaning.values import AtFrame, Compare, Cross, Extreme, Framed, Measure, Move, Touch
from botyard.stages.designer.settling.gather import change, parts
from botyard.stages.designer.settling.plan import ask

MINUTES = {"1m": 1, "3m": 3, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "2h": 120, "4h": 240, "1d": 1440, "1w": 10080}
CHART, TAIL = " chart", " tail"
"""Mark a measure's bar length that was said after it: "on the 15m chart", "on the 1h"."""


def choose(clauses: tuple[Clause, ...], commanded: str) -> tuple[tuple[Clause, ...], str, list[str]]:
    """Return the clauses with only longer bar lengths left on measures, the bar length, and notices."""
    clauses = tuple(_its_own(c) for c in clauses)
    named = list(dict.fromkeys(c.timeframe for c in parts(clauses) if isinstance(c, Frame | AtFrame)))
    if len(named) > 1:
        raise ask(" and ".join(named), "The idea names several bar lengths to trade on. Which one?", *named)
    said = [f for f in (getattr(p, "frame", "") for p in parts(clauses) if isinstance(p, Measure | Framed)) if f]
    distinct = list(dict.fromkeys(own_frame(f) for f in said))
    in_days = any(p.days for p in parts(clauses) if isinstance(p, Measure | Extreme))
    base = named[0] if named else _from_measures(clauses, said, distinct, in_days=in_days)
    notices = []
    if base is None:
        base = commanded
        notices += [f"{frame} bars are looked at from {commanded} bars" for frame in distinct if frame != commanded]
    elif base != commanded:
        notices.append(f"the idea's bar length {base} is used instead of {commanded}")
    if base == "1w":
        raise ask("weekly", "Weekly bars are not traded on. Which bar length instead?", "1d", "4h")
    for frame in distinct:
        if MINUTES[frame] < MINUTES[base]:
            raise ask(
                frame,
                f"{frame} bars cannot be seen from {base} bars. Which bar length should be traded on?",
                frame,
                base,
            )
    return _settle(clauses, base), base, notices


def _its_own(value: Any) -> Any:
    """Give "the daily close is above its 100 sma" the daily average."""
    if isinstance(value, tuple):
        return tuple(_its_own(item) for item in value)
    if isinstance(value, Compare | Cross | Move) and isinstance(value.left, Framed):
        right = value.right
        if isinstance(right, Measure) and not right.frame and right.source is None and not right.days:
            return dataclasses.replace(value, right=dataclasses.replace(right, frame=value.left.frame))
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _its_own(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    return value


def _from_measures(clauses: tuple[Clause, ...], said: list[str], distinct: list[str], *, in_days: bool) -> str | None:
    if len(distinct) > 1:
        return min(distinct, key=lambda f: MINUTES[f])
    if distinct and all(f.endswith((CHART, TAIL)) for f in said):
        alone = [c for c in parts(clauses) if isinstance(c, Compare | Cross | Move | Touch) and _is_unframed(c)]
        crossed = any(isinstance(c, Cross | Move) and not _is_unframed(c) and _has_frame(c) for c in parts(clauses))
        if alone and not crossed and all(f.endswith(TAIL) for f in said):
            return None
        if alone:
            raise ask(
                distinct[0], f"Does everything run on {distinct[0]} bars, or only what stands beside it?",
                f"trade on {distinct[0]} bars", f"only that part looks at {distinct[0]} bars",
            )  # fmt: skip
        return distinct[0]
    if distinct:
        own = [p for p in parts(clauses) if isinstance(p, Measure) and not p.frame]
        is_topic = any(isinstance(c, Topic) and _has_frame(c) for c in clauses)
        return distinct[0] if not own and not in_days and (len(said) > 1 or is_topic) else None
    return "1d" if in_days else None


def own_frame(frame: str) -> str:
    """Give the bar length without the mark of where it was said."""
    return frame.removesuffix(CHART).removesuffix(TAIL)


def _has_frame(value: object) -> bool:
    return any(m.frame for m in parts(value) if isinstance(m, Measure | Framed))


def _is_unframed(value: object) -> bool:
    found = [m for m in parts(value) if isinstance(m, Measure | Framed)]
    return bool(found) and not any(m.frame for m in found)


def _settle(clauses: tuple[Clause, ...], base: str) -> tuple[Clause, ...]:
    def frame(m: Measure) -> Measure:
        own = own_frame(m.frame)
        if m.days and base != "1d":
            own = own or "1d"
        return dataclasses.replace(m, frame="" if own == base else own, days=False)

    settled = change(clauses, frame)
    return tuple(_unframe(c, base) for c in settled)


def _unframe(value: Any, base: str) -> Any:
    if isinstance(value, tuple):
        return tuple(_unframe(item, base) for item in value)
    if isinstance(value, Framed):
        own = own_frame(value.frame)
        return value.base if own == base else dataclasses.replace(value, frame=own)
    if isinstance(value, Extreme):
        return dataclasses.replace(value, days=False, frame="1d" if value.days and base != "1d" else value.frame)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _unframe(getattr(value, f.name), base) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    return value
