"""The engine's loop against the same strategies written by hand in C."""

import ctypes
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import numpy as np
from benchmarks import page
from benchmarks.bars import benchmark_bars

from botyard.engine.backtest import Backtest, Runner
from botyard.engine.bars import Bars
from botyard.engine.kernel import FILL_ROW
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.records.market import Instrument, Step, TradingRules
from botyard.records.schema import load_spec
from botyard.rules.layout import TRADE_WIDTH
from botyard.testing.specs import EMA_CROSS

Figure = tuple[str, float, str, str]

SOURCE = Path(__file__).with_name("by_hand.c")
RULES = TradingRules(Instrument("BTC/USDT", "binance", "BTC", "USDT", "spot", Step(1, 100), Step(1, 100_000), 5.0))
ROUNDS = 120
COMPILERS = (("-O3",), ("-O3", "-march=native", "-ffp-contract=off"))


def _plain() -> dict[str, Any]:
    machine = dict(EMA_CROSS["state_machine"], transitions=EMA_CROSS["state_machine"]["transitions"][:2])
    parameters = {name: EMA_CROSS["parameters"][name] for name in ("fast", "slow")}
    series = {name: EMA_CROSS["series"][name] for name in ("ema_fast", "ema_slow")}
    return {**EMA_CROSS, "state_machine": machine, "parameters": parameters, "series": series}


def _ten() -> dict[str, Any]:
    enter, *others = EMA_CROSS["state_machine"]["transitions"]
    agrees = (
        "crosses_above(ema_fast, ema_slow) and close > ema(close, 200) and ema(close, 100) > rma(close, 100) "
        "and close > rma(close, 30) and rsi(close, 14) < 80 and close > close[10] and close > close[50]"
    )
    machine = dict(EMA_CROSS["state_machine"], transitions=[{**enter, "when": agrees}, *others])
    return {**EMA_CROSS, "state_machine": machine}


STRATEGIES = (
    ("EMA cross", _plain(), ()),
    ("EMA cross, ATR trailing stop", EMA_CROSS, ("-DTRAIL",)),
    ("ten indicators, ATR trailing stop", _ten(), ("-DTRAIL", "-DTEN")),
)
"""Name, spec, and what makes the same of by_hand.c."""


def figures() -> list[Figure]:
    """Measure; targets are the issue's."""
    bars, label = benchmark_bars()
    found: list[Figure] = [("bars", len(bars), label, "")]
    with tempfile.TemporaryDirectory(prefix="botyard-bench-") as folder:
        for name, spec, macros in STRATEGIES:
            found += against_c(Path(folder), bars, name, spec, macros)
    found += _making()
    page.write_table("kernel", found)
    return found


def against_c(folder: Path, bars: Bars, name: str, spec: dict[str, Any], macros: tuple[str, ...]) -> list[Figure]:
    """Measure one strategy, ours and C taking turns, and check that their equity and fills are equal."""
    program = load_program(compile_spec(load_spec(json.dumps(spec))), folder)
    runner, vector = Runner(program, bars, RULES), program.vector()
    found = runner.backtest(vector)
    n = len(bars)
    fills, trades = np.empty((2 * n, FILL_ROW)), np.empty((2 * n, TRADE_WIDTH))
    written = (np.empty(n), np.empty(n), fills, trades, np.empty(0))
    runs = {
        "trial": lambda: runner.score(vector),
        "backtest": lambda: runner.backtest(vector),
        "loop": lambda: runner.loop(vector),
        "recorded": lambda: runner.loop(vector, written),
    }
    for options in COMPILERS if shutil.which("gcc") else ():
        hand = ByHand(folder, (*options, *macros), bars)
        hand.check(found)
        runs["C " + " ".join(options)] = lambda hand=hand: hand.run(0)
        runs["C recorded " + " ".join(options)] = lambda hand=hand: hand.run(1)
    times = {key: best * 1e9 / len(bars) for key, best in in_turn(runs, ROUNDS).items()}
    rows: list[Figure] = [
        (f"{name}: a trial, its Sharpe ratio included", times["trial"], "ns/bar", ""),
        ("  everything recorded, new arrays included", times["backtest"], "ns/bar", ""),
        ("  the loop alone", times["loop"], "ns/bar", ""),
        ("  the loop alone, recorded into given arrays", times["recorded"], "ns/bar", ""),
    ]
    for key, value in times.items():
        if key.startswith("C "):
            loop, whole = ("recorded", "backtest") if "recorded" in key else ("loop", "trial")
            rows += [
                (f"  {key}", value, "ns/bar", ""),
                ("    our loop over it", times[loop] / value, "x", "<= 2"),
                ("    our whole call over it", times[whole] / value, "x", "<= 2"),
            ]
    return rows


def in_turn(runs: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Call each once a round, in any order, so that all meet the same noise; return the least seconds of each."""
    best = dict.fromkeys(runs, float("inf"))
    order, random = list(runs), Random(1)
    for _ in range(rounds):
        random.shuffle(order)  # what ran before decides what the caches hold
        for key in order:
            began = perf_counter()
            runs[key]()
            best[key] = min(best[key], perf_counter() - began)
    return best


class ByHand:
    """by_hand.c, compiled, over some bars."""

    def __init__(self, folder: Path, options: tuple[str, ...], bars: Bars) -> None:
        library = folder / f"by_hand{'_'.join(options)}.so"
        subprocess.run(["gcc", *options, "-shared", "-fPIC", str(SOURCE), "-o", str(library), "-lm"], check=True)
        self._call = ctypes.CDLL(str(library)).ema_cross
        self._call.restype = ctypes.c_int64
        integer, number, array = ctypes.c_int64, ctypes.c_double, ctypes.c_void_p
        self._call.argtypes = [integer, *[array] * 4, integer, integer, *[number] * 9, array, integer, *[array] * 5]
        n, costs, instrument = len(bars), RULES.costs, RULES.instrument
        self.equity, self.lots, self.fills = np.empty(n), np.empty(n), np.empty((2 * n, 6))
        self._daily, self._figures = np.empty(n), np.zeros(3)
        self._bars = bars
        self._given = [
            n, *(column.ctypes.data for column in (bars.open, bars.high, bars.low, bars.close)), 12, 48, 3.0,
            costs.taker_bps / 1e4, costs.slippage_bps / 1e4, instrument.tick.numerator, instrument.tick.denominator,
            instrument.lot.numerator, instrument.lot.denominator, instrument.min_notional, RULES.initial_cash,
            bars.days.ctypes.data,
        ]  # fmt: skip
        self._taken = [a.ctypes.data for a in (self.equity, self.lots, self.fills, self._daily, self._figures)]

    def run(self, recorded: int) -> int:
        """Run; return how many fills there were. recorded: 1 writes curves and fills, 0 the figures only."""
        return int(self._call(*self._given, recorded, *self._taken))

    def check(self, ours: Backtest) -> None:
        """Stop unless fills and equity of each close are equal."""
        count = self.run(1)
        names = ("bar", "transition", "lots", "price", "fee", "reference")
        fills = np.column_stack([ours.fills[name] for name in names])
        if count != len(fills) or not np.allclose(self.fills[:count], fills, rtol=1e-9, atol=0.0):
            raise SystemExit(f"the two disagree: {count} fills and {len(fills)}")
        apart = float(np.max(np.abs(self.equity / ours.equity - 1.0)))
        if apart > 1e-12 or not np.array_equal(self.lots, ours.lots):
            raise SystemExit(f"the two disagree: equity is {apart:.1e} apart")


def _making() -> list[Figure]:
    """What a program costs, each in a process of its own; CPU seconds after botyard itself is imported."""
    with tempfile.TemporaryDirectory(prefix="botyard-bench-") as folder:
        return [
            ("the first program ever", _fresh(folder, "12"), "s", ""),
            ("a new spec", _fresh(folder, "13"), "s", "<= 1"),
            ("a cached spec", _fresh(folder, "13"), "s", "<= 0.3"),
        ]


_FRESH = """
import json, sys, time
from pathlib import Path
from botyard.testing.specs import EMA_CROSS
from botyard.records.schema import load_spec
from botyard.language import compile_spec
text = json.dumps(EMA_CROSS).replace("atr(14)", f"atr({sys.argv[2]})")
compiled = compile_spec(load_spec(text))
import botyard.engine.program as program
before = time.process_time()
program.load_program(compiled, Path(sys.argv[1]))
print(time.process_time() - before)
"""


def _fresh(folder: str, window: str) -> float:
    command = [sys.executable, "-c", _FRESH, folder, window]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
