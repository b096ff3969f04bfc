"""How many independent trials a search was worth: two hundred neighbours are not two hundred chances.

N = (Σ√λ)² / Σλ over the eigenvalues λ of the correlation matrix of the trials' daily returns. Equal trials count as
one, uncorrelated ones each. Source: Galwey, A new measure of the effective number of tests, Genetic Epidemiology
33(7), 2009, equation 8.
"""

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float32]

EXACT_DIGITS = 8


def effective_number(blocks: Iterable[Rows], n_days: int) -> tuple[float, int]:
    """Return the effective number of trials and how many different ones there are.

    blocks: each (n_trials, n_days); rows that never vary are no trials, equal rows are one trial.
    The trials' correlation matrix (trials × trials) has the same eigenvalues above 0 as that of the days, which
    stays small however many runs are counted.
    """
    seen: set[bytes] = set()
    gram = np.zeros((n_days, n_days))
    for block in blocks:
        rows = _standardised(_new_rows(block, seen))
        gram += rows.T @ rows
    n = round(float(np.trace(gram)))
    if n < 1:
        return 0.0, 0
    eigenvalues = np.linalg.eigvalsh(gram)
    eigenvalues = eigenvalues[eigenvalues > n * 1e-12]
    number = np.sqrt(eigenvalues).sum() ** 2 / eigenvalues.sum()
    return float(f"{number:.{EXACT_DIGITS}g}"), n


def _new_rows(block: Rows, seen: set[bytes]) -> Rows:
    kept = []
    for i, row in enumerate(np.ascontiguousarray(block, dtype=np.float32)):
        key = hashlib.sha256(row.tobytes()).digest()
        if key not in seen and np.ptp(row) > 0.0:
            seen.add(key)
            kept.append(i)
    return block[kept]


def _standardised(rows: Rows) -> npt.NDArray[np.float64]:
    # mean 0 and length 1 each, so that products of rows are correlations
    exact = rows.astype(np.float64)
    exact -= exact.mean(axis=1, keepdims=True)
    lengths = np.sqrt((exact**2).sum(axis=1, keepdims=True))
    return np.asarray(exact / lengths)
