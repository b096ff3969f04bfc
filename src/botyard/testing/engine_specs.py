"""Specs that fire every kind of order, sizing and limit, for tests of the loops."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

from botyard.engine.program import Program, load_program
from botyard.language import compile_spec
from botyard.records.market import Costs, ExecutionProfile, Instrument, Step, TradingRules
from botyard.records.schema import load_spec
from botyard.testing.specs import EMA_CROSS

Plain = dict[str, Any]
CENT, MILLI = Step(1, 100), Step(1, 1000)


def _move(source: str | list[str], target: str, signal: str, **how: Any) -> Plain:
    return {"from": source, "to": target, "signal": signal, **how}


def _spec(name: str, states: dict[str, Any], moves: list[Plain], series: dict[str, str], **more: Any) -> Plain:
    machine = {"initial": next(iter(states)), "states": states, "transitions": moves}
    return {
        "spec_version": 1, "name": name, "idea": name, "timeframe": "5m", "timezone": "UTC", "logic": name,
        "parameters": {}, "series": series, "state_machine": machine,
        "sizing": {"type": "fraction", "of_equity": 1.0}, **more,
    }  # fmt: skip


_AVERAGES = {"quick": "ema(close, 5)", "slow": "ema(close, 20)", "vol": "atr(14)"}
_UP, _DOWN = "crosses_above(quick, slow)", "crosses_below(quick, slow)"

SPECS: dict[str, Plain] = {
    "trailing": EMA_CROSS,
    "cross": _spec(
        "cross", {"flat": 0, "long": 1, "short": -1},
        [
            _move("flat", "long", "enter_long", when=_UP), _move("flat", "short", "enter_short", when=_DOWN),
            _move("short", "long", "reverse", when=_UP), _move("long", "short", "reverse", when=_DOWN),
        ],
        _AVERAGES, sizing={"type": "units", "quantity": 3.5},
    ),
    "always_in": _spec(
        "always_in", {"flat": 0, "long": 1, "short": -1},
        [
            _move("flat", "long", "enter_long", when=_UP), _move("flat", "short", "enter_short", when=_DOWN),
            _move("short", "long", "reverse", stop="highest(high, 30)"),
            _move("long", "short", "reverse", stop="lowest(low, 30)"),
        ],
        _AVERAGES, limits={"max_drawdown": 0.1}, sizing={"type": "fraction", "of_equity": 0.9},
    ),
    "rsi": _spec(
        "rsi", {"flat": 0, "long": 1},
        [
            _move("flat", "long", "enter_long", when="rsi(close, 14) < level"),
            _move("long", "flat", "stop", stop="entry_price * (1 - loss)"),
            _move("long", "flat", "target", limit="entry_price * (1 + gain)"),
        ],
        {}, sizing={"type": "units", "quantity": 2.0},
        parameters={
            "level": {"type": "float", "default": 30.0, "low": 10.0, "high": 50.0},
            "loss": {"type": "float", "default": 0.02, "low": 0.001, "high": 0.2},
            "gain": {"type": "float", "default": 0.03, "low": 0.001, "high": 0.2},
        },
    ),
    "bracket": _spec(
        "bracket", {"flat": 0, "long": 1},
        [
            _move("flat", "long", "enter_long", when=_UP),
            _move("long", "flat", "stop", stop="entry_price - 2 * at_entry(vol)"),
            _move("long", "flat", "target", limit="entry_price + 3 * at_entry(vol)"),
        ],
        _AVERAGES, sizing={"type": "risk", "per_trade": 0.01}, limits={"max_losses_per_day": 2},
    ),
    "breakout": _spec(
        "breakout", {"flat": 0, "long": 1, "short": -1},
        [
            _move("flat", "long", "enter_long", stop="highest(high, 20)"),
            _move("flat", "short", "enter_short", stop="lowest(low, 20)"),
            _move("long", "flat", "stop", stop="lowest(low, 10)"),
            _move("short", "flat", "stop", stop="highest(high, 10)"),
        ],
        {}, sizing={"type": "risk", "per_trade": 0.02, "max_leverage": 2.0}, limits={"max_trades_per_day": 4},
    ),
    "pullback": _spec(
        "pullback", {"flat": 0, "long": 1},
        [
            _move("flat", "long", "enter_long", limit="slow + vol / 2", **{"if": "quick > slow"}),
            _move("long", "flat", "target", limit="entry_price + vol"),
            _move("long", "flat", "stop", stop="entry_price - 2 * at_entry(vol)", ratchet=True),
            _move("long", "flat", "time_exit", when="bars_in_position >= 12"),
        ],
        _AVERAGES, sizing={"type": "quote", "amount": 2500.0},
    ),
    "partial": _spec(
        "partial", {"flat": 0, "full": 1, "half": 0.5},
        [
            _move("flat", "full", "enter_long", when=_UP),
            _move("full", "half", "target", limit="entry_price + 2 * at_entry(vol)"),
            _move(["full", "half"], "flat", "stop", stop="entry_price - 2 * at_entry(vol)"),
            _move("half", "flat", "exit_long", when=_DOWN),
        ],
        _AVERAGES, sizing={"type": "units", "quantity": 4.0},
    ),
    "pyramid": _spec(
        "pyramid", {"flat": 0, "one": 0.4, "two": 0.7, "three": 1.2},
        [
            _move("flat", "one", "enter_long", when=_UP),
            _move("one", "two", "scale_in", stop="last_fill_price + vol"),
            _move("two", "three", "scale_in", limit="last_fill_price - vol"),
            _move("three", "one", "scale_out", limit="entry_price + 2 * vol"),
            _move(["one", "two", "three"], "flat", "exit_long", when=_DOWN),
            _move("three", "flat", "stop", stop="entry_price - 3 * vol"),
        ],
        _AVERAGES, limits={"max_daily_loss": 0.03},
    ),
    "weights": _spec(
        "weights", {"cash": 0, "held": "min(1, 0.01 / stdev(close / close[1], 20))"},
        [
            _move("cash", "held", "enter_long", when="close > sma(close, 30)"),
            _move("held", "held", "scale_in", when='is_new("day")', rebalance=True),
            _move("held", "cash", "exit_long", when="close < sma(close, 30)"),
        ],
        {},
    ),
    "gearing": _spec(
        "gearing", {"flat": 0, "short": -1},
        [
            _move("flat", "short", "enter_short", when=_DOWN),
            _move("short", "flat", "target", limit="entry_price * 0.97"),
        ],
        _AVERAGES, sizing={"type": "fraction", "of_equity": 8.0, "max_leverage": 8.0},
    ),
}  # fmt: skip


@cache
def engine_program(name: str, cache_dir: Path | None) -> Program:
    """Compile one of SPECS."""
    return load_program(compile_spec(load_spec(json.dumps(SPECS[name]))), cache_dir)


def trading_rules(
    kind: Literal["spot", "perpetual"] = "perpetual", *, tick: Step = CENT, lot: Step = MILLI, **more: Any
) -> TradingRules:
    """Return rules of a made-up venue."""
    world: Any = {"costs": Costs(7.5, 2.0, 3.0, 1.0), "profile": ExecutionProfile(), **more}
    return TradingRules(Instrument("MADE/UP", "demo", "MADE", "UP", kind, tick, lot, 5.0), **world)
