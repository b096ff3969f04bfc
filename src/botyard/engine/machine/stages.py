"""One function, translated for the stages of a run.

Ops count what they have seen before they answer, and look whether what they are given is known. Both are settled early
in a run and stay so: the loop then goes on in a version that no longer asks.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum


class Stage(Enum):
    """What a version of a function relies on."""

    ANY = "any"  # nothing
    FILLING = "filling"  # nothing; it counts how many conditions that are called settled hold
    SETTLED = "settled"  # these hold
    KNOWN = "known"  # these hold, and the numbers that the function is given are finite

    @property
    def is_settled(self) -> bool:
        """Whether conditions that are called settled need not be looked at."""
        return self in (Stage.SETTLED, Stage.KNOWN)


@dataclass(frozen=True)
class Settling:
    """How a run gets to where its ops need not ask what they have seen.

    stages: for which stage a parameter that is a function is translated; the others assume nothing.
    asks: function of the state that says whether all conditions held at the bar just seen; it is written here.
    counts_at: a place of the state that nothing else uses. counted: places of the state that only grow.
    keeps: functions whose result is a finite number when they are settled and given finite ones.
    """

    stages: Mapping[str, Stage] = field(default_factory=dict)
    asks: Callable[..., bool] | None = None
    counts_at: int = 0
    counted: Collection[int] = ()
    keeps: Collection[Callable[..., float]] = ()
