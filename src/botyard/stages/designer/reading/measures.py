"""Grammar of measures and levels: "the 1h 200 ema", "lower bollinger band (20, 2.5)", "3% above the 20 sma"."""

from typing import Any

from botyard.stages.designer.meaning.values import (
    Ago,
    DayOpen,
    Extreme,
    Framed,
    Measure,
    Number,
    Operand,
    Price,
    RangeEdge,
    Scaled,
    Shifted,
    Times,
    Yesterday,
)
from botyard.stages.designer.reading.combinators import Rule, alt, apply, later, many, opt, seq, token, word
from botyard.stages.designer.reading.tokens import UNIT_MINUTES, Token

TIMEFRAMES = {1: "1m", 3: "3m", 5: "5m", 15: "15m", 30: "30m", 60: "1h", 120: "2h", 240: "4h", 1440: "1d"}
"""The bar lengths that there are, by minutes."""


def frame_of(span: Token) -> str | None:
    """Give the bar length that a duration names, or None."""
    if span.unit == "w" and span.value == 1:
        return "1w"
    return TIMEFRAMES.get(int(span.value * UNIT_MINUTES.get(span.unit, 0)))


def _plain(value: float) -> float | None:
    return value if value > 0 else None


number = token("number")
percent = token("percent")
positive = apply(number, _plain)
time = token("time")
frame_span = token("span", frame_of)
frame_name = alt(apply(frame_span, lambda f: f), word("hourly"))
day_span = token("span", lambda t: t.value if t.unit == "d" and t.value > 1 else None)
days_length = apply(day_span, lambda n: n)

# the numbers of a measure: (14) (20, 2) 12/26/9 "length 14" "14 period"
_comma = word("comma")
_paren_item = seq(
    opt(word("with_length")),
    alt(positive, percent),
    opt(word("period")),
    opt(word("deviations")),
    to=lambda _a, n, _b, _c: n,
)
in_parens = seq(
    word("open_paren"),
    many(_paren_item, alt(_comma, word("slash_only"))),
    word("close_paren"),
    to=lambda _a, ns, _b: ns,
)
length_before = seq(positive, opt(word("period")), to=lambda n, _: n)
_length_after = alt(
    in_parens,
    seq(word("with_length"), positive, opt(word("period")), to=lambda _a, n, _b: (n,)),
    seq(positive, opt(word("period")), to=lambda n, _: (n,)),
    seq(
        word("with_length"), positive, word("slash"), positive, opt(word("period")), to=lambda _a, n, _b, m, _c: (n, m)
    ),
)
_on_frame = seq(
    word("on_frame"), frame_name, opt(word("chart")), to=lambda _a, f, chart: f"{f} chart" if chart else f"{f} tail"
)
_in_frame = seq(word("open_paren"), frame_name, word("close_paren"), to=lambda _a, f, _b: f)


def _measure(
    kind: str, frame: str | None, before: float | None, after: tuple[float, ...] | None, *, days: bool = False
) -> Measure | None:
    if before is not None and after is not None:
        return None
    lengths = (before,) if before is not None else after or ()
    return Measure(kind, lengths, frame=frame or "", days=days)


_SEVERAL = ("supertrend", "macd", "macd_signal", "macd_hist")
_OF_CLOSE = ("rsi", "zscore", "roc")


def _simple(kind: str) -> Rule:
    """Give a function with lengths: "rsi", "rsi(2)", "14 period rsi", "1h rsi 14"."""
    # "2 atr" is twice the ATR, "14 period atr" its length
    before = length_before if kind != "atr" else seq(positive, word("period"), to=lambda n, _: n)
    plain = seq(
        opt(frame_name),
        opt(before),
        word(kind),
        opt(_length_after),
        to=lambda f, b, _, a: _measure(kind, f, b, a),
    )
    of_close = seq(
        word(kind), word("with_length"), word("closing"), word("with_length"), positive, opt(word("period")),
        to=lambda _a, _b, _c, _d, n, _e: Measure(kind, (n,)),
    )  # fmt: skip
    of_args = seq(
        word(kind), word("open_paren"), word("price"), _comma, positive, word("close_paren"),
        to=lambda _a, _b, price, _c, n, _d: Measure(kind, (n,)) if price == "close" else None,
    )  # fmt: skip
    of_days = seq(days_length, word(kind), to=lambda b, _: _measure(kind, None, b, None, days=True))
    if kind in _SEVERAL:
        bare = seq(word(kind), many(positive), to=lambda _, ns: Measure(kind, ns) if len(ns) in (2, 3) else None)
        return alt(plain, of_days, bare)
    return alt(plain, of_days, of_close, of_args) if kind in _OF_CLOSE else alt(plain, of_days)


_speed = alt(word("fast"), word("slow"))


def _average(
    frame: str | None,
    speed: str | None,
    before: tuple[float, bool] | None,
    speed_too: str | None,
    kind: str,
    after: Any,
) -> Measure | None:
    if speed is not None and speed_too is not None:
        return None
    length, days = before or (None, False)
    made = _measure(kind, frame, length, after, days=days)
    if made is None or len(made.lengths) > 1:
        return None
    return Measure(kind, made.lengths, speed or speed_too or "", made.frame, days=days)


_average_length = alt(apply(length_before, lambda n: (n, False)), apply(days_length, lambda n: (n, True)))
_volume_source = apply(
    word("price"), lambda p: Price(p) if p in ("volume", "open", "high", "low", "hl2", "hlc3", "close") else None
)
_days_after = seq(word("with_length"), days_length, to=lambda _, n: n)


def _of_source(kind: str, numbers: tuple[Any, float]) -> Measure:
    return Measure(kind, (numbers[1],), source=numbers[0])


_source_args = seq(
    word("open_paren"), _volume_source, _comma, positive, word("close_paren"), to=lambda _a, s, _b, n, _c: (s, n)
)  # fmt: skip
_average_of = alt(
    seq(word("ma_kind"), _source_args, to=_of_source),
    seq(opt(length_before), word("average_volume"), opt(alt(_length_after, seq(alt(word("with_length"), word("last")), opt(word("last")), length_before, to=lambda _a, _b, n: (n,)))),
        to=lambda b, _, a: None if b is not None and a is not None else Measure("sma", (b,) if b is not None else a or (), source=Price("volume"))),
    seq(opt(length_before), word("ma_kind"), word("with_length"), apply(word("price"), lambda p: Price("volume") if p == "volume" else None), opt(seq(alt(word("with_length"), word("last")), opt(word("last")), length_before, to=lambda _a, _b, n: n)),
        to=lambda b, kind, _, source, after: None if b is not None and after is not None else Measure("sma" if kind == "ma" else kind, tuple(n for n in (b, after) if n is not None), source=source)),
)  # fmt: skip
average = alt(
    seq(
        opt(frame_name),
        opt(_speed),
        opt(_average_length),
        opt(_speed),
        word("ma_kind"),
        opt(_length_after),
        to=_average,
    ),
    seq(
        opt(frame_name),
        opt(_speed),
        word("ma_kind"),
        _days_after,
        to=lambda f, s, k, n: Measure(k, (n,), s or "", f or "", days=True),
    ),
    _average_of,
)
_lone_speed = apply(word("lone_speed"), lambda role: Measure("ma", (), role))

# bands: family and band in either order
_family = alt(word("bollinger"), word("keltner"), word("donchian"))
_band_length = alt(length_before, seq(days_length, to=lambda n: n))
_after_bands = opt(alt(in_parens, seq(word("with_length"), positive, opt(word("period")), to=lambda _a, n, _b: (n,))))


def _band(
    frame: str | None, before: float | None, family: str, band: str, after: tuple[float, ...] | None
) -> Measure | None:
    return _measure(f"{family}_{band}", frame, before, after)


bands = alt(
    seq(opt(frame_name), opt(_band_length), word("band"), opt(_band_length), _family, opt(word("band_noun")), _after_bands,
        to=lambda f, b, band, b2, family, _, a: None if b is not None and b2 is not None else _band(f, b if b is not None else b2, family, band, a)),
    seq(opt(frame_name), opt(_band_length), _family, _after_bands, word("band"), opt(word("band_noun")), opt(in_parens),
        to=lambda f, b, family, a, band, _, a2: None if a and a2 else _band(f, b, family, band, a or a2)),
    seq(word("band"), word("band_noun"), opt(seq(opt(word("with_length")), opt(_band_length), _family, _after_bands, to=lambda _, b, f, a: (b, f, a))),
        to=lambda band, _, of: _band(None, of[0], of[1], band, of[2]) if of else Measure(f"band_{band}")),
    seq(opt(_family), word("midline"), to=lambda family, _: Measure(f"{family or 'band'}_mid")),
    apply(word("band"), lambda band: Measure(f"band_{band}")),
)  # fmt: skip

whole_bands = seq(
    opt(_band_length), _family, opt(word("band_noun")), _after_bands, to=lambda b, f, _, a: _measure(f, None, b, a)
)

# highs and lows
_bars_back = seq(opt(word("with_length")), word("last"), alt(apply(positive, lambda n: (n, False)), apply(days_length, lambda n: (n, True))), opt(word("bars")), to=lambda _a, _b, n, _c: n)  # fmt: skip
_count = alt(seq(positive, word("period"), to=lambda n, _: (n, False)), apply(days_length, lambda n: (n, True)))
_which = alt(
    apply(word("extreme"), lambda side: (side, "")), apply(word("extreme_close"), lambda side: (side, "close"))
)


def _extreme(count: tuple[float, bool], which: tuple[Any, str]) -> Extreme:
    return Extreme(which[0], count[0], which[1], days=count[1])


extreme = alt(
    seq(opt(word("last")), _count, _which, to=lambda _, n, w: _extreme(n, w)),
    seq(_which, alt(_bars_back, seq(word("with_length"), _count, to=lambda _, n: n)), to=lambda w, n: _extreme(n, w)),
    seq(
        alt(word("extreme"), word("extreme_close")),
        in_parens,
        to=lambda side, ns: Extreme(side, ns[0]) if len(ns) == 1 else None,
    ),
)
_field = apply(word("price"), lambda field: field if field in ("close", "open", "high", "low") else None)
_edge = apply(word("extreme"), lambda side: side)
_window = seq(opt(word("between")), time, word("range_joint"), time, to=lambda _a, start, _b, end: (start, end))
range_edge = alt(
    seq(
        _edge,
        opt(word("with_length")),
        _window,
        opt(word("that_range")),
        to=lambda side, _a, w, _b: RangeEdge(side, *w),
    ),
    seq(_window, opt(word("that_range")), _edge, to=lambda w, _, side: RangeEdge(side, *w)),
    seq(_edge, opt(word("with_length")), word("that_range"), to=lambda side, _a, _b: RangeEdge(side)),
    seq(word("that_range"), _edge, to=lambda _, side: RangeEdge(side)),
)
earlier = alt(
    seq(word("yesterday"), alt(_field, _edge), to=lambda _, f: Yesterday(f)),
    seq(alt(_field, _edge), opt(word("with_length")), word("yesterday"), to=lambda f, _a, _b: Yesterday(f)),
    seq(word("previous_bar"), alt(_field, _edge), to=lambda _, f: Ago(Price(f), 1)),
    seq(alt(_field, _edge), opt(word("with_length")), word("previous_bar"), to=lambda f, _a, _b: Ago(Price(f), 1)),
    seq(_field, positive, word("bars"), to=lambda f, n, _: Ago(Price(f), int(n)) if n == int(n) else None),
    seq(word("today"), apply(word("price"), lambda p: p if p == "open" else None), to=lambda _a, _b: DayOpen()),
)  # fmt: skip

_price = seq(
    opt(frame_name), word("price"), to=lambda frame, field: Framed(Price(field), frame) if frame else Price(field)
)
_simple_kinds = "rsi stoch_rsi aroon_up aroon_down cmf choppiness bb_width plus_di minus_di adx atr cci roc momentum williams mfi stoch_k stoch_d supertrend psar vwap obv zscore"
_macd_kinds = "macd macd_signal macd_hist"


def _framed(base: Operand, frame: str | None) -> Operand | None:
    if frame is None:
        return base
    if isinstance(base, Measure):
        return None if base.frame else Measure(base.kind, base.lengths, base.role, frame, base.source, base.days)
    return Framed(base, frame) if isinstance(base, Price) else None


_inner = alt(
    average, bands, *(_simple(kind) for kind in _simple_kinds.split()), *(_simple(kind) for kind in _macd_kinds.split()),
    range_edge, extreme, earlier, _price, _lone_speed,
)  # fmt: skip
_parted = seq(word("open_paren"), later(lambda: level), word("close_paren"), to=lambda _a, inner, _b: inner)
measure = alt(seq(_inner, opt(alt(_on_frame, _in_frame)), to=_framed), _parted)
"""Something that changes from bar to bar."""

_away = alt(word("above"), word("below"))
_atr_count = seq(opt(positive, 1.0), _simple("atr"), to=lambda n, atr: (n, atr))


def _atr_of(count: tuple[float, Measure]) -> tuple[float, Measure] | None:
    return count if not count[1].frame else None


atrs = apply(_atr_count, _atr_of)
"""So many ATRs: (multiple, the ATR)."""

_minus = alt(apply(word("plus"), lambda _: "up"), apply(word("minus"), lambda _: "down"))
level: Rule = alt(
    seq(percent, _away, measure, to=lambda p, way, base: Scaled(base, p, way)),
    seq(atrs, _away, measure, to=lambda a, way, base: Shifted(base, a[0], a[1], way)),
    seq(measure, _minus, atrs, to=lambda base, way, a: Shifted(base, a[0], a[1], way)),
    seq(measure, _minus, percent, to=lambda base, way, p: Scaled(base, p, way)),
    seq(positive, word("times"), measure, to=lambda n, _, base: Times(n, base)),
    seq(word("twice"), measure, to=Times),
    seq(percent, word("with_length"), measure, to=lambda p, _, base: Times(p / 100, base)),
    measure,
    apply(number, Number),
    apply(percent, lambda p: Number(p, percent=True)),
)
"""What a measure is compared with."""
