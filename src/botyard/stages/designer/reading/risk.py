"""Grammar of stops, targets, time exits, sizes and limits."""

from dataclasses import replace
from typing import Any

from botyard.stages.designer.meaning.acts import (
    At,
    Atrs,
    DayEnd,
    Distance,
    Hold,
    Limit,
    Percent,
    Reward,
    Size,
    Stop,
    Target,
    Without,
)
from botyard.stages.designer.meaning.values import Price
from botyard.stages.designer.reading.combinators import Rule, alt, apply, opt, seq, token, word
from botyard.stages.designer.reading.measures import atrs, measure, number, percent, positive
from botyard.stages.designer.reading.tokens import Token

_percent = apply(percent, lambda p: Percent(p) if p > 0 else None)
_atrs = apply(atrs, lambda a: Atrs(*a))
distance = alt(_percent, _atrs)
_joint = opt(word("stop_joint"))


def _level_at(value: Any) -> At | None:
    return None if isinstance(value, Price) and value.field == "close" else At(value)


_at_level = seq(word("stop_joint"), apply(measure, _level_at), to=lambda _, at: at)


def _based(distance: Distance, way: str) -> Stop:
    return Stop(distance, base="above" if way == "above" else "below" if way == "below" else "entry")


_below_or_above = alt(
    apply(word("stop_below"), lambda _: "below"), apply(word("stop_above"), lambda _: "above"), apply(word("from_entry"), lambda _: "entry")
)  # fmt: skip
_plain_stop = alt(
    seq(distance, word("stop"), opt(_below_or_above), to=lambda d, _, base: Stop(d) if base is None else _based(d, base)),
    seq(distance, word("stop"), opt(word("per_trade")), word("as_stop"), to=lambda d, *_: Stop(d)),
    seq(word("stop"), _joint, distance, opt(_below_or_above), to=lambda _a, _b, d, base: Stop(d) if base is None else _based(d, base)),
    seq(word("stop"), _at_level, to=lambda _, at: Stop(at)),
    seq(word("stop"), _below_or_above, _joint, distance, to=lambda _, base, _b, d: _based(d, base)),
)  # fmt: skip
_peak = alt(apply(word("from_peak"), lambda _: False), apply(word("from_close_peak"), lambda _: True))
trailing_stop = alt(
    seq(distance, word("trailing"), opt(word("stop")), opt(_peak, default=False), to=lambda d, _a, _b, closes: Stop(d, trailing=True, of_closes=closes)),
    seq(word("trailing"), opt(word("stop")), _joint, distance, opt(_peak, default=False), to=lambda _a, _b, _c, d, closes: Stop(d, trailing=True, of_closes=closes)),
    seq(word("stop"), _joint, distance, word("trailing"), to=lambda _a, _b, d, _c: Stop(d, trailing=True)),
    seq(distance, word("stop"), word("trailing"), to=lambda d, _a, _b: Stop(d, trailing=True)),
    seq(word("trailing"), opt(word("stop")), _joint, distance, opt(word("stop")), opt(_peak, default=False), to=lambda _a, _b, _c, d, _d, closes: Stop(d, trailing=True, of_closes=closes)),
    seq(word("stop"), _joint, distance, word("from_peak_words"), to=lambda _a, _b, d, _c: Stop(d, trailing=True)),
)  # fmt: skip

reward = alt(
    seq(positive, word("reward"), to=lambda n, _: Reward(n)),
    seq(word("twice"), word("reward_noun"), to=lambda n, _: Reward(n)),
)
_ratio = alt(
    seq(positive, word("colon"), positive, to=lambda a, _, b: Reward(max(a, b)) if 1 in (a, b) else None),
    apply(positive, Reward),
)
_risk_reward = alt(
    seq(word("risk_reward"), _joint, _ratio, to=lambda _a, _b, r: r),
    seq(seq(positive, word("colon"), positive, to=lambda a, _, b: Reward(max(a, b)) if 1 in (a, b) else None), word("risk_reward"), to=lambda r, _: r),
)  # fmt: skip
_target = alt(
    seq(alt(distance, reward), word("target"), opt(word("above_entry")), to=lambda d, _a, _b: Target(d)),
    seq(word("target"), _joint, alt(distance, reward), opt(word("above_entry")), to=lambda _a, _b, d, _c: Target(d)),
    seq(word("target"), _at_level, to=lambda _, at: Target(at)),
    apply(_risk_reward, Target),
)

# exits that name a profit or a loss
exits = alt(word("exit"), word("sell"), word("exit_long"), word("exit_short"))
_whence = opt(alt(word("when"), word("at")))
_gain_exit = seq(exits, _whence, opt(measure), opt(alt(word("motion"), word("loses"))), distance, word("entry_up"),
                 to=lambda _a, _b, of, _c, d, _d: Target(d) if of in (None, Price("close")) else None)  # fmt: skip
_loss_exit = seq(exits, _whence, opt(measure), opt(alt(word("motion"), word("loses"))), distance, word("entry_down"),
                 to=lambda _a, _b, of, _c, d, _d: Stop(d) if of in (None, Price("close")) else None)  # fmt: skip


_at_a_loss = seq(exits, opt(alt(word("at"), word("when"))), apply(percent, lambda p: Percent(-p) if p < 0 else None), to=lambda _a, _b, d: Stop(d))  # fmt: skip


def _whole(n: float) -> float | None:
    return n if n == int(n) and n >= 1 else None


def _duration(span: Token) -> Hold | None:
    if span.unit == "s" or span.value != int(span.value):
        return None
    return Hold(0.0, f"{int(span.value)}{span.unit}")


_held = alt(
    seq(apply(positive, _whole), word("bars"), to=lambda n, _: Hold(n)),
    apply(token("span", _duration), lambda hold: hold),
)
_latest = opt(word("latest"))
_hold = alt(
    seq(opt(exits), word("after"), _held, _latest, to=lambda _a, _b, hold, _c: hold),
    seq(opt(exits), _held, word("latest"), to=lambda _a, hold, _b: hold),
    seq(exits, _held, word("after_entry"), to=lambda _a, hold, _b: hold),
    seq(word("hold"), _joint, opt(word("max")), _held, _latest, to=lambda _a, _b, _m, hold, _c: hold),
)
_day_end = alt(
    seq(exits, opt(alt(word("at"), word("when"), word("before"))), word("end_of_day"), to=lambda *_: DayEnd()),
    seq(word("not"), word("overnight"), to=lambda *_: DayEnd()),
)

_percent_number = apply(percent, lambda p: p if 0 < p <= 100 else None)
size = alt(
    seq(word("risk"), _percent_number, opt(word("equity")), opt(word("per_trade")), to=lambda _a, p, _b, _c: Size("risk", p)),
    seq(_percent_number, opt(word("equity")), word("risk"), opt(word("per_trade")), to=lambda p, _a, _b, _c: Size("risk", p)),
    seq(opt(word("invest")), _percent_number, word("equity"), opt(word("per_trade")), to=lambda _a, p, _b, _c: Size("fraction", p)),
    seq(opt(word("invest")), word("half"), word("equity"), opt(word("per_trade")), to=lambda _a, part, _b, _c: Size("fraction", part * 100)),
    seq(word("invest"), _joint, _percent_number, opt(word("equity")), opt(word("per_trade")), to=lambda _a, _j, p, _b, _c: Size("fraction", p)),
    seq(opt(word("invest")), word("all_in"), opt(word("per_trade")), to=lambda *_: Size("fraction", 100.0)),
)  # fmt: skip
"""How much is put in."""

_count = apply(number, lambda n: n if n == int(n) and n >= 1 else None)
_limits = alt(
    seq(word("max"), _count, word("trades"), word("per_day"), to=lambda _a, n, _b, _c: Limit("max_trades_per_day", n)),
    seq(_count, word("trades"), word("per_day"), word("max"), to=lambda n, _a, _b, _c: Limit("max_trades_per_day", n)),
    seq(word("stop_trading"), opt(word("after")), _count, word("losses"), opt(word("per_day")), to=lambda _a, _b, n, _c, day: Limit("max_losses_per_day", n) if day else None),
    seq(word("max"), word("day_loss"), _joint, _percent_number, to=lambda _a, _b, _c, p: Limit("max_daily_loss", p / 100)),
    seq(opt(word("max")), word("drawdown"), _joint, _percent_number, to=lambda _a, _b, _c, p: Limit("max_drawdown", p / 100)),
)  # fmt: skip
_none = alt(
    seq(word("no_stop"), word("or_target"), to=lambda *_: Without("both")),
    apply(word("no_stop"), lambda _: Without("stop")),
    apply(word("no_target"), lambda _: Without("target")),
)

management: Rule = alt(
    seq(opt(exits), opt(word("through")), trailing_stop, to=lambda way_out, _b, stop: stop if way_out is None else replace(stop, is_the_exit=True)),
    seq(opt(exits), opt(word("through")), alt(_plain_stop, _target), to=lambda _a, _b, made: made),
    _gain_exit, _loss_exit, _at_a_loss, _hold, _day_end, size, _limits, _none,
)  # fmt: skip
"""Everything that guards an open position or its size."""
