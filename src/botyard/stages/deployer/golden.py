"""Golden bars: what the engine decided on real bars, and on made-up ones until every transition has fired."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from botyard.engine.backtest import backtest
from botyard.engine.bars import Bars
from botyard.engine.program import Program
from botyard.errors import InvariantError
from botyard.ops.state import BUY_LIMIT, BUY_STOP, NO_ORDER, SELL_LIMIT, SELL_STOP
from botyard.records.market import TradingRules, timeframe_minutes
from botyard.records.spec import Spec
from botyard.stages.deployer.made_up import around, made_up_bars
from botyard.stages.deployer.silent import silent_firings, silent_transitions

FEWEST_BARS = 5_000
ENOUGH_FIRINGS = 3
MOST_REAL_BARS = 40_000
MOST_PATHS = 240
SHORTEST_PATH = 1_500
LONGEST_PATH = 8_000  # unless the warm-up is longer
MOST_SLOW_BARS = 250_000  # looked at by CPython, for transitions that leave no fill
BARS_AFTER = 50  # kept after the last firing that was wanted, so that its consequences are compared too

_KINDS = {BUY_STOP: "buy stop", SELL_STOP: "sell stop", BUY_LIMIT: "buy limit", SELL_LIMIT: "sell limit"}


@dataclass(frozen=True, slots=True)
class Segment:
    """Bars that a fresh bot is fed, and what the engine decided on them."""

    kind: Literal["real", "made-up"]
    bars: Bars
    rows: NDArray[np.float64]  # (n_bars, 2 + 4 per order slot), as engine and bot record them
    trade_from: int = 0  # number of the first live bar; those before it only warm up


@dataclass(frozen=True, slots=True)
class Golden:
    """All segments, and how often each transition fired on them."""

    segments: tuple[Segment, ...]
    labels: tuple[str, ...]  # of the transitions
    fired: tuple[int, ...]
    tried: int  # made-up paths looked at

    @property
    def n_bars(self) -> int:
        """Bars of all segments."""
        return sum(len(s.bars) for s in self.segments)

    @property
    def width(self) -> int:
        """Values in a row."""
        return int(self.segments[0].rows.shape[1])

    def words(self, row: NDArray[np.float64]) -> str:
        """Say a row for people."""
        slots = [row[k : k + 4] for k in range(2, len(row), 4)]
        orders = [
            f"{_KINDS.get(float(kind), f'order of kind {kind:g}')} at {float(level)!r} for {self._label(transition)} to {lots:g} lots"
            for kind, level, transition, lots in slots
            if kind != NO_ORDER
        ]
        signal = "no signal" if row[0] < 0 else f"{self._label(row[0])} to {row[1]:g} lots"
        return f"{signal}, {', '.join(orders) or 'no resting order'}"

    def _label(self, transition: float) -> str:
        known = 0 <= transition < len(self.labels)
        return self.labels[int(transition)] if known else f"transition {transition:g}"


def build_golden(program: Program, rules: TradingRules, real: Bars, seed_bars: int = 0) -> Golden:
    """Run the engine over the last real bars and then over made-up paths that fire what has not fired yet.

    `real` are research bars only: nothing that was withheld may shape a bot. The first `seed_bars` of them, at most
    half, are fed as a deployed bot's seed is: they warm up and trade nothing.
    """
    return _Search(program, rules, real, seed_bars).run()


def transition_labels(spec: Spec) -> tuple[str, ...]:
    """Name each transition by its signal, and by its states where several have the same signal."""
    transitions = spec.state_machine.transitions
    signals = [t.signal for t in transitions]
    labels = [
        t.signal if signals.count(t.signal) == 1 else f"{t.signal} {'|'.join(t.source)}>{t.target}" for t in transitions
    ]
    return tuple(
        label if labels.count(label) == 1 else f"{label} #{labels[:i].count(label) + 1}"
        for i, label in enumerate(labels)
    )


class _Search:
    def __init__(self, program: Program, rules: TradingRules, real: Bars, seed_bars: int) -> None:
        self._program = program
        self._rules = rules
        self._spec = program.compiled.spec
        self._labels = transition_labels(self._spec)
        self._silent = silent_transitions(self._spec)
        self._slow_bars = MOST_SLOW_BARS
        self._fired = [0] * len(self._labels)
        self._segments: list[Segment] = []
        self._tried = 0
        warm_up = int(program.module.warm_up(program.vector(None)))
        self._real = real.slice(max(0, len(real) - min(MOST_REAL_BARS, max(FEWEST_BARS, 3 * warm_up))), len(real))
        self._seed = min(seed_bars, len(self._real) // 2)
        self._shortest = warm_up + SHORTEST_PATH
        self._longest = max(LONGEST_PATH, self._shortest)

    def run(self) -> Golden:
        self._keep("real", self._real, *self._decisions(self._real, self._seed), self._seed)
        model = around(self._real, timeframe_minutes(self._spec.timeframe), self._rules.instrument.tick)
        while self._goes_on():
            bars = made_up_bars(model, self._tried, min(self._shortest * (1 + self._tried // 40), self._longest))
            self._tried += 1
            rows, firings = self._decisions(bars)
            if self._n_bars() < FEWEST_BARS:
                self._keep("made-up", bars, rows, firings)
            elif useful := [firings[k][: ENOUGH_FIRINGS - self._fired[k]] for k in self._wanted() if firings[k]]:
                stop = min(max(some[-1] for some in useful) + BARS_AFTER, len(bars))
                self._keep("made-up", bars.slice(0, stop), rows[:stop], [[b for b in f if b < stop] for f in firings])
        return Golden(tuple(self._segments), self._labels, tuple(self._fired), self._tried)

    def _goes_on(self) -> bool:
        if self._n_bars() < FEWEST_BARS:
            return True
        wanted = [k for k in self._wanted() if k not in self._silent or self._slow_bars > 0]
        return bool(wanted) and self._tried < MOST_PATHS

    def _wanted(self) -> list[int]:
        return [k for k, n in enumerate(self._fired) if n < ENOUGH_FIRINGS]

    def _n_bars(self) -> int:
        return sum(len(s.bars) for s in self._segments)

    def _keep(
        self,
        kind: Literal["real", "made-up"],
        bars: Bars,
        rows: NDArray[np.float64],
        firings: Sequence[list[int]],
        trade_from: int = 0,
    ) -> None:
        self._segments.append(Segment(kind, bars, rows, trade_from))
        for k, found in enumerate(firings):
            self._fired[k] += len(found)

    def _decisions(self, bars: Bars, trade_from: int = 0) -> tuple[NDArray[np.float64], list[list[int]]]:
        """Return the engine's rows, and for each transition the bars in which it fired."""
        minutes = bars.local_minutes(self._spec.timezone)
        result = backtest(self._program, bars, self._rules, minutes=minutes, record_orders=True, trade_from=trade_from)
        if result.orders is None:
            raise InvariantError("the engine did not record its orders")
        fired_by = result.fills["transition"].astype(int)
        bar = result.fills["bar"].astype(int)
        firings = [bar[fired_by == k].tolist() for k in range(len(self._labels))]
        if self._silent & set(self._wanted()) and self._slow_bars > 0:
            self._slow_bars -= len(bars)
            silent = silent_firings(self._program, self._silent, self._rules, bars, minutes, trade_from)
            for k, found in silent.items():
                firings[k] = sorted([*firings[k], *found])  # its other source states may trade
        return result.orders, firings
