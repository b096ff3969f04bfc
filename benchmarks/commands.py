"""How long the commands take that people type often."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

Figure = tuple[str, float, str, str]

RUNS = 7


def figures() -> list[Figure]:
    """Measure; targets are the issue's."""
    with tempfile.TemporaryDirectory(prefix="botyard-bench-") as home:
        return [
            ("botyard --help", _seconds(home, "--help"), "s", "<= 0.3"),
            ("botyard fleet", _seconds(home, "fleet"), "s", "<= 0.6"),
            ("python -c pass, for comparison", _timed([sys.executable, "-c", "pass"], home), "s", ""),
        ]


def _seconds(home: str, *words: str) -> float:
    return _timed([str(Path(sys.executable).with_name("botyard")), *words], home)


def _timed(command: list[str], home: str) -> float:
    taken = []
    for _ in range(RUNS):
        began = perf_counter()
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "BOTYARD_HOME": home})
        taken.append(perf_counter() - began)
    return median(taken)
