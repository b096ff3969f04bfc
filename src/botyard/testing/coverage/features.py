"""What a spec can do, and by what marks it shows: the words it reads, its signals, orders, states and sizing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import astuple

from botyard.records.spec import Limits, Spec, Transition

_WORD = re.compile(r"[A-Za-z_]\w*")
_AVERAGES = {"sma", "ema", "hma", "wma", "kama", "rolling_vwap", "vwap"}
_STRUCTURE = {*_AVERAGES, "psar", "supertrend", "swing_low", "swing_high", "lowest", "highest", "donchian_low"}


def features() -> tuple[str, ...]:
    """Name every feature that specs are looked at for."""
    return (*_READS, *_SHAPES)


def shows(spec: Spec, feature: str) -> bool:
    """Whether a spec shows the mark of a feature. A mark is needed, not enough: the case's author says the rest."""
    if feature in _READS:
        return any(re.fullmatch(_READS[feature], word) for word in _words(spec, " ".join(_expressions(spec))))
    return _SHAPES[feature](spec)


_READS = {
    "sessions": r"inside|(prev_)?session_\w+|range_high|range_low|vwap|minute_of_day|is_new",
    "weekdays": "weekday",
    "calendar": "day|month|year|is_new",
    "higher_timeframe": "on",
    "opening_range": "range_high|range_low|weekday",
    "candles": r"\w+_engulfing|hammer|shooting_star|open",
    "divergence": r"\w+_divergence|rsi",
    "swing_levels": r"swing_\w+|pivot_\w+|highest|lowest|prev_session_high",
    "vwap": r"vwap|rolling_vwap",
    "vwap_bands": "vwap_stdev|rolling_vwap",
    "grid": "first_fill_price|last_fill_price",
    "cooldown": "bars_since_exit",
    "consecutive": "all_true|count|streak",
    "volatility_size": "atr|stdev|ema",
    "volume": "volume",
}
"""Feature -> the words of the language of which it reads at least one."""

_SHAPES: dict[str, Callable[[Spec], bool]] = {
    "partial_exit": lambda spec: any(move.signal == "scale_out" for move in _moves(spec)),
    "scale_in": lambda spec: any(move.signal == "scale_in" and not move.rebalance for move in _moves(spec)),
    "target_weight": lambda spec: any(move.source == (move.target,) for move in _moves(spec)),
    "reversal": lambda spec: any(move.signal == "reverse" for move in _moves(spec)),
    "time_exit": lambda spec: any(move.signal == "time_exit" for move in _moves(spec)),
    "break_even": lambda spec: any("entry_price" in _WORD.findall(move.expression) for move in _stops(spec)),
    "limit_entry": lambda spec: any(move.kind == "limit" for move in _entries(spec)),
    "stop_entry": lambda spec: any(move.kind == "stop" for move in _entries(spec)),
    "expiring_entry": lambda spec: (
        any(move.kind != "when" for move in _entries(spec))
        and any(move.signal == "expire" or move.guard is not None for move in _moves(spec))
    ),
    "trail_atr": lambda spec: any("atr" in _words(spec, move.expression) for move in _trails(spec)),
    "trail_structure": lambda spec: any(
        _words(spec, move.expression) & _STRUCTURE for move in _moves(spec) if move.signal in {"stop", "exit_long"}
    ),
    "trail_percent": lambda spec: any("/ 100" in move.expression for move in _trails(spec)),
    "trail_steps": lambda spec: any("floor" in move.expression for move in _trails(spec)),
    "armed": lambda spec: _has_twins(spec, 0),
    "armed_trail": lambda spec: _has_twins(spec, 1) or _has_twins(spec, -1),
    "risk_size": lambda spec: spec.sizing.type in {"risk", "units"},
    "limits": lambda spec: spec.limits != Limits(),
    "votes": lambda spec: "count_true" in _words(spec, " ".join(_expressions(spec))),
    "switches": lambda spec: any(parameter.type == "bool" for parameter in spec.parameters.values()),
    "regimes": lambda spec: any(_is_condition(text) for text in spec.series.values()),
}
"""Feature -> what its states, transitions or sizing look like."""


def _moves(spec: Spec) -> tuple[Transition, ...]:
    return spec.state_machine.transitions


def _entries(spec: Spec) -> list[Transition]:
    return [move for move in _moves(spec) if move.signal in {"enter_long", "enter_short"}]


def _stops(spec: Spec) -> list[Transition]:
    return [move for move in _moves(spec) if move.kind == "stop" and move not in _entries(spec)]


def _trails(spec: Spec) -> list[Transition]:
    return [move for move in _moves(spec) if move.ratchet or "_since_entry" in move.expression]


def _has_twins(spec: Spec, exposure: float) -> bool:
    return sum(value == exposure for value in spec.state_machine.states.values()) > 1


def _is_condition(text: str) -> bool:
    return any(sign in text for sign in "<>")


def _expressions(spec: Spec) -> Iterator[str]:
    for move in _moves(spec):
        yield move.expression
        yield move.guard or ""
    for value in (*spec.state_machine.states.values(), *astuple(spec.sizing)):
        if isinstance(value, str):
            yield value


def _words(spec: Spec, text: str) -> set[str]:
    """Words of an expression, those of the series that it reads included."""
    found: set[str] = set()
    waiting = _WORD.findall(text)
    while waiting:
        word = waiting.pop()
        if word not in found:
            found.add(word)
            waiting += _WORD.findall(spec.series.get(word, ""))
    return found
