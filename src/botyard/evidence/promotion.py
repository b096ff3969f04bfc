"""What must hold before a bot may trade real money, each condition with its state in a sentence."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from botyard.engine.bars import Bars
from botyard.records.fleet import LIQUIDATION_ID, Entry
from botyard.records.market import Instrument
from botyard.records.verdict import Condition, Verdict

Floats = npt.NDArray[np.float64]

DAY_MS = 86_400_000
GRACE_DAYS = 14
EXAM_DAYS = 30
FEWEST_FILLS = 40
MOST_EXCESS_BPS = 2.0
Z_95 = 1.645
"""One-sided 95 % of the normal distribution."""


@dataclass(frozen=True, slots=True)
class FillCosts:
    """What fills cost beyond the price at their decision and the slippage that research reckoned with, in bps."""

    fills: int
    mean_bps: float
    deviation_bps: float

    @property
    def needed(self) -> int:
        """Fills after which 1.645 standard errors are no more than MOST_EXCESS_BPS; never fewer than FEWEST_FILLS."""
        return max(FEWEST_FILLS, math.ceil((Z_95 * self.deviation_bps / MOST_EXCESS_BPS) ** 2))

    @property
    def bound_bps(self) -> float:
        """Upper end of the one-sided 95 % interval of the mean."""
        return self.mean_bps + Z_95 * self.deviation_bps / math.sqrt(self.fills) if self.fills else math.inf


def verdict_condition(verdict: Verdict, verdict_hash: str, deployed_hash: str) -> Condition:
    """Whether the research passed on bars of a real market, and is the one that the bot was deployed with."""
    name = "verdict"
    if verdict_hash != deployed_hash:
        return Condition(
            name, False, "The run's verdict is not the one that the bot was deployed with; deploy it again."
        )
    if verdict.outcome == "pass" and verdict.candidate_list == "synthetic":
        return Condition(name, False, "The verdict is a pass on made-up bars, which says nothing about a real market.")
    return Condition(name, verdict.outcome == "pass", verdict.sentence)


def replay_condition(entries: Iterable[Entry], open_ms: Sequence[int], orders: Floats, equity: Floats) -> Condition:
    """Whether every live decision is the engine's, to the last bit.

    open_ms, orders, equity: of the engine's run over the same bars, from the first live one on.
    """
    name = "replay"
    decided = [e for e in entries if e.kind == "decision"]
    if not decided:
        return Condition(name, False, "It has decided on no live bar yet.")
    if [e.bar_ms for e in decided] != list(open_ms):
        text = f"It decided on {len(decided)} bars where the replay has {len(open_ms)}, or on others."
        return Condition(name, False, text)
    rows = np.array([e.data["row"] for e in decided], dtype=np.float64)
    model = np.array([e.data["model_equity"] for e in decided], dtype=np.float64)
    for at, one in enumerate(decided):
        if rows[at].tobytes() != orders[at].tobytes() or model[at].tobytes() != equity[at].tobytes():
            text = f"Decision {at + 1} of {len(decided)} differs from the engine's ({one.data.get('words', '')})."
            return Condition(name, False, text)
    return Condition(
        name, True, f"All {len(decided):,} live decisions equal the engine's over the same bars, bit by bit."
    )


def grace_condition(entries: Iterable[Entry]) -> Condition:
    """Whether it has run for long enough to prove the implementation."""
    at = [e.bar_ms for e in entries if e.kind == "decision"]
    days = (at[-1] - at[0]) / DAY_MS if at else 0.0
    text = f"It ran for {days:.1f} days, {GRACE_DAYS} are needed; they prove the implementation, not the edge."
    return Condition("grace", days >= GRACE_DAYS, text)


def exam_condition(entries: Iterable[Entry], asked_ms: int) -> Condition:
    """Whether a bot whose idea a language model read earned on bars that the model cannot have read about.

    asked_ms: when the model was asked: no training ended later. Profit is the model book's, so that an exchange's prices
    and a missed entry do not count.
    """
    after = [e for e in entries if e.kind == "decision" and e.bar_ms >= asked_ms]
    days = (after[-1].bar_ms - after[0].bar_ms) / DAY_MS if after else 0.0
    made = after[-1].data["model_equity"] / after[0].data["model_equity"] - 1.0 if after else 0.0
    text = (
        "A language model read the idea, and it may have read about the years that it was tested on. Since it was asked, "
        f"the bot decided for {days:.1f} days, {EXAM_DAYS} are needed, and its model made {made:+.2%}."
    )
    return Condition("exam", days >= EXAM_DAYS and made > 0.0, text)


def disaster_condition(frac: float, bars: Bars, trades: npt.NDArray[Any], slippage_bps: float) -> Condition:
    """Play the research's trades again with the stop that rests a fraction from their entry at a real venue.

    trades: of engine/backtest.py's TRADE, over the bars. A trade that the stop ends stays ended until the strategy's
    next one, as in the bot. The bar of an exit counts by its price alone: at its open the stop would have filled too.
    """
    name = "disaster"
    if not trades.size:
        return Condition(name, False, "There is no trade in the research's bars to hold against the disaster stop.")
    returns = trades["return"].copy()
    ended = 0
    for at, trade in enumerate(trades):
        side = 1.0 if trade["lots"] > 0 else -1.0
        entry, left = trade["entry_price"], trade["exit_price"]
        level = entry * (1.0 - side * frac)
        first, last = int(trade["entry_bar"]), int(trade["exit_bar"])
        reached = np.flatnonzero(side * (bars.low if side > 0 else bars.high)[first:last] <= side * level)
        if reached.size:
            opened = bars.open[first + int(reached[0])]
            filled = side * min(side * level, side * opened) * (1.0 - side * slippage_bps / 1e4)
            returns[at] += side * (filled - left) / entry
        ended += bool(reached.size) or side * left <= side * level
    text = (
        f"A stop {frac:.0%} from the entry rests at the venue. Over the {len(bars):,} bars of research it ends {ended} of "
        f"{trades.size} trades: {returns.mean():+.2%} a trade with it, {trades['return'].mean():+.2%} without."
    )
    turned = returns.mean() <= 0.0 < trades["return"].mean()
    return Condition(name, not turned, text + (" It turns a gain into a loss." if turned else ""))


def fill_costs(entries: Iterable[Entry], instrument: Instrument, slippage_bps: float) -> FillCosts:
    """Measure the fills of a journal: market orders against the mid when they were sent, stops against their level.

    Fills at a limit cost nothing beyond it; where the venue told no mid a market order cannot be measured.
    """
    kinds: dict[str, tuple[str, int | None]] = {}
    mids: dict[str, float] = {}
    found = []
    tick = instrument.tick
    for entry in entries:
        data = entry.data
        if entry.kind == "intent":
            kinds[data["client_id"]] = data["order"]["kind"], data["order"]["ticks"]
        elif entry.kind == "submitted" and "mid" in data:
            mids[data["client_id"]] = data["mid"]
        elif entry.kind == "fill" and data["client_id"] != LIQUIDATION_ID:
            kind, ticks = kinds.get(data["client_id"], ("", None))
            level = None if ticks is None else ticks * tick.numerator / tick.denominator
            reference = mids.get(data["client_id"]) if kind == "market" else level if kind == "stop" else None
            if reference is not None:
                side = 1.0 if data["side"] == "buy" else -1.0
                price = data["ticks"] * tick.numerator / tick.denominator
                found.append(side * (price / reference - 1.0) * 1e4 - slippage_bps)
    excess = np.array(found)
    return FillCosts(
        fills=len(found),
        mean_bps=float(excess.mean()) if found else 0.0,
        deviation_bps=float(excess.std(ddof=1)) if len(found) > 1 else 0.0,
    )


def fills_condition(costs: FillCosts, *, is_real: bool) -> Condition:
    """Whether enough real fills bound the excess cost."""
    name = "fills"
    if not is_real:
        text = (
            f"Its fills are simulated; {FEWEST_FILLS} or more real ones must show that they cost no more than "
            f"{MOST_EXCESS_BPS:g} bps beyond what research reckoned with. A pilot makes them."
        )
        return Condition(name, False, text)
    if costs.fills < 2:
        return Condition(name, False, f"{costs.fills} fills could be measured, at least {FEWEST_FILLS} are needed.")
    text = (
        f"{costs.fills} of {costs.needed} fills measured; they cost {costs.mean_bps:.2f} bps beyond what research "
        f"reckoned with, at most {costs.bound_bps:.2f} with 95 % confidence, allowed are {MOST_EXCESS_BPS:g}."
    )
    return Condition(name, costs.fills >= costs.needed and costs.bound_bps <= MOST_EXCESS_BPS, text)
