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

    blocks: each (n_trials, n_days), in the order they were tried; rows that never vary are no trials, equal rows are
    one. Many near copies can lower Galwey's number; what was tried before them was tried all the same, so that the
    largest number that was reached after a block stands.
    """
    seen: set[bytes] = set()
    gram = np.zeros((n_days, n_days))
    largest = 0.0
    for block in blocks:
        rows = _standardised(_new_rows(block, seen))
        if len(rows):
            gram += rows.T @ rows
            largest = max(largest, _galwey(gram))
    return float(f"{largest:.{EXACT_DIGITS}g}"), len(seen)


def _galwey(gram: npt.NDArray[np.float64]) -> float:
    # The correlation matrix of the trials has the same eigenvalues above 0 as the product of days by days, which
    # stays small however many trials there are.
    eigenvalues = np.linalg.eigvalsh(gram)
    eigenvalues = eigenvalues[eigenvalues > np.trace(gram) * 1e-12]
    return float(np.sqrt(eigenvalues).sum() ** 2 / eigenvalues.sum())


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
