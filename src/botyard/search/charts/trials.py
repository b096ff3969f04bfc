"""Every trial of the search, and the one that was chosen."""

from collections.abc import Sequence
from typing import Any

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from botyard.records.research import Research
from botyard.search.charts.frame import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, Chart, number, padded
from botyard.search.study import StudyResult, Trial

LOOKS = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (PURPLE, "D"), (GREY, "v"))
MOST_MARKS = 900
"""More would neither be told apart nor keep the file small."""


def trials(research: Research, studies: Sequence[StudyResult]) -> bytes:
    """Draw the value of each trial in the order they were made, a colour and a shape for each instrument."""
    values = sorted(_value(t) for study in studies for t in study.counted)
    floor = values[len(values) // 10]  # a hopeless corner must not flatten all the rest
    step = -(-len(values) // MOST_MARKS)
    about = "Each mark is one backtest in sample, scored lower where trades are few"
    if floor > values[0]:
        about += "; the worst tenth lies on the floor"
    if step > 1:
        about += f"; one in {step} is shown"
    chosen = next((study for study in studies if study.symbol == research.symbol), None)
    chart = Chart(_title(chosen), about, research)
    low, high = padded((floor, values[-1]))
    high += 0.12 * (high - low)  # room for the words above the best
    count = max(len(study.counted) for study in studies)
    chart.value_axis(low, high, "score: net Sharpe")
    chart.axes.set_xlim(0, count + 1)
    chart.axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    chart.axes.grid(visible=False, axis="x")
    chart.axes.set_xlabel("trial", loc="right", labelpad=-9)
    handles = []
    for study, (colour, shape) in zip(studies, LOOKS, strict=False):
        look: dict[str, Any] = {
            "marker": shape,
            "linestyle": "none",
            "color": colour,
            "markersize": 4.0,
            "markeredgewidth": 0,
        }
        numbers = range(1, len(study.counted) + 1, step)
        heights = [max(floor, _value(t)) for t in study.counted[::step]]
        chart.axes.plot(numbers, heights, alpha=0.55, gid=f"trials-{study.symbol}", **look)
        handles.append(Line2D([], [], label=study.symbol, **look))
    if chosen is not None:
        _mark_best(chart, chosen, count)
    chart.legend(handles)
    return chart.svg()


def _mark_best(chart: Chart, study: StudyResult, count: int) -> None:
    at = study.counted.index(study.best) + 1
    value = _value(study.best)
    chart.axes.plot(
        [at],
        [value],
        "o",
        markersize=10,
        markerfacecolor="none",
        markeredgecolor=INK,
        markeredgewidth=1.4,
        gid="trials-chosen",
    )
    side = "left" if at < count / 3 else "right" if at > 2 * count / 3 else "center"
    chart.axes.annotate(
        f"chosen: {_said(study.best)}",
        (at, value),
        xytext=(0, 9),
        textcoords="offset points",
        horizontalalignment=side,
        fontsize=9,
        fontweight="bold",
    )


def _said(trial: Trial) -> str:
    text = ", ".join(f"{name} {value:g}" for name, value in trial.parameters.items())
    return text if 0 < len(text) <= 60 else f"{len(trial.parameters)} values"


def _title(study: StudyResult | None) -> str:
    if study is None:
        return "What each trial of the search made"
    count, first, best = len(study.counted), _value(study.counted[0]), _value(study.best)
    if best <= first:
        return f"In {count} trials nothing beat the first values: a score of {number(first, 2)}"
    return f"{count} trials lifted the score in sample from {number(first, 2)} to {number(best, 2)}"


def _value(trial: Trial) -> float:
    return 0.0 if trial.value is None else trial.value
