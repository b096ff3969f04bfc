"""Write and run a design's smoke tests: each entry fires, each state can be left, no look-ahead, no chance."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from botyard.records.design import SmokeTest
from botyard.records.spec import Spec
from botyard.records.strategy import CompiledStrategy
from botyard.stages.designer.settling.frames import MINUTES
from botyard.stages.designer.smoke.source import ALWAYS, DRIVER, ENTRY, LEFT

SIZES = (0.004, 0.015, 0.001, 0.04)
"""Standard deviations of a made-up bar's return that are tried."""
SEEDS = 6
MOST_BARS = 24_000


@dataclass(frozen=True, slots=True)
class Series:
    """Which made-up series: arguments of the tests' own made_up()."""

    seed: int
    size: float
    count: int

    def __str__(self) -> str:
        return f"{self.seed}, {self.size}, {self.count}"


def smoke_test(compiled: CompiledStrategy) -> tuple[str, tuple[SmokeTest, ...]]:
    """Return test_strategy.py and what its tests say."""
    spec = compiled.spec
    driver = DRIVER.format(name=spec.name, minutes=MINUTES[spec.timeframe])
    with _beside(compiled.source):
        tools = _run(driver)
        series = _find_series(tools, spec, _counts(compiled))
        source = driver + _tests(spec, series)
        tests = _run(source)
        results = tuple(_result(name, tests[name]) for name in tests if name.startswith("test_"))
    return source, results


@contextmanager
def _beside(source: str) -> Iterator[None]:
    # the tests say `import strategy`, which is the file that stands beside them
    module = ModuleType("strategy")
    exec(compile(source, "strategy.py", "exec"), module.__dict__)  # noqa: S102 # emitted by our own compiler
    before = sys.modules.get("strategy")
    sys.modules["strategy"] = module
    try:
        yield
    finally:
        del sys.modules["strategy"]
        if before is not None:
            sys.modules["strategy"] = before


def _run(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "test_strategy"}
    exec(compile(source, "test_strategy.py", "exec"), names)  # noqa: S102 # our own template
    return names


def _counts(compiled: CompiledStrategy) -> tuple[int, ...]:
    text = compiled.source
    day = 1440 // MINUTES[compiled.spec.timeframe] or 1
    least = max(1500, 3 * compiled.seed_bars)
    if "weekday" in text or "week" in text:
        least = max(least, 15 * day)
    elif "minutes" in text.partition("def on_bar")[2].partition(":")[2]:
        least = max(least, 4 * day)
    return tuple(min(c, MOST_BARS) for c in (least, 3 * least))


def _find_series(tools: dict[str, Any], spec: Spec, counts: tuple[int, ...]) -> dict[str, Series]:
    """For each entry and each state that holds a position: the first series that shows it; "any" for the rest."""
    found: dict[str, Series] = {}
    wanted = _wanted(spec)
    for count in dict.fromkeys(counts):
        for seed in range(1, SEEDS + 1):
            for size in SIZES:
                series = Series(seed, size, count)
                filled, _ = tools["drive"](tools["made_up"](seed, size, count))
                for name, any_of in wanted.items():
                    if name not in found and any(t in filled for t in any_of):
                        found[name] = series
                if len(found) == len(wanted):
                    return found
    return {**dict.fromkeys(wanted, Series(1, SIZES[0], counts[0])), **found}


def _wanted(spec: Spec) -> dict[str, tuple[int, ...]]:
    machine = spec.state_machine
    wanted: dict[str, tuple[int, ...]] = {}
    for i, t in enumerate(machine.transitions):
        if t.source == (machine.initial,):
            wanted[t.signal] = (*wanted.get(t.signal, ()), i)
    for state in machine.states:
        if state != machine.initial:
            wanted[state] = _exits(spec, state)
    return wanted


def _exits(spec: Spec, state: str) -> tuple[int, ...]:
    return tuple(i for i, t in enumerate(spec.state_machine.transitions) if state in t.source and t.target != state)


def _tests(spec: Spec, series: dict[str, Series]) -> str:
    text = ""
    machine = spec.state_machine
    for name, any_of in _wanted(spec).items():
        if name in machine.states:
            text += LEFT.format(state=name, series=series[name], exits=any_of)
        else:
            text += ENTRY.format(signal=name, series=series[name], index=any_of[0])
    return text + ALWAYS.format(series=next(iter(series.values())))


def _result(name: str, test: Any) -> SmokeTest:
    words = name.removeprefix("test_").replace("_", " ")
    try:
        test()
    except AssertionError:
        return SmokeTest(
            words,
            passed=False,
            text="no made-up series showed it" if "fires" in words or "left" in words else "it does",
        )
    return SmokeTest(words, passed=True)
