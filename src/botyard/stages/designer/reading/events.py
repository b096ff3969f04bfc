"""Grammar of what happens over several bars: moves in percent, gaps, candle shapes, conditions that last, levels reached."""

from typing import Any, Literal

from botyard.stages.designer.meaning.values import (
    Ago,
    Candles,
    Compare,
    Condition,
    Ended,
    Extreme,
    Held,
    It,
    Measure,
    NewExtreme,
    Not,
    Number,
    Operand,
    OverZone,
    Pattern,
    Price,
    RangeEdge,
    Reached,
    Rested,
    Scaled,
    Slope,
    Way,
    Yesterday,
)
from botyard.stages.designer.reading.combinators import Rule, alt, apply, opt, seq, word
from botyard.stages.designer.reading.measures import earlier as yesterday
from botyard.stages.designer.reading.measures import extreme, in_parens, measure, number, percent, positive, range_edge

whole = apply(positive, lambda n: n if n == int(n) else None)
_close = opt(apply(measure, lambda m: m if m == Price("close") else None))
_more = opt(alt(apply(word("above"), lambda _: "more"), apply(word("at_least"), lambda _: "at least")))
_moved = alt(word("drops"), word("rises"))


def _change(way: Way, more: str | None, size: float, bars: float) -> Condition | None:
    if size <= 0:
        return None
    op: Literal[">", ">=", "<", "<="] = ">=" if way == "up" else "<="
    if more == "more":
        op = ">" if way == "up" else "<"
    return Compare(Measure("roc", (bars,)), op, Number(size if way == "up" else -size))


move_in_bars = alt(
    seq(_close, _moved, opt(word("by")), _more, percent, word("within"), whole, word("bars"),
        to=lambda _a, way, _b, more, p, _c, n, _d: _change(way, more, p, n)),
    seq(_close, opt(word("stays")), _more, percent, _moved, word("within"), whole, word("bars"),
        to=lambda _a, _b, more, p, way, _c, n, _d: _change(way, more, p, n)),
)  # fmt: skip
"""Give "price drops 3% in 12 bars"."""

_gap_way = alt(word("gap_up"), word("gap_down"))
gap = alt(
    seq(_close, _gap_way, opt(word("by")), _more, percent, to=lambda _a, way, _b, _c, p: _gap(way, p)),
    seq(_close, _gap_way, to=lambda _, way: _gap(way, 0.0)),
)  # fmt: skip
"""Give "gaps down more than 1%": the open against the close before."""


def _gap(way: Way, size: float) -> Condition | None:
    before = Ago(Price("close"), 1)
    if size < 0:
        return None
    return Compare(Price("open"), ">" if way == "up" else "<", Scaled(before, size, way) if size else before)


shape = alt(
    apply(word("candle_shape"), Pattern),
    seq(apply(number, lambda n: n if n == 3 else None), word("three_shape"), to=lambda _, name: Pattern(name)),
)


def held(part: Condition, bars: float) -> Condition | None:
    """Give a level that lasts; an event happens on one bar and cannot."""
    lasting = isinstance(part, Compare | Slope | OverZone) or (isinstance(part, Candles) and part.count == 1)
    return Held(part, bars) if (lasting or isinstance(part, Not)) and bars >= 2 else None


closes_beyond = seq(
    whole, opt(word("consecutive")), word("closings"), alt(word("above"), word("below")), measure,
    to=lambda n, _a, _b, way, m: Held(Compare(Price("close"), ">" if way == "up" else "<", m), n) if n >= 2 else None,
)  # fmt: skip
"""Give "2 consecutive closes above the 20 ema"."""


def lasting(simple: Rule) -> Rule:
    """Give "rsi is below 30 for 3 bars"."""
    return seq(simple, word("for_straight"), whole, word("bars"), opt(word("in_a_row")), to=lambda c, _a, n, _b, _c: held(c, n))  # fmt: skip


_KINDS = ("rsi", "stoch_rsi", "cmf", "choppiness", "cci", "mfi", "williams", "stoch_k", "adx", "zscore", "roc")


def _oscillator(kind: str) -> Rule:
    return seq(word(kind), opt(in_parens), to=lambda _, ns: Measure(kind, ns or ()))


_oscillators = alt(*(_oscillator(kind) for kind in _KINDS))
level_of_oscillator = alt(
    seq(opt(_oscillators, It()), number, to=lambda left, n: Reached(left, Number(n))),
    seq(number, _oscillators, to=lambda n, left: Reached(left, Number(n))),
)
"""Give "rsi 50", "50" after "exit at"."""


def _is_oscillator(value: Operand) -> bool:
    return isinstance(value, Measure) and value.kind in _KINDS


reached = seq(
    opt(apply(measure, lambda m: m if _is_oscillator(m) else None), It()), word("touch"), number,
    to=lambda left, _, n: Reached(left, Number(n)),
)  # fmt: skip
"""Give "rsi hits 70"."""

_beyond = alt(word("above"), word("below"))
ended = alt(
    seq(word("any_of"), _beyond, to=Ended),
    seq(word("all_of"), _beyond, to=Ended),
    seq(alt(word("any_of"), word("all_of")), word("no_longer"), to=lambda how, _: Ended(how)),
    seq(word("the_conditions"), word("no_longer"), to=lambda _a, _b: Ended("any")),
)
"""Give "either is under", "the condition no longer holds"."""

_edge = alt(range_edge, extreme, yesterday)


def _break(value: Any) -> Condition | None:
    if isinstance(value, Extreme):
        return NewExtreme(value)
    side = value.side if isinstance(value, RangeEdge) else value.field if isinstance(value, Yesterday) else ""
    if side not in ("high", "low"):
        return None
    return Compare(Price("close"), ">" if side == "high" else "<", value)


break_of = alt(
    seq(word("break_of"), _edge, to=lambda _, value: _break(value)),
    seq(_close, word("broken_by"), _edge, to=lambda _a, _b, value: _break(value)),
)
"""Give "the break of the range high"."""

_whence = alt(apply(word("after_loss"), lambda _: True), apply(word("after_exit"), lambda _: False))
_again = opt(word("again"))
rested = alt(
    seq(word("wait"), whole, word("bars"), _whence, _again, to=lambda _a, n, _b, loss, _c: Rested(n, is_loss=loss)),
    seq(word("wait"), whole, word("bars"), word("again"), to=lambda _a, n, _b, _c: Rested(n, is_loss=False)),
    seq(whole, word("bars"), word("cooldown"), _whence, to=lambda n, _a, _b, loss: Rested(n, is_loss=loss)),
    seq(_whence, word("wait"), whole, word("bars"), _again, to=lambda loss, _a, n, _b, _c: Rested(n, is_loss=loss)),
)
"""Give "wait 10 bars after a loss"."""
