"""Grammar of conditions: comparisons, crosses, touches, candles, times; joined by and, or, not."""

from itertools import pairwise
from typing import Any

from botyard.stages.designer.meaning.kinds import AVERAGES
from botyard.stages.designer.meaning.values import (
    And,
    AtFrame,
    Candles,
    Compare,
    Condition,
    Cross,
    Extreme,
    It,
    Measure,
    Move,
    NewExtreme,
    Not,
    Number,
    Operand,
    Opposite,
    Or,
    OverZone,
    PairCross,
    Pattern,
    Price,
    Same,
    Scaled,
    Shifted,
    Slope,
    SqueezeEnds,
    SqueezeOn,
    Times,
    Touch,
    Turn,
    Way,
)
from botyard.stages.designer.reading.combinators import Rule, alt, apply, later, many, opt, seq, unless_next, word
from botyard.stages.designer.reading.events import (
    break_of,
    closes_beyond,
    ended,
    gap,
    held,
    lasting,
    move_in_bars,
    reached,
    rested,
    shape,
)
from botyard.stages.designer.reading.lexicon import PHRASES
from botyard.stages.designer.reading.measures import (
    average,
    days_length,
    extreme,
    frame_name,
    in_parens,
    level,
    measure,
    number,
    positive,
    whole_bands,
)
from botyard.stages.designer.reading.times import clock_condition

_subject = opt(measure, It())
_object = opt(level, Same())
_way = alt(word("above"), word("below"))
_up_down = alt(word("up"), word("down"))
_negation = opt(word("not"), default=False)
_ZERO = Number(0.0)


def _compare(left: Operand, way: Way, right: Operand, *, equal: bool = False) -> Compare:
    op = {("up", False): ">", ("up", True): ">=", ("down", False): "<", ("down", True): "<="}[way, equal]
    return Compare(left, op, right)  # type: ignore[arg-type] # the table holds the four operators only


def _maybe_not(negated: object, condition: Condition) -> Condition:
    return Not(condition) if negated else condition


_equal = alt(word("at_least"), word("at_most"))
_above_below = seq(
    _subject, opt(word("stays")), _negation, opt(word("stays")), _way, _object,
    to=lambda left, _a, negated, _b, way, right: _maybe_not(negated, _compare(left, way, right)),
)  # fmt: skip
_above_both = seq(
    _subject, opt(word("stays")), _negation, _way, word("both"), measure, word("slash"), measure,
    to=lambda left, _s, negated, way, _b, one, _a, two: None if negated else And((_compare(left, way, one), _compare(left, way, two))),
)  # fmt: skip
_at_least = seq(
    _subject, opt(word("stays")), _negation, _equal, level,
    to=lambda left, _, negated, way, right: _maybe_not(negated, _compare(left, way, right, equal=True)),
)  # fmt: skip
_between = seq(
    _subject, opt(word("stays")), _negation, word("between"), level, word("range_joint"), level,
    to=lambda left, _a, negated, _b, low, _c, high: _maybe_not(negated, And((Compare(left, ">=", low), Compare(left, "<=", high)))),
)  # fmt: skip
_away_from = seq(
    measure, opt(word("stays")), _negation, opt(_equal), level,
    to=lambda left, _s, negated, least, right: _moved_level(left, right, least, negated=negated),
)  # fmt: skip


def _moved_level(left: Operand, right: Operand, least: Way | None, *, negated: object) -> Condition | None:
    """Read "Volume is twice its average", "price is 3% above the 20 sma": at least so far away."""
    way = right.way if isinstance(right, Scaled | Shifted) else "up" if isinstance(right, Times) else None
    if way is None or (least is not None and least != "up"):
        return None
    if isinstance(left, Measure) and left.kind in AVERAGES and not left.lengths and isinstance(right, Times):
        return None  # "ema 9 x ema 21" is a cross, not nine times an average
    return _maybe_not(negated, _compare(left, way, right, equal=True))


_chain = seq(
    measure, _way, measure, many(seq(_way, measure, to=lambda way, m: (way, m))),
    to=lambda *found: _chained(*found),  # noqa: PLW0108 # defined below
)  # fmt: skip


def _chained(first: Operand, way: Way, second: Operand, rest: tuple[tuple[Way, Operand], ...]) -> Condition | None:
    if any(w != way for w, _ in rest):
        return None
    measures = [first, second, *(m for _, m in rest)]
    return And(tuple(_compare(a, way, b) for a, b in pairwise(measures)))


_closes_beyond = seq(
    opt(measure, Price("close")), word("closes"), _way, _object, opt(word("bar_end")),
    to=lambda left, _, way, right, _e: _compare(left, way, right) if isinstance(left, Price) and left.field == "close" else None,
)  # fmt: skip
_moves = seq(
    _subject, word("motion"), _way, _object,
    to=lambda left, own, way, right: Move(left, way, right) if own in ("", way) else None,
)  # fmt: skip
_breaks = seq(
    _subject,
    word("motion"),
    level,
    opt(_up_down),
    to=lambda left, own, right, way: _broken(left, right, way or own or None),
)


def _broken(left: Operand, right: Operand, way: Way | None) -> Condition | None:
    upper = isinstance(right, Measure) and right.kind.endswith("_upper")
    lower = isinstance(right, Measure) and right.kind.endswith("_lower")
    known = "up" if upper else "down" if lower else way
    if known is None or (way is not None and way != known) or isinstance(right, Number):
        return None
    return Move(left, known, right)


_crosses = alt(
    seq(_subject, word("cross"), _way, _object, opt(_up_down), to=lambda left, _, way, right, too: Cross(left, way, right) if too in (None, way) or way is None else None),
    seq(_subject, word("cross"), _up_down, level, to=lambda left, _, way, right: Cross(left, way, right)),
    seq(_subject, word("cross"), _up_down, _object, to=lambda left, _, way, right: Cross(left, way, right)),
    seq(_subject, word("cross"), _object, _up_down, to=lambda left, _, right, way: Cross(left, way, right)),
    seq(measure, word("cross"), level, to=lambda left, _, right: Cross(left, None, right)),
    seq(measure, word("and"), measure, word("cross"), opt(_up_down), to=lambda left, _a, right, _b, way: Cross(left, way, right)),
)  # fmt: skip
cross_in_zone = seq(
    _crosses, _way, apply(number, Number),
    to=lambda cross, way, level: And((cross, _compare(cross.left, way, level))) if isinstance(cross.right, Measure | Same) else None,
)  # fmt: skip
_noun_cross = alt(
    seq(measure, word("slash"), measure, word("cross_noun"), opt(_up_down), to=lambda a, _a, b, _b, way: Cross(a, way, b)),
    seq(measure, word("slash"), measure, _up_down, word("cross_noun"), to=lambda a, _a, b, way, _b: Cross(a, way, b)),
    seq(average, word("cross_by_x"), average, opt(word("cross_noun")), to=lambda a, _a, b, _b: Cross(a, None, b)),
    seq(_up_down, word("cross_noun"), word("with_length"), measure, word("slash"), measure, to=lambda way, _a, _b, a, _c, b: Cross(a, way, b)),
    seq(word("cross_noun"), _way, level, to=lambda _, way, right: Cross(It(), way, right)),
    seq(word("cross_noun"), word("with_length"), measure, _way, level, to=lambda _a, _b, a, way, b: Cross(a, way, b)),
    seq(_up_down, word("cross_noun"), to=lambda way, _: Cross(It(), way, Same())),
    seq(word("cross_noun"), _up_down, to=lambda _, way: Cross(It(), way, Same())),
    apply(_up_down, lambda way: Cross(It(), way, Same())),
    seq(opt(_up_down), word("macd"), opt(in_parens), opt(_up_down), word("cross_noun"), opt(_up_down),
        to=lambda a, _, ns, b, _c, d: Cross(Measure("macd", ns or ()), a or b or d, Measure("macd_signal", ns or ())) if sum(x is not None for x in (a, b, d)) <= 1 else None),
)  # fmt: skip
_touches = seq(
    opt(measure, Price("close")),
    word("touch"),
    level,
    to=lambda left, _, right: Touch(left, right) if isinstance(left, Price) else None,
)
_touches_it = seq(apply(measure, lambda m: m if isinstance(m, Price) else None), word("touch"), word("pronoun"), to=lambda left, *_: Touch(left, Same()))  # fmt: skip

_signs = alt(word("positive"), word("negative"))
_sign = alt(
    seq(_subject, opt(word("stays")), _negation, _signs,
        to=lambda left, _, negated, way: None if isinstance(left, Price) else _maybe_not(negated, _compare(left, way, _ZERO))),
    seq(_subject, word("turns"), _signs, to=lambda left, _, way: None if isinstance(left, Price) else Move(left, way, _ZERO)),
)  # fmt: skip
_slopes = alt(word("rising"), word("falling"))
_no_level = unless_next(frozenset(phrase[0] for kind in ("above", "below") for phrase in PHRASES[kind]))
_slope = seq(
    _subject,
    opt(word("stays")),
    _negation,
    _slopes,
    _no_level,  # "rises under 30" is no rise
    to=lambda base, _, negated, way, _n: _maybe_not(negated, Slope(base, way)),
)
_zones = alt(word("overbought"), word("oversold"))
_zone = alt(
    seq(measure, opt(alt(word("stays"), word("turns"))), _negation, _zones, to=lambda base, _, negated, zone: _maybe_not(negated, OverZone(base, zone))),
    seq(opt(alt(word("stays"), word("turns"))), _negation, _zones, to=lambda _, negated, zone: _maybe_not(negated, OverZone(It(), zone))),
    seq(_zones, measure, to=lambda zone, base: OverZone(base, zone)),
    seq(_zones, measure, alt(_way, apply(_equal, lambda _: None)), level, to=lambda zone, base, way, right: Compare(base, "<", right) if (zone, way) == ("oversold", "down") else Compare(base, ">", right) if (zone, way) == ("overbought", "up") else None),
)  # fmt: skip
_flips = alt(
    seq(measure, alt(word("flips_up"), word("flips_down")), to=lambda base, way: _flip(base, way)),  # noqa: PLW0108 # defined below
    seq(alt(word("flips_up"), word("flips_down")), to=lambda way: _flip(It(), way)),
    seq(measure, opt(word("stays")), alt(word("is_up"), word("is_down")), to=lambda base, _, way: _trend_side(base, way)),
)  # fmt: skip
_FLIPPERS = ("supertrend", "psar")


def _flip(base: Operand, way: Way) -> Condition | None:
    if isinstance(base, It) or (isinstance(base, Measure) and base.kind in _FLIPPERS):
        return Cross(It(), way, Same()) if isinstance(base, It) else Cross(Price("close"), way, base)
    return Turn(base, way) if isinstance(base, Measure) else None


def _trend_side(base: Operand, way: Way) -> Condition | None:
    if isinstance(base, Measure) and base.kind in _FLIPPERS:
        return _compare(Price("close"), way, base)
    return None


# candles and extremes
_closes_way = alt(word("closes_higher"), word("closes_lower"))
_closes_in_a_row = alt(
    seq(positive, opt(word("consecutive")), _closes_way, opt(word("in_a_row")), to=lambda n, _a, way, _b: _many_closes(way, n)),
    apply(_closes_way, lambda way: Slope(Price("close"), way)),
)  # fmt: skip


def _many_closes(way: Way, count: float) -> Condition | None:
    return held(Slope(Price("close"), way), count) if count == int(count) else None


_colour = alt(word("green"), word("red"))
_candles = alt(
    seq(positive, opt(word("consecutive")), _colour, word("candles"), opt(word("in_a_row")), to=lambda n, _a, way, _b, _c: _many_candles(way, n)),
    seq(positive, _colour, opt(word("in_a_row")), to=lambda n, way, _: _many_candles(way, n)),
    seq(positive, word("candles"), word("in_a_row"), _colour, to=lambda n, _a, _b, way: _many_candles(way, n)),
    seq(word("last"), positive, word("candles"), _colour, to=lambda _a, n, _b, way: _many_candles(way, n)),
    seq(_colour, word("candles"), to=lambda way, _: Candles(way, 1)),
    seq(word("candles"), _negation, opt(word("closes")), _colour, to=lambda _, negated, _c, way: _maybe_not(negated, Candles(way, 1))),
    seq(apply(alt(word("engulf_up"), word("engulf_down")), lambda way: way), to=lambda way: Pattern("bull_engulfing" if way == "up" else "bear_engulfing")),
    apply(word("inside_bar"), lambda _: Pattern("inside_bar")),
)  # fmt: skip


def _many_candles(way: Way, count: float) -> Candles | None:
    return Candles(way, int(count)) if count == int(count) and 1 <= count <= 12 else None


_bare_new = seq(word("new"), word("extreme"), to=lambda _, side: Extreme(side, None))
_new_extreme = alt(
    seq(opt(apply(measure, lambda m: m if isinstance(m, Price) and m.field in ("close", "high", "low") else None)), word("makes"), opt(word("new")), alt(extreme, _bare_new),
        to=lambda _a, _b, _c, e: NewExtreme(e)),
    seq(opt(word("new")), extreme, opt(word("cross_noun")), to=lambda _, e, _c: NewExtreme(e)),
    seq(extreme, word("breakout"), to=lambda e, _: NewExtreme(e)),
    seq(word("breakout"), alt(word("with_length"), word("above"), word("below")), opt(word("new")), extreme, to=lambda _a, _b, _c, e: NewExtreme(e)),
    seq(opt(_up_down), positive, word("period"), opt(word("donchian")), opt(alt(word("extreme"), apply(_up_down, lambda _: None))), word("breakout"), opt(_up_down),
        to=lambda a, n, _p, _d, side, _b, c: _breakout(n, side, a, c)),
    seq(days_length, alt(word("extreme"), apply(_up_down, lambda _: None)), word("breakout"), to=lambda n, side, _: NewExtreme(Extreme(side, n, days=True)) if side else None),
    seq(days_length, opt(word("donchian")), word("breakout"), opt(_up_down), to=lambda n, _a, _b, way: NewExtreme(Extreme("low" if way == "down" else "high", n, days=True))),
    seq(word("donchian"), opt(word("band_noun")), alt(positive, apply(in_parens, lambda ns: ns[0] if len(ns) == 1 else None)), opt(word("period")), word("breakout"), opt(_up_down),
        to=lambda _a, _b, n, _p, _c, way: _breakout(n, None, way, None)),
    _bare_new,
)  # fmt: skip


def _breakout(length: float, side: Any, way: Way | None, way_too: Way | None) -> Condition | None:
    said = {w for w in (way, way_too, {"high": "up", "low": "down"}.get(side or "")) if w is not None}
    if len(said) > 1:
        return None
    return NewExtreme(Extreme("low" if said == {"down"} else "high", length))


# crossovers as nouns: "ema 20/50 crossover", "golden cross"
_pair_lengths = alt(
    seq(positive, word("slash"), positive, to=lambda a, _, b: (a, b)),
    apply(in_parens, lambda ns: ns if len(ns) == 2 else None),
    seq(
        word("with_length"), positive, word("slash"), positive, opt(word("period")), to=lambda _a, a, _b, b, _c: (a, b)
    ),
)
_said_way = alt(word("bullish"), word("bearish"))
_named_pair = alt(
    seq(opt(_said_way), opt(_pair_lengths), opt(word("period")), word("ma_kind"), opt(_said_way), word("cross_noun"), opt(_up_down), opt(_pair_lengths),
        to=lambda w, a, _p, kind, w2, _c, w3, b: _pair(kind, a, b, (w, w2, w3))),
    seq(opt(_said_way), word("ma_kind"), _pair_lengths, opt(word("period")), opt(_said_way), word("cross_noun"), opt(_up_down),
        to=lambda w, kind, a, _p, w2, _c, w3: _pair(kind, a, None, (w, w2, w3))),
    seq(opt(_said_way), word("cross_noun"), word("with_length"), _pair_lengths, opt(word("period")), word("ma_kind"), opt(_up_down),
        to=lambda w, _a, _b, a, _p, kind, w3: _pair(kind, a, None, (w, w3))),
    seq(word("fast"), word("slash_only"), word("slow"), word("ma_kind"), word("cross_noun"), opt(_pair_lengths), to=lambda _a, _b, _c, kind, _d, b: _pair(kind, None, b, ())),
)  # fmt: skip


def _pair(
    kind: str, a: tuple[float, ...] | None, b: tuple[float, ...] | None, ways: tuple[Way | None, ...]
) -> Condition | None:
    said = {w for w in ways if w is not None}
    if (a is not None and b is not None) or len(said) > 1:
        return None
    lengths = a or b
    if lengths is None:
        fast, slow = Measure(kind, (), "fast"), Measure(kind, (), "slow")
    else:
        if lengths[0] == lengths[1]:
            return None
        fast, slow = Measure(kind, (min(lengths),), "fast"), Measure(kind, (max(lengths),), "slow")
    return PairCross(fast, slow, said.pop() if said else None)


def _golden(kind: str | None, lengths: tuple[float, ...] | None, way: Way) -> Condition | None:
    values = lengths or (50.0, 200.0)
    return _pair(kind or "golden", values, None, (way,))


_golden_cross = seq(
    opt(_pair_lengths), opt(word("ma_kind")), alt(word("golden"), word("death")), opt(_pair_lengths), opt(word("ma_kind")),
    to=lambda a, k, way, b, k2: None if (a and b) or (k and k2) else _golden(k or k2, a or b, way),
)  # fmt: skip

# squeezes
_in_keltner = alt(
    seq(whole_bands, opt(word("stays")), word("inside"), whole_bands, to=lambda a, _s, _i, b: (a.lengths, b.lengths) if (a.kind, b.kind) == ("bb", "kc") else None),
)  # fmt: skip


def _squeeze_ends(lengths: tuple[tuple[float, ...], tuple[float, ...]]) -> Condition:
    return SqueezeEnds(*lengths)


_squeeze = alt(
    seq(_in_keltner, word("and"), opt(word("when")), word("release"), to=lambda lengths, _a, _b, _c: _squeeze_ends(lengths)),
    seq(_in_keltner, word("comma"), opt(word("and")), word("release"), to=lambda lengths, _a, _b, _c: _squeeze_ends(lengths)),
    apply(_in_keltner, lambda lengths: SqueezeOn(*lengths)),
    seq(word("squeeze"), word("release"), to=lambda _a, _b: SqueezeEnds()),
    seq(word("squeeze"), word("stays"), to=lambda _a, _b: SqueezeOn()),
)  # fmt: skip

_opposite = apply(word("opposite"), lambda _: Opposite())
simple = alt(
    _chain, _squeeze, _golden_cross, _named_pair, _closes_beyond, _crosses, _away_from, _moves, _breaks, _touches, _touches_it, _at_least, _above_both, _above_below,
    _closes_in_a_row, move_in_bars, gap, shape, reached, ended, break_of, rested, closes_beyond, cross_in_zone, _between, _sign, _slope, _zone, _flips, _candles, _new_extreme, _noun_cross, _opposite, clock_condition,
)  # fmt: skip
_negated = alt(seq(word("not"), later(lambda: _atom), to=lambda _, part: Not(part)), later(lambda: _atom))
_grouped = seq(word("open_paren"), later(lambda: condition), word("close_paren"), to=lambda _a, inner, _b: inner)
_charted = alt(
    seq(simple, word("on_frame"), frame_name, word("chart"), to=lambda part, _a, frame, _b: AtFrame(part, frame)),
    seq(alt(_noun_cross, _named_pair), word("on_frame"), frame_name, to=lambda part, _, frame: AtFrame(part, frame)),
)
_atom: Rule = alt(lasting(simple), simple, _charted, _grouped)
_conjunction = apply(
    many(_negated, seq(opt(word("comma")), word("and"), opt(word("when")))),
    lambda parts: parts[0] if len(parts) == 1 else And(parts),
)
_both = seq(word("both"), _conjunction, to=lambda _, c: c if isinstance(c, And) else None)
_either = seq(word("either"), later(lambda: _disjunction), to=lambda _, c: c if isinstance(c, Or) else None)
_disjunction: Rule = apply(
    many(alt(_both, _conjunction), word("or")), lambda parts: parts[0] if len(parts) == 1 else Or(parts)
)
condition: Rule = alt(_either, _disjunction)
"""A whole condition."""
