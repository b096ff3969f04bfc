"""What luck alone would have made, and where the result stands in it."""

from collections.abc import Sequence

import numpy as np

from botyard.records.research import Research
from botyard.records.verdict import PermutationTest
from botyard.search.charts.frame import BLUE, GREY, INK, ORANGE, Chart, number

N_BINS = 44
ROOM = 0.22  # of the height, for the words above the mark


def null(research: Research) -> bytes | None:
    """Draw the bootstrap's distribution of the pooled walk-forward's t ratio without an edge, the result marked."""
    verdict = research.verdict
    found, p = (verdict.figures[name].value if name in verdict.figures else None for name in ("pooled_t", "p_pooled"))
    if found is None or p is None or len(verdict.null) < 2:
        return None
    # quantiles are the distribution's inverse: read off evenly, they are a sample of it
    shares = np.linspace(0.0, 1.0, len(verdict.null))
    sample = np.interp(np.linspace(0.0, 1.0, 4001), shares, verdict.null)
    return _histogram(
        research,
        sample,
        found,
        title=f"Without any edge, {_of_100(p)} walk-forwards of 100 do as well as this one",
        about="t ratio: mean over deviation of the pooled days, times their root; bars: the same days resampled, their mean taken out",
        name="null",
    )


def permutations(research: Research, test: PermutationTest) -> bytes | None:
    """Draw the best value of each search on permuted bars, the search's own marked."""
    values = [value for value in test.found if value is not None]
    if len(values) < 2:
        return None
    return _histogram(
        research,
        values,
        test.actual,
        title=f"{test.reached} of {test.used} whole searches on shuffled bars find as much: p = {test.p:.2g}",
        about="Score of the best trial, in sample; shuffled bars keep shapes and common moves, and hold nothing to find",
        name="permutations",
    )


def _histogram(
    research: Research,
    values: Sequence[float] | np.ndarray,
    found: float,
    *,
    title: str,
    about: str,
    name: str,
) -> bytes:
    chart = Chart(title, about, research)
    known = np.asarray(values, dtype=np.float64)
    low, high = min(float(known.min()), found), max(float(known.max()), found)
    margin = 0.04 * (high - low or 1.0)
    bins = min(N_BINS, max(8, round(len(known) ** 0.5) * 2))
    counts, edges = np.histogram(known, bins=bins, range=(low - margin, high + margin))
    beyond = edges[:-1] + np.diff(edges) / 2 >= found
    shares = counts / counts.sum()
    chart.value_axis(0.0, float(shares.max()) * (1.0 + ROOM), "share")
    chart.axes.set_yticks([])
    chart.axes.set_ylabel("")
    chart.axes.grid(visible=False, axis="x")
    for part, where, colour in (("below", ~beyond, GREY), ("as-good", beyond, ORANGE)):
        chart.axes.bar(
            edges[:-1][where], shares[where], np.diff(edges)[where], align="edge", color=colour, alpha=0.45,
            linewidth=0.6, edgecolor="white", gid=f"{name}-{part}",
        )  # fmt: skip
    chart.axes.set_xlim(low - margin, high + margin)
    chart.axes.axvline(found, color=BLUE, linewidth=2.0, gid=f"{name}-found")
    is_left = found > (low + high) / 2
    chart.axes.annotate(
        f"this run: {number(found, 2)}",
        (found, float(shares.max()) * (1.0 + 0.72 * ROOM)),
        xytext=(-8 if is_left else 8, 0),
        textcoords="offset points",
        horizontalalignment="right" if is_left else "left",
        fontsize=10.5,
        fontweight="bold",
        color=INK,
    )
    return chart.svg()


def _of_100(p: float) -> str:
    share = 100.0 * p
    return "fewer than 1" if share < 1.0 else "more than 99" if share > 99.0 else f"{share:.0f}"
