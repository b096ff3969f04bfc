"""Grammar of clauses and of the whole idea: entries, exits, filters, declarations, in any order."""

from typing import Any, Literal

from botyard.stages.designer.meaning.acts import (
    Action,
    Bare,
    Clause,
    Enter,
    Frame,
    Label,
    Leave,
    Lengths,
    Never,
    Nothing,
    Only,
    Otherwise,
    Sides,
    Topic,
    TrendFilter,
    Zone,
)
from botyard.stages.designer.meaning.kinds import scale
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
    NewExtreme,
    Not,
    Operand,
    Opposite,
    PairCross,
    Price,
    Touch,
)
from botyard.stages.designer.reading.combinators import Rule, Source, alt, apply, many, opt, seq, unless_next, word
from botyard.stages.designer.reading.conditions import condition
from botyard.stages.designer.reading.events import level_of_oscillator
from botyard.stages.designer.reading.measures import frame_name, in_parens, level, measure, positive, whole_bands
from botyard.stages.designer.reading.orders import orders
from botyard.stages.designer.reading.risk import management, size
from botyard.stages.designer.reading.times import moment
from botyard.stages.designer.settling.gather import parts

ANY = "any"
"""Stands for an unsaid side in the grammar, where None rejects a reading."""


def _said(side: Any) -> Any:
    return None if side in (ANY, None) else side


_when = opt(word("when"))
_comma = opt(word("comma"))
_unless = opt(seq(_comma, word("unless"), condition, to=lambda _a, _b, c: c))


def _and_not(when: Condition, unless: Condition | None) -> Condition:
    return when if unless is None else And((when, Not(unless)))


_guarded = seq(condition, _unless, to=_and_not)
_entering = apply(_guarded, lambda c: None if any(isinstance(p, Opposite | Ended) for p in parts(c)) else c)
_signal = opt(word("conditions_noun"))
_colon = opt(word("colon_like"))

# "a happens, exit after 5 bars": the exit has a rule of its own, so what stands before it is no exit
_no_entry_rule = unless_next(frozenset({"when", "if", "once", "after", "at"}))
_no_exit_rule = unless_next(
    frozenset(
        {
            "when",
            "if",
            "once",
            "after",
            "at",
            "on",
            "with",
            "by",
            "via",
            "through",
            "above",
            "below",
            "under",
            "over",
            "half",
            "quarter",
            "third",
        }
    ),
    frozenset({"percent", "number", "span"}),
)

# entries
_side = alt(
    apply(word("buy"), lambda _: "long"), apply(word("short"), lambda _: "short"), apply(word("enter"), lambda _: ANY)
)
_event = apply(condition, lambda c: None if any(isinstance(p, Clock | Days) for p in parts(c)) else c)
_whole_condition = alt(
    seq(word("after_event"), _event, to=lambda _, c: c),
    seq(_when, _entering, to=lambda _, c: c),
    seq(_when, condition, _comma, word("and_only"), condition, to=lambda _a, c, _b, _c, only: And((c, only))),
)
_enter = alt(
    seq(_side, _signal, _colon, _whole_condition, to=lambda side, _a, _b, c: Enter(_said(side), c)),
    seq(_when, _entering, _comma, opt(word("arrow")), _side, _no_entry_rule, to=lambda _a, c, _b, _c, side, _d: Enter(_said(side), c)),
    seq(_when, condition, _comma, opt(word("arrow")), _side, _when, condition, to=lambda _a, c, _b, _c, side, _d, too: Enter(_said(side), And((c, too)))),
    seq(_side, word("at"), apply(level, lambda m: Touch(Price("close"), m) if isinstance(m, Measure) else None), to=lambda side, _, c: Enter(_said(side), c)),
    seq(_when, moment, word("zone"), _comma, opt(word("arrow")), _side, _no_entry_rule, to=lambda _a, c, zone, _b, _c, side, _d: (Enter(_said(side), c), Zone(zone))),
    seq(_side, word("at"), level_of_oscillator, to=lambda side, _, c: Enter(_said(side), c)),
    seq(word("trade"), apply(condition, lambda c: c if isinstance(c, PairCross) else None), to=lambda _, c: Bare(c)),
)  # fmt: skip

_sized_enter = seq(_side, size, word("when"), _guarded, to=lambda side, sized, _, c: (Enter(_said(side), c), sized))

# exits


def _touched(value: Operand) -> Condition | None:
    """Give a price level that is reached; a level of an oscillator is none."""
    return Touch(Price("close"), value) if isinstance(value, Measure) and scale(value) == "price" else None


_leaving = alt(
    apply(word("exit_long"), lambda _: "long"), apply(word("exit_short"), lambda _: "short"),
    apply(word("sell"), lambda _: "sell"), apply(word("exit"), lambda _: ANY),
)  # fmt: skip
# "close crosses above the 50 ema" speaks of the price, "close when …" of the position
_leaving_plain = alt(
    apply(word("exit_long"), lambda _: "long"), apply(word("exit_short"), lambda _: "short"),
    apply(word("sell"), lambda _: "sell"), apply(word("exit"), lambda said: None if said == "close" else ANY),
)  # fmt: skip
_leaving_if = alt(
    seq(_leaving_plain, _signal, _colon, _when, to=lambda side, *_: side),
    seq(_leaving, _signal, _colon, word("when"), to=lambda side, *_: side),
)
_leave = alt(
    seq(_leaving_if, _guarded, to=lambda side, c: Leave(_said(side), c)),
    seq(_when, _guarded, _comma, opt(word("arrow")), _leaving, _no_exit_rule, to=lambda _a, c, _b, _c, side, _d: Leave(_said(side), c)),
    seq(_leaving, word("after_event"), _event, to=lambda side, _, c: Leave(_said(side), c)),
    seq(_leaving, word("at"), apply(level, _touched), to=lambda side, _, c: Leave(_said(side), c)),
    seq(_leaving, word("at"), level_of_oscillator, to=lambda side, _, c: Leave(_said(side), c)),
    seq(alt(word("target"), word("stop")), word("when"), condition, to=lambda _a, _b, c: None if isinstance(c, NewExtreme) else Leave(None, c)),
)  # fmt: skip

# filters
_trade = alt(
    apply(word("trade"), lambda _: ANY), apply(word("buy"), lambda _: "long"), apply(word("short"), lambda _: "short")
)
_only = alt(
    seq(opt(word("sep")), word("only"), opt(_trade), word("when"), condition, to=lambda _a, _b, side, _c, c: Only(c, _said(side))),
    seq(word("only"), opt(_trade), moment, to=lambda _a, side, c: Only(c, _said(side))),
    seq(word("and_only"), opt(word("trade")), _when, condition, to=lambda _a, _b, _c, c: Only(c)),
    seq(_trade, word("only"), _when, condition, to=lambda side, _a, _b, c: Only(c, _said(side))),
    seq(_when, apply(condition, lambda c: None if any(isinstance(p, PairCross | Cross) for p in parts(c)) else c), word("only"), to=lambda _a, c, _b: Only(c)),
    seq(opt(word("sep")), word("only"), opt(_trade), apply(condition, lambda c: c if isinstance(c, Compare) and isinstance(c.left, It) else None), to=lambda _a, _b, side, c: Only(c, _said(side))),
    seq(word("trade_plain"), moment, to=lambda _, c: Only(c)),
    seq(word("trade_plain"), word("when"), condition, to=lambda _a, _b, c: Only(c)),
    seq(word("conditions_filter"), _colon, opt(word("only")), _when, condition, to=lambda _a, _b, _c, _d, c: Only(c)),
)  # fmt: skip
_no_side = alt(apply(word("no_short_entry"), lambda _: "short"), apply(word("no_entry"), lambda _: ANY))
_never = alt(
    seq(_no_side, _when, condition, _unless, to=lambda side, _, c, unless: Never(c, unless, _said(side))),
    seq(_no_side, word("unless"), condition, to=lambda side, _, c: Never(None, c, _said(side))),
)
_filter_side = alt(
    seq(measure, word("as_filter"), to=lambda m, _: TrendFilter(m)),
    seq(word("trend_filter"), _colon, measure, to=lambda _a, _b, m: TrendFilter(m)),
    seq(opt(word("only")), opt(word("trade")), word("in_direction"), measure, opt(word("trend_of")), to=lambda _a, _b, _c, m, _d: TrendFilter(m)),
)  # fmt: skip

_WHAT: dict[str, Literal["long", "short", "enter"]] = {"long": "long", "short": "short", ANY: "enter"}
_action = alt(
    apply(_side, lambda side: Action(_WHAT[side])),
    apply(_leaving, lambda side: Action("sell" if side == "sell" else "exit")),
)
_otherwise = seq(word("otherwise"), _comma, _action, to=lambda _a, _b, action: Otherwise(action.what))

_idle = alt(
    seq(_when, condition, _comma, word("do_nothing"), to=lambda _a, c, _b, _c: Nothing(c)),
    seq(word("do_nothing"), word("when"), condition, to=lambda _a, _b, c: Nothing(c)),
)

# declarations
_frame = alt(
    seq(opt(word("on_frame")), frame_name, opt(word("chart")), to=lambda _a, f, _b: Frame(f)),
    seq(word("timeframe"), _colon, frame_name, to=lambda _a, _b, f: Frame(f)),
    seq(word("trade"), frame_name, to=lambda _, f: Frame(f)),
)
_sides = alt(
    apply(word("long_only"), lambda _: Sides("long")),
    apply(word("short_only"), lambda _: Sides("short")),
    seq(opt(word("trade")), word("both_sides"), to=lambda _a, _b: Sides("both")),
)
_periods = alt(
    apply(in_parens, Lengths),
    seq(opt(word("with_length")), positive, word("slash"), positive, word("period"), to=lambda _a, a, _b, b, _c: Lengths((a, b))),
    seq(word("with_length"), positive, word("slash"), positive, to=lambda _a, a, _b, b: Lengths((a, b))),
    seq(opt(word("with_length")), many(positive, alt(word("slash_only"), word("comma"))), to=lambda _, ns: Lengths(ns) if len(ns) in (2, 3) else None),
    apply(word("standard"), lambda _: Label()),
)  # fmt: skip
_zone = seq(opt(word("in_zone")), word("zone"), to=lambda _, name: Zone(name))
_topic = seq(opt(word("trade")), apply(measure, lambda m: Topic(m) if isinstance(m, Measure) else None), opt(word("strategy_noun")), to=lambda _a, t, _b: t)  # fmt: skip
_labelled = alt(
    apply(word("strategy_noun"), lambda _: Label()),
    seq(word("trade"), opt(frame_name), measure, many(word("label")), word("colon_like"), to=lambda _, f, m, _l, _c: Topic(m) if f is None else None),
)  # fmt: skip
_named_first = alt(apply(measure, lambda m: m if isinstance(m, Measure) else None), whole_bands)
_opening_label = alt(
    seq(many(word("label")), alt(word("colon_like"), word("comma"), word("strategy_noun")), to=lambda *_: Label()),
    seq(word("label"), _named_first, word("colon_like"), to=lambda _a, m, _b: Label(m)),
    seq(
        many(word("label")),
        opt(word("on_frame")),
        frame_name,
        opt(word("chart")),
        word("colon_like"),
        to=lambda _a, _b, f, _c, _d: Frame(f),
    ),
    seq(word("colon_label"), word("colon"), to=lambda _a, _b: Label()),
    seq(
        _named_first,
        many(word("label")),
        alt(word("colon_like"), word("comma")),
        to=lambda m, _l, _c: None if m.kind == "dc" and m.lengths else Label(m),
    ),
    seq(whole_bands, opt(word("strategy_noun")), alt(word("colon_like"), word("comma")), to=lambda m, _n, _c: Label(m)),
)

_clauses = alt(
    orders, _enter, _sized_enter, _leave, _only, _never, _filter_side, _otherwise, management, _frame, _sides, _periods, _zone, _labelled,
    _idle, apply(condition, Bare), _action, _topic,
)  # fmt: skip
clause: Rule = alt(_clauses, seq(word("or"), management, to=lambda _, made: made))
"""One clause."""

_separators = many(word("sep"))


def read(source: Source) -> tuple[Clause, ...] | None:
    """Read the whole idea as clauses; None when some part is in no clause.

    Longer clauses are preferred, then the order of the grammar.
    """
    dead: set[int] = set()

    def follow(i: int, *, first: bool) -> tuple[Clause, ...] | None:
        if _ended(source, i):
            return ()
        if i in dead:
            return None
        for value, j in _candidates(source, i, first=first):
            rest = follow(j, first=False)
            if rest is not None:
                return (*value, *rest) if isinstance(value, tuple) else (value, *rest)
        dead.add(i)
        return None

    return follow(0, first=True)


def _candidates(source: Source, i: int, *, first: bool) -> list[tuple[Any, int]]:
    found: list[tuple[Any, int]] = []
    for start in _starts(source, i):
        found.extend(clause(source, start))
        if first:
            found.extend(_opening_label(source, start))
    return sorted(found, key=lambda r: -r[1])


def _starts(source: Source, i: int) -> list[int]:
    after = {j for _, j in _separators(source, i)}
    return [i, *sorted(after)]


def _ended(source: Source, i: int) -> bool:
    size = len(source.tokens)
    return any(place == size for start in _starts(source, i) for place in source.past_fillers(start))
