"""Walk-forward: what the whole procedure would have earned on bars that it had not seen.

The period is cut into sixths. At 2/6, 3/6, 4/6 and 5/6 the procedure ranks and searches on the past alone and is
tested on the next sixth; the four tests, chained, are the walk-forward equity. How it ranks and searches is not
known here: a fold comes back as a segment of a backtest.
"""

from dataclasses import dataclass

N_PARTS = 6
FIRST_TESTED = 2
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Cut:
    """One fold's times, UTC ms: trained on bars that open before `train_until_ms`, tested on the next ones."""

    index: int  # 1 is the first
    train_until_ms: int
    test_until_ms: int
    fraction: float  # of the period that is past


def cuts(from_ms: int, until_ms: int) -> tuple[Cut, ...]:
    """Return the folds of the bars that open in from_ms..until_ms; they meet at UTC midnights.

    Shorter than six days, there are none.
    """
    first_day = from_ms // DAY_MS
    days_per_part = ((until_ms - 1) // DAY_MS + 1 - first_day) // N_PARTS
    if days_per_part < 1:
        return ()
    edges = [(first_day + days_per_part * part) * DAY_MS for part in range(FIRST_TESTED, N_PARTS)] + [until_ms]
    return tuple(
        Cut(
            index=i + 1,
            train_until_ms=edges[i],
            test_until_ms=edges[i + 1],
            fraction=(FIRST_TESTED + i) / N_PARTS,
        )
        for i in range(N_PARTS - FIRST_TESTED)
    )
