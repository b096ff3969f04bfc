"""Which universes are made and what is asked of them: the same list every time.

Design and fresh universes have seeds apart: what was looked at while the rule was chosen says nothing about it.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from botyard.apps.calibration.planted import Edge, EdgeKind, edge_size
from botyard.apps.calibration.universes import Kind
from botyard.errors import UserError

Group = Literal["no-edge", "power", "registry"]
SeedRange = Literal["design", "fresh"]

GROUPS: tuple[Group, ...] = get_args(Group)
FIRST_SEED: dict[SeedRange, int] = {"design": 1_000_000, "fresh": 3_000_000}
"""Those from 2,000,000 were the fresh ones of the rule before this one: once looked at, a universe is not fresh."""

FIRST_OF_GROUP: dict[Group, int] = {"no-edge": 0, "power": 100_000, "registry": 200_000}

N_SYMBOLS = 8
KINDS: tuple[Kind, ...] = ("gbm", "garch", "real", "drift")
SHARPES = (1.0, 1.5, 2.0, 3.0)
NARROW = 2
"""Symbols that hold the edge where not all do."""

FULL: dict[Group, int] = {"no-edge": 520, "power": 60, "registry": 60}
"""Universes of a full run; for power: of each edge and true Sharpe in all symbols, half as many in two of eight."""

IDEAS = (
    "buy when the fast ema crosses above the slow ema, sell short when it crosses below",
    "long when rsi below 30, short when rsi above 70",
    "buy when close is above the highest high of the last 48 bars, sell when close is below the 24 bar sma",
    "buy when close is below the lower bollinger band, exit at the middle band",
    "long when close is above its 48 bar sma, short when below",
    "macd crosses its signal",
    "buy when the stochastic is below 20 and sell when above 80",
    "buy when cci is below -100 and sell when it is above 100",
    "buy when close is above the upper keltner channel, sell when it is below the middle",
    "buy when roc is above 2, sell when roc is below 0",
)
"""Ten ideas of usual kinds, long only and long or short, each of which the Designer builds without a question."""

EDGE_IDEAS: dict[EdgeKind, str] = {"momentum": IDEAS[0], "reversion": IDEAS[1]}
TIMEFRAME = "1h"


@dataclass(frozen=True, slots=True)
class Question:
    """One universe and the ideas that it is asked, one after the other, through one registry of its own."""

    group: Group
    seed: int
    kind: Kind
    ideas: tuple[str, ...]
    edge: Edge | None = None
    true_sharpe: float | None = None
    edge_symbols: int = 0

    @property
    def name(self) -> str:
        """Unique in a run."""
        planted = f"/{self.edge.kind}/{self.true_sharpe:g}/{self.edge_symbols}" if self.edge else ""
        return f"{self.group}/{self.kind}{planted}/{self.seed}"


def questions(group: Group, seeds: SeedRange, count: int, kinds: tuple[Kind, ...] = KINDS) -> list[Question]:
    """List a group's questions; `count` as in FULL. Kinds and ideas take turns, so that a part of the list is a sample.

    Raises: UserError for a negative count or one that would reach into the seeds of another group.
    """
    if not 0 <= count <= 5000:
        raise UserError(f"{count} {group} universes cannot be made; 0 to 5000 can")
    first = FIRST_SEED[seeds] + FIRST_OF_GROUP[group]
    if group == "power":
        return _power(first, count)
    found = []
    for i in range(count):
        turn = i // len(kinds) % len(IDEAS)
        ideas = (IDEAS[turn],) if group == "no-edge" else (*IDEAS[turn:], *IDEAS[:turn])
        found.append(Question(group, first + i, kinds[i % len(kinds)], ideas))
    return found


def _power(first: int, count: int) -> list[Question]:
    found: list[Question] = []
    kinds: tuple[EdgeKind, ...] = get_args(EdgeKind)
    for i in range(count):
        widths = (N_SYMBOLS, NARROW) if i % 2 == 0 else (N_SYMBOLS,)
        for width in widths:
            for sharpe in SHARPES:
                for kind in kinds:
                    edge = Edge(kind, edge_size(kind, sharpe))
                    seed = first + len(found)
                    found.append(Question("power", seed, "garch", (EDGE_IDEAS[kind],), edge, sharpe, width))
    return found
