"""Daily returns of many trials as one compact record: packed, unpacked, laid over a period, put together."""

import base64
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from botyard.records.trials import NO_TRIALS, TrialReturns

Rows = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

_STORED = np.dtype("<f4")


def pack(days: Integers, rows: Sequence[npt.NDArray[np.floating]]) -> TrialReturns:
    """Pack rows of (n,) returns on the given UTC days, in order; days between them hold 0, what is undefined too."""
    if not len(days) or not rows:
        return NO_TRIALS
    grid = np.zeros((len(rows), int(days[-1] - days[0]) + 1), np.float32)
    grid[:, days - days[0]] = np.nan_to_num(np.asarray(rows, dtype=np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    return _packed(int(days[0]), grid)


def unpack(trials: TrialReturns) -> Rows:
    """Return (n_trials, n_days)."""
    values = np.frombuffer(base64.b64decode(trials.data), _STORED)
    return values.reshape(trials.n_trials, trials.n_days).astype(np.float32)


def aligned(trials: TrialReturns, first_day: int, n_days: int) -> Rows:
    """Return (n_trials, n_days) over other days; 0 where the trials have none."""
    grid = np.zeros((trials.n_trials, n_days), np.float32)
    start = max(trials.first_day, first_day)
    stop = min(trials.first_day + trials.n_days, first_day + n_days)
    if start < stop:
        grid[:, start - first_day : stop - first_day] = unpack(trials)[
            :, start - trials.first_day : stop - trials.first_day
        ]
    return grid


def merge(parts: Sequence[TrialReturns]) -> TrialReturns:
    """Put trials together over all of their days; equal rows are kept once, the first of them."""
    found = [part for part in parts if part.n_trials]
    if not found:
        return NO_TRIALS
    first = min(part.first_day for part in found)
    n_days = max(part.first_day + part.n_days for part in found) - first
    different: dict[bytes, None] = {}
    for part in found:
        for row in aligned(part, first, n_days):
            different.setdefault(row.astype(_STORED).tobytes())
    grid = np.frombuffer(b"".join(different), _STORED).reshape(len(different), n_days)
    return _packed(first, grid.astype(np.float32))


def _packed(first_day: int, grid: Rows) -> TrialReturns:
    n_trials, n_days = grid.shape
    data = base64.b64encode(np.ascontiguousarray(grid, _STORED).tobytes()).decode()
    return TrialReturns(first_day, n_days, n_trials, data)
