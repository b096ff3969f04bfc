"""What was earned over time: equity and drawdown in sample, and the walk-forward."""

from botyard.records.research import Curve, Fold, Research
from botyard.search.charts.frame import (
    BLUE,
    GREY,
    INK,
    LETTER,
    ORANGE,
    ROOM_FOR_LABELS,
    SOFT,
    Chart,
    amount,
    base_of,
    change,
    change_of,
    days,
    number,
    padded,
    quote_of,
)

NOTE = 8.5  # font size of the notes inside a plot


def equity(research: Research) -> bytes:
    """Draw the equity of the values found, beside buying and holding."""
    curve, held = research.equity, research.buy_and_hold
    start, quote = curve.values[0], quote_of(research.symbol)
    title = f"In sample the strategy {change(start, curve.values[-1])}"
    if held.values:
        title += f"; holding {change(start, held.values[-1])}"
    about = f"{research.symbol}, after fees and slippage; searched and shown on the same bars, which flatters"
    chart = Chart(title, about, research, right=ROOM_FOR_LABELS)
    chart.value_axis(*padded(curve.values + held.values), f"equity, {quote}")
    chart.time_axis(curve.times_ms[0], curve.times_ms[-1])
    chart.axes.axhline(start, color=GREY, linewidth=0.8, linestyle=(0, (2, 3)))
    labels = [(curve.values[-1], _at_the_end("strategy", curve, quote), BLUE)]
    if held.values:
        chart.line(held, GREY, "equity-holding", width=1.1)
        labels.append((held.values[-1], _at_the_end("buy and hold", held, quote), SOFT))
    chart.line(curve, BLUE, "equity-strategy")
    chart.end_labels(labels)
    return chart.svg()


def drawdown(research: Research) -> bytes:
    """Draw how far the equity was below its highest so far, in percent."""
    times, values = research.drawdown.times_ms, tuple(100 * v for v in research.drawdown.values)
    worst = min(values)
    title = "In sample the equity was never below its highest"
    if worst < 0:
        title = f"At its worst, the equity was {number(-worst, 1)} % below its highest"
    chart = Chart(title, f"{research.symbol} in sample, after fees and slippage", research, right=ROOM_FOR_LABELS)
    low, _ = padded((worst, 0.0))
    chart.value_axis(low, max(0.0, -0.02 * low), "below the highest", percent=True)
    chart.time_axis(times[0], times[-1])
    chart.axes.fill_between(
        days(times), values, 0.0, facecolor=ORANGE, alpha=0.22, edgecolor="none", gid="drawdown-area"
    )
    chart.line(Curve(times, values), ORANGE, "drawdown-line", width=1.1)
    labels = [(values[-1], f"at the end\n{number(values[-1], 1)} %", SOFT)]
    if worst < 0:
        at = days((times[values.index(worst)],))
        chart.axes.plot(at, [worst], "o", color=ORANGE, markersize=5, gid="drawdown-worst")
        labels.append((worst, f"worst\n{number(worst, 1)} %", ORANGE))
    chart.end_labels(labels)
    return chart.svg()


def walk_forward(research: Research) -> bytes:
    """Draw the equity over bars that no search had seen, fold by fold, beside the searched one of the same days."""
    tested, quote = research.walk_forward_equity, quote_of(research.symbol)
    inside = _rebased(research.equity, tested)
    made = research.walk_forward.net_return
    found = "" if made is None else f"{change_of(made)} on "
    title = f"Walk-forward: {found}bars the search had not seen"
    about = "Each stretch: instrument and values chosen on its past alone, then traded, after fees and slippage"
    chart = Chart(title, about, research, right=ROOM_FOR_LABELS)
    low, high = padded(tested.values + inside.values)
    high += 0.2 * (high - low)  # room for the folds' names
    chart.value_axis(low, high, f"equity, {quote}")
    first = min([tested.times_ms[0], *(fold.train_until_ms for fold in research.folds)])
    last = max([tested.times_ms[-1], *(fold.test_until_ms for fold in research.folds)])
    chart.time_axis(first, last)
    for fold in research.folds:
        _draw_fold(chart, fold, max(1, last - first))
    labels = [(tested.values[-1], _at_the_end("walk-forward", tested, quote), BLUE)]
    if inside.values:
        chart.line(inside, GREY, "walk-forward-inside", width=1.1)
        labels.append((inside.values[-1], _at_the_end("same days, searched", inside, quote), SOFT))
    chart.line(tested, BLUE, "walk-forward-tested")
    chart.end_labels(labels)
    return chart.svg()


def _draw_fold(chart: Chart, fold: Fold, span_ms: int) -> None:
    start, end = days((fold.train_until_ms, fold.test_until_ms)).tolist()
    if fold.index % 2:
        chart.axes.axvspan(start, end, facecolor=BLUE, alpha=0.045, edgecolor="none")
    chart.axes.axvline(start, color=GREY, linewidth=0.8, linestyle=(0, (2, 3)))
    room = chart.plot_width * (fold.test_until_ms - fold.train_until_ms) / span_ms - 8
    name = _longest_that_fits(_fold_names(fold), room)
    made = "" if fold.test_return is None else f"{number(100 * fold.test_return, 1)} %"
    text = f"{name}\n{_longest_that_fits((made, ''), room)}".rstrip()
    at = chart.axes.get_xaxis_transform()
    middle = (start + end) / 2
    chart.axes.text(
        middle, 0.975, text, transform=at, fontsize=NOTE, color=INK, ha="center", va="top", linespacing=1.35
    )


def _fold_names(fold: Fold) -> tuple[str, ...]:
    if not fold.symbol:
        return f"{fold.index}: no instrument", f"{fold.index}: none", str(fold.index)
    base = base_of(fold.symbol)
    return (
        f"{fold.index}: {fold.symbol}",
        f"{fold.index}: {base}",
        f"{fold.index}: {base.split('-')[-1]}",
        f"{fold.index}",
    )


def _longest_that_fits(texts: tuple[str, ...], room: float) -> str:
    return next((text for text in texts if LETTER * NOTE * len(text) <= room), "")


def _at_the_end(name: str, curve: Curve, quote: str) -> str:
    return f"{name}\n{amount(curve.values[-1])} {quote}"


def _rebased(curve: Curve, other: Curve) -> Curve:
    # the part that falls into the other curve's time, scaled to begin where that one does
    start, first, last = other.values[0], other.times_ms[0], other.times_ms[-1]
    pairs = [(t, v) for t, v in zip(curve.times_ms, curve.values, strict=True) if first <= t <= last]
    if not pairs or pairs[0][1] <= 0:
        return Curve((), ())
    return Curve(tuple(t for t, _ in pairs), tuple(start * v / pairs[0][1] for _, v in pairs))
