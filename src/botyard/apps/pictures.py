"""Small pictures for a chat, as PNG: what a run expects, and what a bot earned."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botyard.records.research import Research

SIZE_INCHES = (8.0, 4.5)
DOTS_PER_INCH = 120
INK, GOOD, QUIET = "#1b2733", "#0b7a75", "#9aa5b1"


def research_picture(research: "Research") -> bytes:
    """Draw the walk-forward equity against the in-sample one; each begins at 1."""
    label = " (synthetic)" if research.symbol.startswith("DEMO-") else ""
    figure, axes = _paper(f"{research.symbol}{label}: {research.verdict.outcome}")
    inside, outside = research.equity, research.walk_forward_equity
    for curve, colour, label, width in (
        (inside, QUIET, "in sample: found by the search", 1.2),
        (outside, GOOD, "walk-forward: what to expect", 2.0),
    ):
        if curve.times_ms:
            axes.plot(
                _dates(curve.times_ms), [v / curve.values[0] for v in curve.values], colour, lw=width, label=label
            )
    axes.set_ylabel("times the start")
    axes.legend(frameon=False, loc="upper left")
    return _png(figure)


def equity_picture(bot: str, times_ms: Sequence[int], equity: Sequence[float], quote: str, *, synthetic: bool) -> bytes:
    """Draw a bot's equity at the close of its bars. equity: (n,) quote."""
    change = f"{equity[-1] - equity[0]:+,.2f}".replace("-", "−")
    figure, axes = _paper(f"{bot}: {change} {quote}" + (" on SYNTHETIC bars" if synthetic else ""))
    axes.plot(_dates(times_ms), equity, GOOD, lw=1.8)
    axes.axhline(equity[0], color=QUIET, lw=0.8)
    axes.set_ylabel(f"equity, {quote}")
    return _png(figure)


def _paper(title: str) -> tuple[Any, Any]:
    from matplotlib.figure import Figure  # half a second: only those who draw pay for it

    figure = Figure(figsize=SIZE_INCHES, dpi=DOTS_PER_INCH, layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", color=INK, fontsize=12, fontweight="bold")
    axes.grid(axis="y", color="#e4e8ec", lw=0.8)
    axes.tick_params(colors=INK, labelsize=9)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _dates(times_ms: Sequence[int]) -> Any:
    import numpy as np

    return np.asarray(times_ms, dtype="datetime64[ms]")


def _png(figure: Any) -> bytes:
    from matplotlib import dates

    locator = dates.AutoDateLocator(maxticks=7)  # type: ignore[no-untyped-call]  # matplotlib's
    axis = figure.axes[0].xaxis
    axis.set_major_locator(locator)
    axis.set_major_formatter(dates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # matplotlib's
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": "botyard"})
    return file.getvalue()
