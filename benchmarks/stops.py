"""vectorbt's own stops (sl_stop, tp_stop, sl_trail) against ours, on the bars of the other tables.

Its rules differ from ours in four ways, and this is how they are met:
- It looks at a stop from the bar after the entry on. Here a level beyond reach stands until the entry bar has closed.
- Its trailing stop follows the highs of the bars after the entry bar, from the entry price on.
- It fills a target that is only touched, ours must be traded through. The shares lie off the price grid.
- A stop that it hits hides the signals of that bar, even one that would have left at the open. Only stops leave here.
It knows no ticks and lots: the tick is 1e-8 here, and one coin is traded.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks import page
from benchmarks.bars import benchmark_bars
from benchmarks.field import AGREE, ENGINES, PEERS, environment
from benchmarks.peers.worker import CASH, FEE, FIRST

from botyard.engine.backtest import Backtest, Runner
from botyard.engine.bars import Bars
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.records.market import Costs, Instrument, Step, TradingRules
from botyard.records.schema import load_spec

Figure = tuple[str, float, str, str]

RULES = TradingRules(
    Instrument("BTC/USDT:USDT", "binance", "BTC", "USDT", "perpetual", Step(1, 10**8), Step(1, 1), 0.0),
    costs=Costs(1e4 * FEE, 1e4 * FEE, 0.0, 0.0),
    initial_cash=CASH,
)
CASES: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("long, stop 2.13 %, target 3.17 %", 1, {"sl_stop": 0.0213, "tp_stop": 0.0317}),
    ("long, stop 0.71 %, target 0.53 %", 1, {"sl_stop": 0.0071, "tp_stop": 0.0053}),
    ("long, trailing stop 1.37 %", 1, {"sl_stop": 0.0137, "sl_trail": True}),
    ("long, trailing stop 0.91 %, target 2.41 %", 1, {"sl_stop": 0.0091, "sl_trail": True, "tp_stop": 0.0241}),
    ("short, stop 1.19 %, target 1.73 %", -1, {"sl_stop": 0.0119, "tp_stop": 0.0173}),
    ("short, trailing stop 1.07 %", -1, {"sl_stop": 0.0107, "sl_trail": True}),
)
"""Name, side, and vectorbt's settings."""


def spec_of(side: int, stops: dict[str, Any]) -> dict[str, Any]:
    """Say the same in our language."""
    away, toward = ("-", "+") if side > 0 else ("+", "-")
    known = "bars_in_position >= 1"  # the entry bar has closed
    from_price = "entry_price"
    if stops.get("sl_trail"):
        further = "max(entry_price, high)" if side > 0 else "min(entry_price, low)"
        from_price = f"({further} if bars_in_position >= 2 else entry_price)"
    safe = "0.0001" if side > 0 else "9999"
    stop = f"{from_price} * (1 {away} {stops['sl_stop']}) if {known} else entry_price * {safe}"
    moves: list[dict[str, Any]] = [
        {"from": "flat", "to": "held", "signal": "enter_long" if side > 0 else "enter_short", "when": f"crosses_{'above' if side > 0 else 'below'}(fast, slow)"},
        {"from": "held", "to": "flat", "signal": "stop", "stop": stop, "ratchet": bool(stops.get("sl_trail"))},
    ]  # fmt: skip
    if "tp_stop" in stops:
        safe = "9999" if side > 0 else "0.0001"
        limit = f"entry_price * (1 {toward} {stops['tp_stop']}) if {known} else entry_price * {safe}"
        moves.append({"from": "held", "to": "flat", "signal": "target", "limit": limit})
    return {
        "name": "stops",
        "timeframe": "5m",
        "series": {"fast": "ema(close, 12)", "slow": "ema(close, 48)"},
        "state_machine": {"initial": "flat", "states": {"flat": 0, "held": side}, "transitions": moves},
        "sizing": {"type": "units", "quantity": 1.0},
    }


def figures() -> list[Figure]:
    """Compare the equity of all closes, and write the table into docs/benchmarks.md."""
    bars, label = benchmark_bars()
    with tempfile.TemporaryDirectory(prefix="botyard-bench-") as name:
        version, orders, theirs = _vectorbt(Path(name), bars)
        ours = [_botyard(Path(name), bars, spec_of(side, stops)) for _, side, stops in CASES]
    found: list[Figure] = []
    lines = [f"vectorbt {version}, {len(bars):,} {label}.", "", "| | its orders | our fills | greatest distance of equity |", "|---|---:|---:|---:|"]  # fmt: skip
    for (case, _, _), count, curve, run in zip(CASES, orders, theirs, ours, strict=True):
        apart = float(np.abs(curve / run.equity - 1.0).max())
        said = f"{apart:.0e}" if apart <= AGREE else f"{apart:.1e}, NOT EXPLAINED"
        lines.append(f"| {case} | {count:,} | {len(run.fills):,} | {said} |")
        found.append((f"{case}: {count:,} orders, {len(run.fills):,} fills, equity apart", 1e9 * apart, "e-9", "<= 1"))
    page.write("stops", lines)
    return found


def _botyard(folder: Path, bars: Bars, spec: dict[str, Any]) -> Backtest:
    program = load_program(compile_spec(load_spec(json.dumps(spec))), folder)
    return Runner(program, bars, RULES, trade_from=FIRST - 1).backtest(program.vector())


def _vectorbt(folder: Path, bars: Bars) -> tuple[str, list[int], np.ndarray]:
    engine = next(e for e in ENGINES if e.script == "vectorbt")
    names = ("open_ms", "open", "high", "low", "close", "volume")
    np.savez(folder / "bars.npz", **{name: getattr(bars, name) for name in names})
    asked = [{"direction": "longonly" if side > 0 else "shortonly", "stops": stops} for _, side, stops in CASES]
    command = [str(environment(engine)), str(PEERS / "vectorbt_stops_peer.py"), str(folder / "bars.npz")]
    answer = subprocess.run(
        [*command, str(folder / "curves.npy")], input="\n".join(map(json.dumps, asked)) + "\n",
        check=True, stdout=subprocess.PIPE, stderr=sys.stderr, text=True,
    ).stdout.splitlines()  # fmt: skip
    said = [json.loads(line) for line in answer if line.startswith("{")]
    return said[0]["version"], [told["orders"] for told in said[1:]], np.load(folder / "curves.npy")
