"""The engine's loop against the same strategy written by hand in C."""

import ctypes
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
from benchmarks.bars import benchmark_bars

from botyard.engine.backtest import Runner
from botyard.engine.bars import Bars
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.records.market import Instrument, Step, TradingRules
from botyard.records.schema import load_spec
from botyard.testing.specs import EMA_CROSS

Figure = tuple[str, float, str, str]

SOURCE = Path(__file__).with_name("ema_cross.c")
RULES = TradingRules(Instrument("BTC/USDT", "binance", "BTC", "USDT", "spot", Step(1, 100), Step(1, 100_000), 5.0))
REPEATS = 40


def figures() -> list[Figure]:
    """Measure; targets are the issue's."""
    bars, label = benchmark_bars()
    compiled = compile_spec(load_spec(json.dumps(EMA_CROSS)))
    per_bar = 1e9 / len(bars)
    with tempfile.TemporaryDirectory(prefix="botyard-bench-") as folder:
        program = load_program(compiled, Path(folder))
        runner, vector = Runner(program, bars, RULES), program.vector()
        equity = runner.backtest(vector).equity
        ours = _best(lambda: runner.score(vector))
        found = [
            (f"EMA cross, ATR trailing stop, {len(bars):,} {label}: a trial", ours * per_bar, "ns/bar", ""),
            ("the same with everything recorded", _best(lambda: runner.backtest(vector)) * per_bar, "ns/bar", ""),
        ]
        for options in (["-O3"], ["-O3", "-march=native", "-ffp-contract=off"]):
            hand = _hand_written(Path(folder), options, bars, equity)
            if hand is not None:
                found.append((f"the same in C by hand, gcc {' '.join(options)}", hand * per_bar, "ns/bar", ""))
                found.append(("  a trial over C, equity of each close equal", ours / hand, "x", "<= 5"))
    return found + _making()


def _making() -> list[Figure]:
    """What a program costs, each in a process of its own; CPU seconds after botyard itself is imported."""
    with tempfile.TemporaryDirectory(prefix="botyard-bench-") as folder:
        return [
            ("the first program ever", _fresh(folder, "12"), "s", ""),
            ("a new spec", _fresh(folder, "13"), "s", "<= 1.5"),
            ("a cached spec", _fresh(folder, "13"), "s", "<= 0.3"),
        ]


def _best(run) -> float:  # noqa: ANN001
    times = []
    for _ in range(REPEATS):
        began = perf_counter()
        run()
        times.append(perf_counter() - began)
    return min(times)


def _hand_written(folder: Path, options: list[str], bars: Bars, expected: np.ndarray) -> float | None:
    if shutil.which("gcc") is None:
        return None  # nothing to compare with
    library = folder / f"ema_cross{len(options)}.so"
    subprocess.run(["gcc", *options, "-shared", "-fPIC", str(SOURCE), "-o", str(library), "-lm"], check=True)
    call = ctypes.CDLL(str(library)).ema_cross
    call.restype = ctypes.c_int64
    integer, number, array = ctypes.c_int64, ctypes.c_double, ctypes.c_void_p
    call.argtypes = [integer, *[array] * 4, integer, integer, *[number] * 9, array]
    equity = np.empty(len(bars))
    columns = [column.ctypes.data for column in (bars.open, bars.high, bars.low, bars.close)]
    costs, instrument = RULES.costs, RULES.instrument
    arguments = [
        len(bars), *columns, 12, 48, 3.0, costs.taker_bps / 1e4, costs.slippage_bps / 1e4,
        instrument.tick.numerator, instrument.tick.denominator, instrument.lot.numerator, instrument.lot.denominator,
        instrument.min_notional, RULES.initial_cash, equity.ctypes.data,
    ]  # fmt: skip
    seconds = _best(lambda: call(*arguments))
    apart = float(np.max(np.abs(equity / expected - 1.0)))
    if apart > 1e-12:
        raise SystemExit(f"the two disagree: equity is {apart:.1e} apart")
    return seconds


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
