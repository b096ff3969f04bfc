"""Grammar of entries by resting orders, parts of a position, moves to break even, opening ranges and named sessions."""

from typing import Any

from botyard.stages.designer.meaning.acts import (
    BreakEven,
    Clause,
    Enter,
    Leave,
    Only,
    Part,
    Percent,
    RangeIs,
    Stop,
    Target,
    Zone,
)
from botyard.stages.designer.meaning.kinds import scale
from botyard.stages.designer.meaning.values import And, Clock, Operand, Price, RestAt, Scaled, Shifted, Side
from botyard.stages.designer.reading.combinators import Rule, alt, apply, many, opt, seq, token, word
from botyard.stages.designer.reading.conditions import condition
from botyard.stages.designer.reading.measures import level, percent, time
from botyard.stages.designer.reading.risk import distance, exits, reward, trailing_stop
from botyard.stages.designer.reading.tokens import UNIT_MINUTES, Token

# entries
_side = alt(apply(word("buy"), lambda _: "long"), apply(word("short"), lambda _: "short"))
_price_level = apply(level, lambda v: v if scale(v) == "price" and v != Price("close") else None)


def _is_favourable(side: Side, value: Operand) -> bool:
    """Tell whether a limit entry waits for a better price: below for longs, above for shorts."""
    return isinstance(value, Scaled | Shifted) and (value.way == "down") == (side == "long")


def _limit_away(side: Side, value: Operand) -> Enter | None:
    return Enter(side, RestAt("limit", value)) if _is_favourable(side, value) else None


def _at_limit(side: Side, value: Operand) -> Enter | None:
    if isinstance(value, Scaled | Shifted) and not _is_favourable(side, value):
        return None
    return Enter(side, RestAt("limit", value))


_limit_order = alt(apply(word("limit_buy"), lambda _: "long"), apply(word("limit_short"), lambda _: "short"))
_stop_order = alt(apply(word("stop_buy"), lambda _: "long"), apply(word("stop_short"), lambda _: "short"))
_joint = opt(word("stop_joint"))
resting: Rule = alt(
    seq(_side, _price_level, opt(word("with_limit")), to=lambda side, value, _: _limit_away(side, value)),
    seq(_side, word("at"), _price_level, word("with_limit"), to=lambda side, _a, value, _b: _at_limit(side, value)),
    seq(_limit_order, opt(word("at")), _price_level, to=lambda side, _, value: _at_limit(side, value)),
    seq(_stop_order, opt(word("at")), _price_level, to=lambda side, _, value: Enter(side, RestAt("stop", value))),
)
"""Give "buy 1% below the 20 ema", "buy stop at the 20 bar high"."""
_guarded = seq(
    opt(word("when")), condition, opt(word("comma")), resting,
    to=lambda _a, guard, _b, made: Enter(made.side, And((made.when, guard))),
)  # fmt: skip

# a part of the position
_fraction = alt(word("half"), apply(percent, lambda p: p / 100 if 0 < p < 100 else None))
_gain = seq(opt(word("gained")), alt(distance, reward), opt(word("gain_words")), to=lambda _a, d, _b: d)
part: Rule = alt(
    seq(opt(word("part_verb")), _fraction, opt(word("off")), opt(word("part_joint")), _gain, to=lambda _a, f, _b, _c, d: Part(f, d)),
    seq(word("part_joint"), _gain, opt(word("comma")), word("part_verb"), _fraction, opt(word("off")), to=lambda _a, d, _b, _c, f, _d: Part(f, d)),
)  # fmt: skip
"""Give "take half off at 2%"."""


def _of_rest(stop: Stop) -> Stop:
    return Stop(stop.distance, stop.trailing, stop.of_closes, stop.base, of_rest=True)


_rest = word("rest")
_trailed = seq(word("trailing"), _rest, opt(alt(_joint, word("by"))), distance, opt(word("stop")), to=lambda _a, _b, _c, d, _d: Stop(d, trailing=True, of_rest=True))  # fmt: skip
rest: Rule = alt(
    seq(_rest, opt(word("hold")), opt(word("through")), trailing_stop, to=lambda _a, _b, _c, stop: _of_rest(stop)),
    seq(trailing_stop, opt(word("rest_joint")), _rest, to=lambda stop, _a, _b: _of_rest(stop)),
    _trailed,
    seq(opt(exits), _rest, word("part_joint"), alt(distance, reward), opt(word("gain_words")), to=lambda _a, _b, _c, d, _d: Target(d)),
    seq(exits, _rest, word("when"), condition, to=lambda _a, _b, _c, when: Leave(None, when)),
)  # fmt: skip
"""What happens with what is left."""

_moved = seq(word("move_stop"), word("to_entry"))
break_even: Rule = alt(
    seq(_moved, word("once"), _gain, to=lambda _a, _b, d: BreakEven(d)),
    seq(word("once"), _gain, opt(word("comma")), _moved, to=lambda _a, d, _b, _c: BreakEven(d)),
    seq(word("breakeven_noun"), word("once"), _gain, to=lambda _a, _b, d: BreakEven(d)),
)
"""Give "move the stop to breakeven after 1 atr"."""

# profit or loss in one breath: "sell after 5% gain or 2% loss"
_whence = opt(alt(word("after"), word("when"), word("at")))
_percents = alt(apply(percent, lambda p: Percent(p) if p > 0 else None), distance)
either_way: Rule = alt(
    seq(exits, _whence, _percents, word("gain_words"), word("or"), _percents, word("loss_words"), to=lambda _a, _b, up, _c, _d, down, _e: (Target(up), Stop(down))),
    seq(exits, _whence, _percents, word("loss_words"), word("or"), _percents, word("gain_words"), to=lambda _a, _b, down, _c, _d, up, _e: (Target(up), Stop(down))),
    seq(exits, word("after"), _percents, word("gain_words"), to=lambda _a, _b, up, _c: Target(up)),
    seq(exits, word("after"), _percents, word("loss_words"), to=lambda _a, _b, down, _c: Stop(down)),
)  # fmt: skip

# ranges and sessions


def _minutes(span: Token) -> float | None:
    return span.value * UNIT_MINUTES[span.unit] if span.unit in ("m", "h") else None


def _range(length: float, start: float) -> RangeIs | None:
    return RangeIs(start, start + length) if length > 0 and start + length <= 1440 else None


_zone = opt(word("zone"))


def _with_zone(clauses: tuple[Clause, ...], zone: str | None) -> tuple[Clause, ...]:
    return clauses if zone is None else (*clauses, Zone(zone))


_named_range = opt(seq(word("opening_range"), opt(alt(word("colon_like"), word("comma"), word("range_from")))))
opening_range: Rule = alt(
    seq(_named_range, word("first"), token("span", _minutes), word("range_from"), time, _zone,
        to=lambda _a, _b, length, _c, start, zone: _with_zone((r,), zone) if (r := _range(length, start)) else None),
    seq(word("opening_range"), opt(alt(word("colon_like"), word("range_from"))), opt(word("between")), time, word("range_joint"), time, _zone,
        to=lambda _a, _b, _c, start, _d, end, zone: _with_zone((RangeIs(start, end),), zone) if start < end else None),
)  # fmt: skip
_hours = seq(opt(word("open_paren")), time, word("range_joint"), time, _zone, opt(word("close_paren")), to=lambda _a, s, _b, e, zone, _c: (s, e, zone))  # fmt: skip


def _session(named: tuple[str, float, float], hours: Any) -> tuple[Clause, ...] | None:
    zone, start, end = named
    if hours is not None:
        start, end = hours[:2]
        if hours[2] not in (None, zone):
            return None
    note = "" if hours else f"the session is {_clock(start)} to {_clock(end)}, {zone}"
    return (Only(Clock("between", start, end)), Zone(zone, note))


def _clock(minutes: float) -> str:
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"


_name = word("session_name")
session: Rule = alt(
    seq(opt(many(word("session_only"))), _name, opt(word("session_only")), opt(_hours), to=lambda _a, named, _b, hours: _session(named, hours)),
)  # fmt: skip
"""Give "london session only (08:00-16:30 london time)"."""

orders: Rule = alt(resting, _guarded, part, rest, break_even, either_way, opening_range, session)
