"""The calibration in two pictures, as SVG."""

import io
from collections.abc import Sequence
from typing import Any

from botyard.apps.calibration import tally
from botyard.apps.calibration.asking import Answers
from botyard.apps.calibration.plan import N_SYMBOLS, NARROW, SHARPES
from botyard.apps.calibration.report import KINDS, NO_EDGE_PICTURE, POWER_PICTURE, POWER_WANTED, Findings
from botyard.apps.calibration.tally import Share
from botyard.evidence.deflated_sharpe import power


def draw(found: Findings) -> dict[str, bytes]:
    """Return the SVG documents by file name; what was not asked gets none."""
    from botyard.search.charts.frame import house_style  # matplotlib takes half a second to load

    with house_style():
        drawn = {}
        if found.no_edge:
            drawn[NO_EDGE_PICTURE] = _no_edge(found.no_edge)
        if found.power:
            drawn[POWER_PICTURE] = _power(found.power, found.setting.n_hours / 24)
        return drawn


def _no_edge(no_edge: Sequence[Answers]) -> bytes:
    from botyard.search.charts.frame import BLUE, INK, ORANGE

    rows = tally.rows(no_edge, lambda a: KINDS[a.question.kind])
    total = tally.row("all", no_edge)
    title = f"Without an edge {_percent(total.passed)} pass; the naive rule promotes {_percent(total.naive)}"
    about = "Share of universes whose best find was promoted, exact 95 % intervals"
    figure, axes = _figure(title, about, left=210.0)
    for i, row in enumerate([*rows, total]):
        at = -float(i)
        _point(axes, row.naive, at + 0.14, ORANGE, across=True)
        _point(axes, row.passed, at - 0.14, BLUE, across=True)
    axes.set_yticks([-float(i) for i in range(len(rows) + 1)], [*(r.label for r in rows), "all"], color=INK)
    axes.set_ylim(-len(rows) - 0.6, 0.6)
    axes.set_xlim(-1.0, 100.0)
    axes.set_xlabel("promoted, %")
    axes.plot([], [], "o", color=BLUE, label="the verdict")
    axes.plot([], [], "o", color=ORANGE, label="naive: in-sample Sharpe above 1")
    _legend(axes)
    return _svg(figure, title)


def _power(asked: Sequence[Answers], days: float) -> bytes:
    from botyard.search.charts.frame import BLUE, GREEN, GREY, ORANGE

    title = "How often a true edge passes after one year"
    about = "Share of universes, by the true Sharpe of what was planted, exact 95 % intervals"
    figure, axes = _figure(title, about, left=62.0)
    for width, colour, label, shift in (
        (N_SYMBOLS, BLUE, f"edge in all {N_SYMBOLS} symbols", -0.015),
        (NARROW, GREEN, f"edge in {NARROW} of {N_SYMBOLS}", 0.015),
    ):
        points = []
        for sharpe in SHARPES:
            held = [a for a in asked if a.question.true_sharpe == sharpe and a.question.edge_symbols == width]
            share = tally.row("", held).passed
            if share.of:
                points.append((sharpe + shift, 100 * share.value))
                _point(axes, share, sharpe + shift, colour, across=False)
        axes.plot([x for x, _ in points], [y for _, y in points], color=colour, linewidth=1.4, label=label)
    axes.plot(
        list(POWER_WANTED), [100 * p for p in POWER_WANTED.values()], "_", color=ORANGE, markersize=16,
        markeredgewidth=2.0, label="wanted, in all symbols",
    )  # fmt: skip
    grid = [1.0 + 0.05 * i for i in range(41)]
    axes.plot(
        grid,
        [100 * power(s, days) for s in grid],
        "--",
        color=GREY,
        linewidth=1.1,
        label="fair test of one strategy, 5 %",
    )
    axes.set_xticks(list(SHARPES))
    axes.set_ylim(0.0, 102.0)
    axes.set_xlabel("true annual Sharpe, net")
    axes.set_ylabel("passed, %")
    _legend(axes)
    return _svg(figure, title)


def _point(axes: Any, share: Share, at: float, colour: str, *, across: bool) -> None:
    low, high = (100 * end for end in share.interval)
    value = 100 * share.value
    if across:
        axes.plot([low, high], [at, at], color=colour, linewidth=1.6, alpha=0.55)
        axes.plot([value], [at], "o", color=colour, markersize=6)
    else:
        axes.plot([at, at], [low, high], color=colour, linewidth=1.6, alpha=0.55)
        axes.plot([at], [value], "o", color=colour, markersize=6)


def _figure(title: str, about: str, *, left: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    from botyard.search.charts.frame import SOFT

    width, height = 675.0, 350.0
    figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor="white")
    axes = figure.add_axes((left / width, 44 / height, (width - left - 16) / width, (height - 124) / height))
    figure.text(14 / width, 1 - 22 / height, title, fontsize=13, fontweight="bold")
    figure.text(14 / width, 1 - 40 / height, about, fontsize=9.5, color=SOFT)
    return figure, axes


def _legend(axes: Any) -> None:
    # above the plot, where no data can be
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False, fontsize=9, borderaxespad=0.2)


def _svg(figure: Any, title: str) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Title": title, "Date": None, "Creator": None})
    return file.getvalue()


def _percent(share: Share) -> str:
    return f"{100 * share.value:.1f} %"
