"""Runs gated code in pydantic-monty: an interpreter without files, network or environment, in a process of its own.

The strategy's contract (docs/cage.md): a module with `decide(memory, bar, parameters)`. `memory` is a dict that is
empty at first and the only thing that is kept; `bar` a dict of plain values, chosen by the caller; `parameters` a dict
of numbers. It returns plain data: None, a number, a text, or a dict or list of these.
"""

import datetime as dt
import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botyard.cage.dialects import SMOKE_TESTS, WITNESS
from botyard.cage.gate import violations
from botyard.errors import ConfigError

if TYPE_CHECKING:
    from pydantic_monty import MontySession

Plain = Any
"""None, bool, number, text, or a dict or list of these."""

GRACE = 2.0  # seconds past the interpreter's own limit before its process is killed
MOST_OUTPUT = 65_536  # bytes printed

_PRELUDE = "from math import ceil, exp, floor, inf, isfinite, isinf, isnan, log, nan, pi, sqrt\n"
_DRIVER = """
def _fits(value, depth):
    if value is None or isinstance(value, (bool, float)):
        return True
    if isinstance(value, int):
        return abs(value) < 2 ** 63
    if isinstance(value, str):
        return len(value) <= 500
    if depth == 3 or not isinstance(value, (list, tuple, dict)) or len(value) > 20:
        return False
    if isinstance(value, dict):
        return all(_fits(k, 3) and _fits(v, depth + 1) for k, v in value.items())
    return all(_fits(v, depth + 1) for v in value)


_memory = {}
_out = []
for _bar in _bars:
    _decision = decide(_memory, _bar, _parameters)
    if not _fits(_decision, 0):
        raise ValueError("decide returned more than a number, a text, or a small dict or list of these")
    _out.append(_decision)
None
"""
_TEST_TOOLS = '''
def bars_of(closes):
    """Five-minute bars through these closes; each opens at the close before it."""
    made = []
    last = closes[0]
    for i, close in enumerate(closes):
        made.append({"open": last, "high": max(last, close), "low": min(last, close), "close": close, "volume": 1000.0,
                     "minute_of_day": i * 5 % 1440, "weekday": i // 288 % 7})
        last = close
    return made


def play(bars, parameters):
    """Decide over bars from a fresh memory; a target is filled at the next open, and the bar says so."""
    memory, out = {}, []
    exposure, entry, age, high, low = 0.0, None, 0, None, None
    wanted = 0.0
    for bar in bars:
        if wanted != exposure:
            if exposure == 0.0 or (wanted > 0.0) != (exposure > 0.0):
                entry, age, high, low = bar["open"], 0, bar["high"], bar["low"]
            exposure = wanted
        if exposure == 0.0:
            entry, age, high, low = None, 0, None, None
        else:
            age, high, low = age + 1, max(high, bar["high"]), min(low, bar["low"])
        seen = {"exposure": exposure, "entry_price": entry, "bars_in_position": age,
                "highest_since_entry": high, "lowest_since_entry": low}
        seen.update(bar)
        decision = decide(memory, seen, parameters)
        out.append(decision)
        if isinstance(decision, dict) and decision.get("target") is not None:
            wanted = decision["target"]
    return out
'''


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may use."""

    seconds: float = 10.0  # of computing
    memory_mib: int = 128
    recursion: int = 50  # calls inside one another


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a strategy decided, bar by bar; with an error, up to the bar before it."""

    values: tuple[Plain, ...]
    error: str = ""  # what is wrong, with its line; "" when all bars passed
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TestResult:
    """One smoke test that a model wrote."""

    __test__ = False  # not a test of this project

    name: str
    passed: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class CellAnswer:
    """What one feed gave: a value, or an error in words."""

    value: Plain
    error: str = ""


class Cell:
    """One interpreter session; nothing in it outlives it."""

    def __init__(self, session: "MontySession") -> None:
        self._session = session
        self._labels: list[str] = []
        self.is_lost = False

    @property
    def process(self) -> int | None:
        """Id of the interpreter's process, None when it is gone."""
        return self._session.worker_pid

    def feed(self, source: str, inputs: Mapping[str, Plain] | None = None, label: str = "") -> CellAnswer:
        """Run code; whatever it does, the answer is a value. An error names the line where the code has a label."""
        import pydantic_monty as monty

        self._labels.append(label)
        if self.is_lost:
            return CellAnswer(None, "the interpreter was stopped before")
        printed = monty.CollectString(max_bytes=MOST_OUTPUT)
        try:
            return CellAnswer(self._session.feed_run(source, inputs=dict(inputs or {}), print_callback=printed))
        except (monty.MontyCrashedError, monty.MontyDisconnectError) as e:
            self.is_lost = True
            return CellAnswer(None, "it was stopped: it took too long" if _timed_out(e) else f"it was stopped: {e}")
        except monty.MontyError as e:
            return CellAnswer(None, self._words(e))
        except (RecursionError, ValueError, TypeError, OverflowError) as e:  # a value that does not cross over
            return CellAnswer(None, f"{type(e).__name__}: {e}")

    def _words(self, error: Any) -> str:
        text = " ".join(str(error.display("type-msg")).split())[:300] or "it failed"
        for frame in reversed(error.traceback()):
            number = frame.filename.removeprefix("<python-input-").removesuffix(">")
            label = self._labels[int(number)] if number.isdecimal() and int(number) < len(self._labels) else ""
            if label:
                return f"{label}, line {frame.line}: {text}"
        return text


@contextmanager
def open_cell(limits: Limits) -> Iterator[Cell]:
    """Start an interpreter with all its limits set, in a process without environment.

    Raises: ConfigError where it cannot be started; nothing runs without it.
    """
    try:
        import pydantic_monty as monty

        pool = monty.Monty(max_processes=1, request_timeout=limits.seconds + GRACE, max_checkouts_per_worker=1)
    except (ImportError, OSError) as e:
        raise ConfigError(
            f"code that a model wrote runs only in a cage, and there is none here: {e}; "
            "install pydantic-monty, or go on without a model"
        ) from e
    with (
        pool,
        pool.checkout(
            limits={
                "max_feed_duration_secs": limits.seconds,
                "max_turn_duration_secs": limits.seconds,
                "max_memory": limits.memory_mib << 20,
                "gc_interval": 10_000,
                "max_recursion_depth": limits.recursion,
                "max_suspensions": 1,
                "max_total_sleep_secs": 0.0,
            },
            os_policy={
                "datetime": dt.datetime(2000, 1, 1, tzinfo=dt.UTC),
                "sleep": "zero",
                "process_time": "zero",
                "random_start": {"seed": 0},
            },
        ) as session,
    ):
        _limit_process(session.worker_pid, limits)
        yield Cell(session)


def run_strategy(
    source: str, bars: Sequence[Mapping[str, Plain]], parameters: Mapping[str, float], limits: Limits | None = None
) -> Decisions:
    """Judge a witness at the gate, then let it decide over the bars.

    Raises: ConfigError where there is no cage.
    """
    wrong = violations(source, WITNESS)
    if wrong:
        return Decisions((), "; ".join(wrong))
    return run_ungated(source, bars, parameters, limits or Limits())


def run_ungated(
    source: str, bars: Sequence[Mapping[str, Plain]], parameters: Mapping[str, float], limits: Limits
) -> Decisions:
    """Let a strategy decide without asking the gate: so that this layer can be judged alone."""
    started = time.perf_counter()
    with open_cell(limits) as cell:
        cell.feed(_PRELUDE)
        loaded = cell.feed(source + "\nNone", label="strategy")
        if loaded.error:
            return Decisions((), loaded.error, time.perf_counter() - started)
        done = cell.feed(_DRIVER, {"_bars": [dict(bar) for bar in bars], "_parameters": dict(parameters)})
        out = cell.feed("_out").value or []
        error = f"{done.error}, at bar {len(out)} of {len(bars)}" if done.error else ""
        return Decisions(tuple(out), error, time.perf_counter() - started)


def run_tests(source: str, tests: str, limits: Limits | None = None) -> tuple[TestResult, ...]:
    """Judge a witness and its smoke tests at the gate, then run each `test_…` function.

    The tests may call `bars_of(closes)`, which makes bars, and `play(bars, parameters)`, which gives the decisions.

    Raises: ConfigError where there is no cage.
    """
    wrong = tuple(f"the strategy, {w}" for w in violations(source, WITNESS))
    wrong += tuple(f"the tests, {w}" for w in violations(tests, SMOKE_TESTS))
    if wrong:
        return (TestResult("gate", passed=False, text="; ".join(wrong)),)
    with open_cell(limits or Limits()) as cell:
        for part, label in ((_PRELUDE, ""), (source, "strategy"), (_TEST_TOOLS, ""), (tests, "tests")):
            loaded = cell.feed(part + "\nNone", label=label)
            if loaded.error:
                return (TestResult("loading", passed=False, text=loaded.error),)
        return tuple(_run_test(cell, name) for name in _test_names(tests))


def _run_test(cell: Cell, name: str) -> TestResult:
    answer = cell.feed(f"{name}()\nNone")
    return TestResult(name, passed=not answer.error, text=answer.error)


def _test_names(tests: str) -> list[str]:
    import ast

    return [n.name for n in ast.parse(tests).body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]


def _limit_process(process: int | None, limits: Limits) -> None:
    # a second belt, held by the kernel
    if process is None or not hasattr(resource, "prlimit"):
        return
    cpu = int(limits.seconds + GRACE) * 4 + 1
    for what, value in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        resource.prlimit(process, what, (value, value))


def _timed_out(error: BaseException) -> bool:
    return bool(getattr(error, "timed_out", False))
