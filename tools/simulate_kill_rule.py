"""Simulate the kill rule: how often it stops a bot that keeps its promise, and how long it takes to stop one that does not.

`python tools/simulate_kill_rule.py` writes docs/kill_rule.md and docs/images/kill_rule.png, the same bytes each time.

The days are not those of the rule's own bootstrap: Student's t with 4 degrees of freedom, times a volatility that
wanders (an AR(1) of its logarithm, 0.95 from day to day, 0.4 wide). Each rule is computed from a walk-forward of 243
such days, as that of one year of bars has them, moved to the promised Sharpe; then fresh days are lived through.
"""

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from botyard.evidence.kill_rule import highest_so_far, kill_rule
from botyard.records.deployment import KillRule

Floats = npt.NDArray[np.float64]

ROOT = Path(__file__).parents[1]
PROMISES = (1.0, 2.0, 3.0)
TRUTHS = ((1.0, "kept"), (0.5, "half of it left"), (0.0, "nothing left"), (-1.0, "turned against it"))
WALKS = 16  # walk-forwards, and rules, for each promise
PATHS = 200  # lives under each rule
DAYS = 4 * 365
WALK_DAYS = 243
VOLATILITIES = (0.0025, 0.005, 0.01, 0.02, 0.03)
YEAR = 365.0


def made_up_days(random: np.random.Generator, days: int, paths: int) -> Floats:
    """Return (days, paths) of mean 0 and standard deviation 1, with fat tails and clusters."""
    shock = random.standard_normal((days, paths)) * 0.4 * math.sqrt(1.0 - 0.95**2)
    wander = np.empty((days, paths))
    at = random.standard_normal(paths) * 0.4
    for day in range(days):
        at = 0.95 * at + shock[day]
        wander[day] = at
    fat = random.standard_t(4, (days, paths)) / math.sqrt(2.0)
    return np.asarray(fat * np.exp(wander) / math.sqrt(math.exp(2.0 * 0.16)))


def rules(promise: float, random: np.random.Generator) -> list[KillRule]:
    """Return the rules of many walk-forwards that all promise the same."""
    found = []
    for walk in range(WALKS):
        walked = made_up_days(random, WALK_DAYS, 1)[:, 0]
        walked = 0.01 * ((walked - walked.mean()) / walked.std(ddof=1) + promise / math.sqrt(YEAR))
        found.append(kill_rule(walked, seed=walk))
    return found


def first_days(made: list[KillRule], truth: float, random: np.random.Generator) -> Floats:
    """Return the day of each life's first alarm, infinite where none came."""
    found = []
    for rule in made:
        if rule.k is None or rule.h is None:
            raise SystemExit(rule.text)
        lived = made_up_days(random, DAYS, PATHS) + truth / math.sqrt(YEAR)
        alarmed = highest_so_far(lived, rule.k) > rule.h
        found.append(np.where(alarmed[-1], (~alarmed).sum(axis=0) + 1.0, math.inf))
    return np.concatenate(found)


def to_caps(volatility: float, promise: float, random: np.random.Generator) -> tuple[float, float]:
    """Return the shares of lives of a year, the promise kept, that reach a tenth of loss, and 3 % of loss in a day."""
    days = volatility * (made_up_days(random, 365, 4000) + promise / math.sqrt(YEAR))
    lost = (np.cumprod(1.0 + np.maximum(days, -0.99), axis=0) <= 0.9).any(axis=0)
    return float(lost.mean()), float((days <= -0.03).any(axis=0).mean())


def main() -> None:
    """Simulate, write the page and the picture."""
    random = np.random.default_rng(20_240)
    rows, curves = [], {}
    for promise in PROMISES:
        made = rules(promise, random)
        height = np.mean([rule.h or 0.0 for rule in made])
        for share, words in TRUTHS:
            days = first_days(made, share * promise, random)
            curves[promise, words] = [float((days <= day).mean()) for day in range(DAYS + 1)]
            at_risk = float(np.minimum(days, DAYS).sum() / max(1, np.isfinite(days).sum()))
            quantiles = [np.quantile(days, q, method="inverted_cdf") for q in (0.1, 0.5, 0.9)]
            within = " | ".join(f"{100 * (days <= day).mean():.0f} %" for day in (90, 365, 730))
            rows.append(
                f"| {promise:g} | {words} | {height:.1f} | {at_risk:.0f} | "
                f"{' | '.join(_days(q) for q in quantiles)} | {within} |"
            )
    caps = [
        f"| {100 * v:.2f} % | {100 * v * math.sqrt(YEAR):.0f} % | {100 * tenth:.0f} % | {100 * day:.0f} % |"
        for v in VOLATILITIES
        for tenth, day in [to_caps(v, 2.0, random)]
    ]
    (ROOT / "docs" / "kill_rule.md").write_text(PAGE.format(rows="\n".join(rows), caps="\n".join(caps), **_counts()))
    _draw(curves)


def _counts() -> dict[str, int]:
    return {"walks": WALKS, "paths": PATHS, "lives": WALKS * PATHS, "years": DAYS // 365, "walk_days": WALK_DAYS}


def _days(quantile: float) -> str:
    return f"{quantile:.0f}" if math.isfinite(quantile) else f"over {DAYS}"


def _draw(curves: dict[tuple[float, str], list[float]]) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    colours = {
        "kept": "#009e73",
        "half of it left": "#8a94a0",
        "nothing left": "#d55e00",
        "turned against it": "#aa4499",
    }
    figure, panels = plt.subplots(1, 3, figsize=(11, 3.6), sharey=True)
    for panel, promise in zip(panels, PROMISES, strict=True):
        for words, colour in colours.items():
            shares = [100 * share for share in curves[promise, words]]
            panel.plot(range(len(shares)), shares, color=colour, linewidth=1.8, label=words)
        panel.set_title(f"promised Sharpe {promise:g}", fontsize=11, loc="left", fontweight="bold")
        panel.set_xlim(0, 1095)
        panel.set_xticks([0, 365, 730, 1095], ["0", "1 year", "2", "3"])
        panel.grid(alpha=0.3)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("bots stopped, %")
    panels[0].set_ylim(0, 100)
    panels[2].legend(frameon=False, fontsize=9, title="what is left of it", loc="lower right")
    figure.tight_layout()
    figure.savefig(ROOT / "docs" / "images" / "kill_rule.png", dpi=100, metadata={"Software": None})


PAGE = """# When a bot stops itself

Every tick follows the kill rule that its bundle carries. It was computed at deployment, from the walk-forward's days:

- **CUSUM**: each day ends with c = max(0, c + k − r / v). r is the day's return, v the walk-forward's daily volatility,
  k half of its daily Sharpe. c above h halts the bot. h is such that the walk-forward's own days, resampled in blocks
  of five on average, cross it once in two years. (Page, Biometrika 41, 1954.)
- **Caps**: a loss of 10 % of the allocation, or of 3 % of the equity that the day began with, halts a bot that trades
  real money or on a testnet. On paper a strategy is watched to its end; `botyard promote` looks at the caps there.
- A walk-forward without a positive Sharpe promises nothing that could be missed: such a bot has the caps alone.

A halted bot sends no orders but one protective stop. Its journal and `botyard why BOT` say why, and what to do:
`botyard kill BOT` ends it, `botyard resume BOT` lets it trade again and counts from 0. The model goes on deciding, so
that its decisions stay those of the backtest; c stands in every decision of the journal, and a restart takes it up
there. Days on which the bot is paused or halted do not count.

## How soon, and how often for nothing

Simulated: {walks} walk-forwards of {walk_days} days for each promise, {paths} lives of {years} years under each rule, with days
that the rule was not made from (Student's t with 4 degrees of freedom, wandering volatility).

![Share of bots stopped, over time](images/kill_rule.png)

| promised Sharpe | the promise is | h | mean days to an alarm | 10 % stopped by day | half | 90 % | within 90 days | a year | two years |
|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|
{rows}

The mean counts lives that ended without an alarm as well: days at risk over alarms. Read it as it is: **an edge that is
gone takes months to be missed**. Fewer days cannot tell, whatever the rule; a lower h would stop the good ones too. And
a promise that was too high (half of it left) looks like an edge that fades: mind that the best of many searches
promises too much.

## The caps bite first where volatility is high

Lives of one year, a promised Sharpe of 2 kept in full:

| daily volatility | a year's | reach the loss of 10 % | lose 3 % in a day |
|---:|---:|---:|---:|
{caps}

A strategy that holds all of its money in a coin moves 2 or 3 % on an ordinary day: the caps will halt it, edge or not.
Give it a smaller share of the equity.

Made by `python tools/simulate_kill_rule.py`.
"""

if __name__ == "__main__":
    main()
