"""What each peer's script runs in: bars in, seconds out, one line a run. It has numpy and nothing of Botyard.

A script is called with the file of bars and the file for the equity curve. It says when it is ready, runs once for
each line that it reads, and writes the curve of its last run when the input ends.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np

FAST, SLOW, FIRST, CASH, FEE = 12, 48, 1000, 1e6, 0.001  # one coin, bought and sold at the next open


def bars() -> dict[str, Any]:
    """Columns open_ms, open, high, low, close, volume."""
    with np.load(sys.argv[1]) as held:
        return {name: held[name] for name in held.files}


def serve(package: str, run: Callable[[], Any], curve: Callable[[Any], Any]) -> None:
    """Answer until the input ends. curve: equity at each close of what `run` returned, NaN where it is not known."""
    print(json.dumps({"version": version(package)}), flush=True)
    result = None
    for _ in sys.stdin:
        began = time.perf_counter()
        result = run()
        print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)
    np.save(sys.argv[2], np.asarray(curve(result), dtype=float))
