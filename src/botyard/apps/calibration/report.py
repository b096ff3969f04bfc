"""The calibration in words and tables: docs/evidence.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from botyard.apps.calibration import tally
from botyard.apps.calibration.asking import Answers
from botyard.apps.calibration.plan import FIRST_SEED, N_SYMBOLS, NARROW, SHARPES, Group, SeedRange
from botyard.apps.calibration.run import Setting, Spent
from botyard.apps.calibration.tally import Row, Share
from botyard.apps.calibration.truth import STRATEGIES, Truth
from botyard.apps.calibration.universes import CORRELATION
from botyard.search.crew import cpu_count

POWER_WANTED = {1.0: 0.25, 1.5: 0.35, 2.0: 0.55, 3.0: 0.90}
"""At one year, with the edge in all symbols."""

MOST_FALSE, MOST_FALSE_UPPER = 0.02, 0.035

NO_EDGE_PICTURE, POWER_PICTURE = "evidence_no_edge.svg", "evidence_power.svg"

KINDS = {
    "gbm": "normal returns",
    "garch": "GARCH, fat tails",
    "real": "imported bars, turned by a coin",
    "drift": "GARCH, all symbols rising",
}


TRUTH = (
    "The true Sharpe of a universe is not read off the universe. It is what the strategy that the edge was made for "
    "earns after fees, slippage and funding over the centuries below, on one symbol, with seeds of their own:"
)


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was found."""

    seeds: SeedRange
    setting: Setting
    no_edge: Sequence[Answers]
    power: Sequence[Answers]
    registry: Sequence[Answers]
    truths: Sequence[Truth]
    spent: Mapping[Group, Spent]


def markdown(found: Findings) -> str:
    """Write the report; pictures are expected in images/ beside it."""
    parts = [
        _opening(found),
        _reached(found),
        _no_edge(found),
        _power(found),
        _registry(found),
        _method(found),
        _again(found),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def wide(power: Sequence[Answers], sharpe: float) -> Share:
    """Count the passes at a true Sharpe with the edge in all symbols, all edges together."""
    asked = [a for a in power if a.question.true_sharpe == sharpe and a.question.edge_symbols == N_SYMBOLS]
    return tally.row("", asked).passed


def said(share: Share) -> str:
    """Write a share with its interval."""
    if not share.of:
        return "–"
    low, high = share.interval
    return f"{100 * share.value:.1f} % ({share.count} of {share.of}; {100 * low:.1f}–{100 * high:.1f} %)"


def _opening(found: Findings) -> str:
    lines = ["# What a verdict is worth", ""]
    if found.no_edge:
        row = tally.row("", found.no_edge)
        lines.append(
            f"Of {row.passed.of} made-up universes without any edge, {row.passed.count} passed the verdict; the naive rule "
            f"(an in-sample Sharpe above {tally.NAIVE_SHARPE:g}) promoted {row.naive.count} of them."
        )
    lines.append(
        "Each universe went through the real pipeline, from the idea in words over the Selector and the Researcher to the "
        "verdict, and its truth is known because it was made. `botyard evidence calibrate` wrote this page. "
        "In brackets: counts and exact 95 % intervals (Clopper and Pearson)."
    )
    if found.seeds == "design":
        lines += [
            "",
            "**These are design universes:** the rule was chosen while looking at such ones. Believe fresh ones.",
        ]
    return "\n".join(lines)


def goals(found: Findings) -> list[tuple[str, str, str, bool]]:
    """Return name, goal, what was found, and whether it was reached, of everything that was asked."""
    rows = []
    if found.no_edge:
        share = tally.row("", found.no_edge).passed
        goal = f"at most {100 * MOST_FALSE:.0f} %, upper bound at most {100 * MOST_FALSE_UPPER:.1f} %"
        is_met = share.value <= MOST_FALSE and share.interval[1] <= MOST_FALSE_UPPER
        rows.append(("false promotion", goal, said(share), is_met))
    for sharpe, wanted in POWER_WANTED.items() if found.power else ():
        share = wide(found.power, sharpe)
        name = f"power at a true Sharpe of {sharpe:g}"
        rows.append((name, f"at least {100 * wanted:.0f} %", said(share), share.value >= wanted))
    if found.registry:
        share = tally.row("", found.registry).passed
        name = f"universes that ever pass, {len(found.registry[0].answers)} ideas each"
        rows.append((name, f"at most {100 * MOST_FALSE:.0f} %", said(share), share.value <= MOST_FALSE))
    return rows


def _reached(found: Findings) -> str:
    rows = [(name, goal, text, "yes" if is_met else "**no**") for name, goal, text, is_met in goals(found)]
    return "## The goals\n\n" + _table(("", "goal", "found", "reached"), rows) if rows else ""


def _no_edge(found: Findings) -> str:
    if not found.no_edge:
        return ""
    rows = tally.rows(found.no_edge, lambda a: KINDS[a.question.kind])
    ideas = tally.rows(found.no_edge, lambda a: a.question.ideas[0])
    parts = [
        "## No edge: how often luck is promoted",
        f"![Share of universes without an edge that pass](images/{NO_EDGE_PICTURE})",
        _counted("universe", rows),
        "The same universes by the idea that they were asked:",
        _counted("idea", ideas),
    ]
    return "\n\n".join(parts)


def _power(found: Findings) -> str:
    if not found.power:
        return ""
    columns = (
        "planted",
        "true Sharpe",
        f"passed, edge in all {N_SYMBOLS}",
        f"passed, edge in {NARROW}",
        "chose an edge",
    )
    table = []
    for kind in STRATEGIES:
        for sharpe in SHARPES:
            asked = [a for a in found.power if a.question.edge and a.question.edge.kind == kind]
            asked = [a for a in asked if a.question.true_sharpe == sharpe]
            by_width = [[a for a in asked if a.question.edge_symbols == width] for width in (N_SYMBOLS, NARROW)]
            right = Share(sum(a.answers[0].symbol in a.edge_in for a in by_width[1]), len(by_width[1]))
            shares = [said(tally.row("", group).passed) for group in by_width]
            table.append((kind, f"{sharpe:g}", *shares, said(right)))
    truths = [
        (
            t.edge.kind,
            f"{t.wanted:g}",
            f"{t.edge.size:g}",
            ", ".join(f"{k} {v:g}" for k, v in STRATEGIES[t.edge.kind].items()),
            f"{t.sharpe:.2f} ± {t.error:.2f}",
            f"{t.days:,}",
        )
        for t in found.truths
    ]
    parts = [
        "## Planted edges: how often skill is seen in one year",
        f"![Share of universes with a planted edge that pass](images/{POWER_PICTURE})",
        _table(columns, table),
        f"*Chose an edge*: where only {NARROW} of {N_SYMBOLS} symbols hold it, how often the run ended on one of those.",
        TRUTH,
        _table(("planted", "said", "size", "strategy", "measured", "days"), truths) if truths else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _registry(found: Findings) -> str:
    if not found.registry:
        return ""
    share = tally.row("", found.registry)
    asked = sum(len(a.answers) for a in found.registry)
    return (
        "## Asking again\n\n"
        f"{share.passed.of} further universes without an edge were asked {len(found.registry[0].answers)} different ideas "
        f"each, one after the other, through one trial registry: {asked} runs in all. "
        f"Universes in which any idea ever passed: {said(share.passed)}. By the naive rule: {said(share.naive)}. "
        f"Of the first ideas {said(_passed_at(found.registry, 0, 1))} passed, of all later ones "
        f"{said(_passed_at(found.registry, 1, None))}."
    )


def _passed_at(registry: Sequence[Answers], first: int, until: int | None) -> Share:
    answers = [answer for one in registry for answer in one.answers[first:until]]
    return Share(sum(answer.outcome == "pass" for answer in answers), len(answers))


def _method(found: Findings) -> str:
    setting = found.setting
    groups = [(name, key, group) for name, key, group in _groups(found) if group]
    seeds = "; ".join(f"{name} {_range(group)}" for name, _, group in groups)
    spent = "; ".join(_spent(name, group, found.spent[key]) for name, key, group in groups)
    bars = f" The imported bars' moves have the hash `{setting.real_bars}`." if setting.real_bars else ""
    return f"""## How it was measured

- The rule, frozen before the fresh run: `{setting.rule}`.
- A universe is {setting.n_hours / 24:.0f} days of hourly bars of {N_SYMBOLS} perpetuals, correlated by {CORRELATION:g}, at the usual
  costs. A run makes {setting.trials} trials per instrument; `botyard pipeline` makes 200 unless told otherwise.
- Without an edge every price is a martingale. *Normal returns*; *GARCH* (Bollerslev 1986) with Student shocks of 4
  degrees of freedom; *imported bars*: stretches of 5 days on average drawn at random, the same for all symbols, then
  each hour turned upside down or not by a fair coin, all symbols together, which keeps volatility, its clusters, tails
  and correlation, and leaves nothing to foresee; *rising*: GARCH, and holding any symbol has a true Sharpe of 1.{bars}
- Momentum: the price drifts up or down for spells of 48 hours on average. Reversion: it strays from a martingale and
  comes back with a half-life of about 8 hours. Both on top of GARCH; of several symbols' edges 0.6 of the variance is
  common. The idea that is asked is the one the edge was made for, in words, at the Designer's own ranges and defaults.
- Seeds: {seeds}. Design universes begin at {FIRST_SEED["design"]:,}, fresh ones at {FIRST_SEED["fresh"]:,}; no seed is in both.
- Time, on {cpu_count()} processors: {spent}. The load counts whatever else the machine did.
- An interval says what chance in the drawing of universes allows, and nothing of how far markets are from these."""


def _again(found: Findings) -> str:
    counts = f"--no-edge {len(found.no_edge)} --power {_per_edge(found.power)} --registry {len(found.registry)}"
    return f"""## Once more

    botyard data import DIR                # the bars that are turned by a coin
    botyard evidence calibrate --seeds {found.seeds} --trials {found.setting.trials} {counts}

Every answer is kept as it comes: stop it, and the same command goes on."""


def _per_edge(power: Sequence[Answers]) -> int:
    wide_ones = [(a.question.edge, a.question.edge_symbols) for a in power if a.question.edge_symbols == N_SYMBOLS]
    return max((wide_ones.count(one) for one in wide_ones), default=0)


def _groups(found: Findings) -> list[tuple[str, Group, Sequence[Answers]]]:
    return [
        ("no edge", "no-edge", found.no_edge),
        ("power", "power", found.power),
        ("registry", "registry", found.registry),
    ]


def _spent(name: str, group: Sequence[Answers], spent: Spent) -> str:
    return (
        f"{name} {tally.cpu_minutes(group):.0f} processor minutes, {spent.wall_seconds / 60.0:.0f} by the clock "
        f"at a mean load of {spent.load:.1f}"
    )


def _range(group: Sequence[Answers]) -> str:
    seeds = [a.question.seed for a in group]
    return f"{min(seeds):,}–{max(seeds):,}"


def _counted(name: str, rows: Sequence[Row]) -> str:
    table = [
        (r.label, said(r.passed), said(r.naive), _figure(r.in_sample_sharpe), _figure(r.walk_forward_sharpe))
        for r in rows
    ]
    return _table((name, "passed", "by the naive rule", "mean Sharpe in sample", "in the walk-forward"), table)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
