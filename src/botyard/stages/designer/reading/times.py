"""Grammar of times of the day, weekdays and their zones."""

from botyard.stages.designer.meaning.values import And, Clock, Condition, Days, Not
from botyard.stages.designer.reading.combinators import Rule, alt, apply, many, opt, seq, word
from botyard.stages.designer.reading.measures import time

_day = word("day")
_named_days = apply(
    many(_day, alt(word("comma"), word("slash"), word("or"), seq(word("comma"), word("and")))),
    lambda groups: tuple(sorted({d for g in groups for d in g})),
)


def _day_range(first: tuple[int, ...], last: tuple[int, ...]) -> tuple[int, ...] | None:
    if len(first) != 1 or len(last) != 1 or first[0] >= last[0]:
        return None
    return tuple(range(first[0], last[0] + 1))


# "between" makes "monday and friday" a range; without it "and" only lists
_listed_range = seq(_day, word("day_joint"), _day, to=lambda a, _, b: _day_range(a, b))
_between_days = seq(word("between"), _day, word("range_joint"), _day, to=lambda _a, a, _b, b: _day_range(a, b))
days: Rule = alt(_between_days, _listed_range, _named_days)
"""Weekdays, as a sorted tuple of numbers."""

zone = word("zone")
on_days = seq(opt(word("on")), days, to=lambda _, d: Days(d))
at_time = alt(
    seq(word("at"), time, to=lambda _, t: Clock("at", t)),
    seq(opt(word("at")), word("day_open"), to=lambda _a, _b: Clock("at", 0.0)),
    seq(opt(word("at")), word("day_close"), to=lambda _a, _b: Clock("end", 0.0)),
)
_time_of_day = alt(at_time, apply(time, lambda t: Clock("at", t)))
_exact = alt(
    seq(word("at"), time, to=lambda _, t: Clock("at", t)),
    seq(word("at"), word("day_open"), to=lambda _a, _b: Clock("at", 0.0)),
    seq(word("at"), word("day_close"), to=lambda _a, _b: Clock("end", 0.0)),
)
_span = seq(word("between"), time, word("range_joint"), time, to=lambda _a, a, _b, b: Clock("between", a, b))
_bare_span = seq(time, word("range_joint"), time, to=lambda a, _, b: Clock("between", a, b))
window: Rule = alt(
    _span,
    _bare_span,
    seq(word("before"), time, to=lambda _, t: Clock("before", t)),
    seq(word("after_time"), time, to=lambda _, t: Clock("after", t)),
)
"""A part of the day."""


def _days_and_clock(first: Condition, second: Condition | None) -> Condition:
    return first if second is None else And((first, second))


moment: Rule = alt(
    seq(on_days, opt(alt(_time_of_day, window)), to=_days_and_clock),
    seq(alt(_exact, window), opt(on_days), to=_days_and_clock),
)
"""When by the clock: "at 9:30", "on mondays at 9:00", "between 13:30 and 20:00"."""

_present = apply(seq(opt(word("time_subject")), opt(word("not")), moment), lambda v: Not(v[2]) if v[1] else v[2])
clock_condition: Rule = _present
"""A time as a condition."""
