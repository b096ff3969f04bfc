"""The same strategy on the same bars in other people's engines, each in an environment of its own.

EMA 12 over 48, long only, one coin, taker fee 0.1 %, decided at the close and filled at the next open; nothing is
decided before bar 1,000, when it no longer matters how an average begins. Engines take turns, round after round, and
each figure is the least of its rounds. `python -m benchmarks field` prints the table and writes docs/benchmarks.md.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from benchmarks import page
from benchmarks.bars import benchmark_bars
from benchmarks.kernel import RULES
from benchmarks.peers.worker import CASH, FAST, FEE, FIRST, SLOW

from botyard.engine.backtest import Runner
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.records.market import Costs
from botyard.records.schema import load_spec
from botyard.testing.specs import EMA_CROSS

Figure = tuple[str, float, str, str]

PEERS = Path(__file__).with_name("peers")
ENVIRONMENTS = Path(tempfile.gettempdir()) / "botyard-peers"  # throw-away, kept between runs
ROUNDS = 60
SLOW_SECONDS = 0.5  # what takes longer runs twice only
AGREE = 1e-9  # relative, of equity


@dataclass(frozen=True)
class Engine:
    """A peer: its script, what is installed, and what is to be known about its fills."""

    script: str
    package: str
    licence: str
    rule: str  # what is special about its fills, or why its equity differs; empty where it must not
    target: float  # how many times faster than it we are to be


ENGINES = (
    Engine("raptorbt", "raptorbt==0.13.4", "MIT", "sizes are shares of equity, so its trades are played with one coin", 10.0),
    Engine("vectorbt", "vectorbt==1.2.0", "Apache 2.0 with Commons Clause", "", 10.0),
    Engine("wickra", "wickra-backtest==0.2.0", "MIT or Apache 2.0", "trades from its own first cross on, before bar 1,000", 1.0),
    Engine("backtesting", "backtesting==0.6.6", "AGPL 3", "", 1.0),
    Engine("backtrader", "backtrader==1.9.78.123", "GPL 3", "", 5000.0),
    Engine("freqtrade", "freqtrade==2026.9", "GPL 3", "gives no curve, so its trades are played", 1.0),
    Engine(
        "nautilus", "nautilus_trader==1.221.0", "LGPL 3", "sees bars only: an order made at a close fills at that close, not at the next open", 1.0,
    ),
)  # fmt: skip


@dataclass
class Result:
    """What was found about one engine; seconds of NaN: it does not run here."""

    name: str
    version: str
    cold: float = float("nan")  # the first run, compiling included
    warm: float = float("nan")
    agreement: str = ""


def figures() -> list[Figure]:
    """Run all engines and write docs/benchmarks.md."""
    bars, label = benchmark_bars()
    with tempfile.TemporaryDirectory(prefix="botyard-bench-") as name:
        folder = Path(name)
        columns = {c: getattr(bars, c) for c in ("open_ms", "open", "high", "low", "close", "volume")}
        np.savez(folder / "bars.npz", **columns)
        trial, recorded, ours = _botyard(folder, bars)
        results = [ours]
        workers = {}
        for engine in ENGINES:
            try:
                workers[engine.script] = _Worker(engine, folder)
            except (OSError, subprocess.CalledProcessError, ValueError) as error:
                results.append(Result(engine.package, "", agreement=f"does not run here: {_first_line(error)}"))
        figures_only = Result("a trial", "this tree")
        _take_turns(
            [ours, figures_only, *(w.result for w in workers.values())],
            [recorded, trial, *(w.run for w in workers.values())],
        )
        equity = recorded().equity
        for worker in workers.values():
            worker.finish(equity)
            results.append(worker.result)
    trial_seconds = figures_only.warm
    page.write_field(results, trial_seconds, f"{len(bars):,} {label}", _machine())
    found = [
        ("a trial of ours", 1e3 * trial_seconds, "ms", ""),
        ("ours with everything recorded", 1e3 * ours.warm, "ms", ""),
    ]
    for result in results[1:]:
        engine = next(e for e in ENGINES if e.package.split("==")[0] in result.name)
        found.append((f"{result.name} {result.version}: {result.agreement}", 1e3 * result.warm, "ms", ""))
        found.append(("  over a trial of ours", result.warm / trial_seconds, "x", f">= {engine.target:,.0f}"))
    return found


def _botyard(folder: Path, bars: Any) -> tuple[Callable[[], Any], Callable[[], Any], Result]:
    machine = dict(EMA_CROSS["state_machine"], transitions=EMA_CROSS["state_machine"]["transitions"][:2])
    parameters = {name: EMA_CROSS["parameters"][name] for name in ("fast", "slow")}
    series = {name: EMA_CROSS["series"][name] for name in ("ema_fast", "ema_slow")}
    sizing = {"type": "units", "quantity": 1.0}
    spec = {**EMA_CROSS, "state_machine": machine, "parameters": parameters, "series": series, "sizing": sizing}
    rules = RULES.__class__(RULES.instrument, costs=Costs(1e4 * FEE, 1e4 * FEE, 0.0, 0.0), initial_cash=CASH)
    began = perf_counter()
    program = load_program(compile_spec(load_spec(json.dumps(spec))), folder)
    runner = Runner(program, bars, rules, trade_from=FIRST - 1)
    vector = program.vector({"fast": FAST, "slow": SLOW})
    runner.backtest(vector)
    ours = Result("Botyard", "this tree", cold=perf_counter() - began, agreement="")
    return (lambda: runner.score(vector)), (lambda: runner.backtest(vector)), ours


class _Worker:
    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.curve = folder / f"{engine.script}.npy"
        python = environment(engine)
        began = perf_counter()
        self.process = subprocess.Popen(
            [str(python), str(PEERS / f"{engine.script}_peer.py"), str(folder / "bars.npz"), str(self.curve)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        version = self._answer()["version"]
        self.run()
        self.result = Result(engine.package.split("==")[0], version, cold=perf_counter() - began)

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with suppress(json.JSONDecodeError):
                return dict(json.loads(line))
        raise ValueError(f"{self.engine.script}_peer.py ended with {self.process.wait()}")

    def run(self) -> float:
        """Run once; return the seconds that it took by its own clock."""
        assert self.process.stdin is not None
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        return float(self._answer()["seconds"])

    def finish(self, equity: np.ndarray) -> None:
        """End it, and compare its equity with ours."""
        self.process.communicate()
        theirs = np.load(self.curve)
        known = np.isfinite(theirs)
        gap = np.abs(theirs[known] / equity[known] - 1.0)
        if not known.any() or theirs.shape != equity.shape:
            self.result.agreement = "gives no curve to compare"
        elif gap.max() <= AGREE:
            self.result.agreement = f"equity of {known.sum():,} closes equal to {max(gap.max(), 1e-16):.0e}"
            self.result.agreement += f"; {self.engine.rule}" if self.engine.rule else ""
        elif known.all() and np.ptp((theirs - equity)[2 * FIRST :]) <= AGREE * CASH:
            self.result.agreement = f"from bar {2 * FIRST:,} on at one distance, {gap[-1]:.1e}: {self.engine.rule}"
        else:
            self.result.agreement = f"ends {gap[-1]:.1e} apart: {self.engine.rule or 'NOT EXPLAINED'}"


def environment(engine: Engine) -> Path:
    """Give the Python of an engine's own environment, made unless it is there."""
    folder = ENVIRONMENTS / engine.script
    python = folder / "bin" / "python"
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    if not (folder / "done").exists():
        print(f"  installing {engine.package} apart, in {folder}", file=sys.stderr, flush=True)
        quiet: dict[str, Any] = {"capture_output": True, "text": True}
        subprocess.run([uv, "venv", "--clear", "--python", sys.executable, str(folder)], check=True, **quiet)
        subprocess.run([uv, "pip", "install", "--python", str(python), "numpy", engine.package], check=True, **quiet)
        (folder / "done").touch()
    return python


def _take_turns(results: list[Result], runs: list[Callable[[], Any]]) -> None:
    for number in range(ROUNDS):
        for result, run in zip(results, runs, strict=True):
            if number > 0 and result.warm > SLOW_SECONDS:
                continue
            seconds = _timed(run)
            result.warm = seconds if number == 0 else min(result.warm, seconds)


def _timed(run: Callable[[], Any]) -> float:
    began = perf_counter()
    told = run()
    return told if isinstance(told, float) else perf_counter() - began


def _first_line(error: Exception) -> str:
    said = getattr(error, "stderr", "") or str(error)
    return (said.strip().splitlines() or ["no reason given"])[0][:120]


def _machine() -> str:
    cpu = ""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{cpu or platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}"
