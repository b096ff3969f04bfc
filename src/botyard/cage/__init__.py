"""The cage: where code that a model wrote is judged and run, with no way out.

1. The gate (gate.py) reads it and names what it may not say; dialects.py holds what each purpose allows.
2. Witnesses and smoke tests run in pydantic-monty (interpreter.py): an interpreter of its own without files, network
   or environment, in a process of its own, with limits on time, memory, recursion and output.
3. A bundle with model-written code replays in CPython (child.py, jail.py): a fresh child without environment, with
   resource limits, no new privileges and a seccomp filter, killed by the clock.

Where a layer cannot be had, `ConfigError` says so; nothing runs without it.
"""

from botyard.cage.dialects import SMOKE_TESTS, WITNESS, Dialect, strategy_dialect
from botyard.cage.gate import violations
from botyard.cage.interpreter import Decisions, Limits, TestResult, run_strategy, run_tests

__all__ = [
    "SMOKE_TESTS",
    "WITNESS",
    "Decisions",
    "Dialect",
    "Limits",
    "TestResult",
    "run_strategy",
    "run_tests",
    "strategy_dialect",
    "violations",
]
