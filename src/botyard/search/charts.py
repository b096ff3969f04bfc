"""The charts of a research, as SVG written by hand: a plotting library takes two seconds to load.

Text and axes wear `currentColor`, so that a chart inlined in a page takes the page's ink. Equal input, equal bytes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape

from botyard.records.research import Curve, Fold, Research
from botyard.search.study import StudyResult

WIDTH, HEIGHT = 900, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 14, 42, 28
BLUE, GREY, RED, GREEN, ORANGE = "#1f5fbf", "#8a97a5", "#b3362b", "#1c7f4b", "#c77700"
DAY_MS = 86_400_000


def draw_charts(research: Research, studies: Sequence[StudyResult]) -> dict[str, bytes]:
    """Return the SVG documents by file name."""
    drawings = {
        "equity": _equity(research),
        "drawdown": _drawdown(research),
        "price": _price(research),
    }
    if research.walk_forward_equity.times_ms:
        drawings["walk_forward"] = _walk_forward(research)
    if any(len(study.counted) > 1 for study in studies):
        drawings["trials"] = _trials(research, studies)
    return {f"{name}.svg": chart.encode() for name, chart in drawings.items()}


@dataclass(slots=True)
class _Axes:
    """Maps data to the page and collects what is drawn."""

    title: str
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    parts: list[str] = field(default_factory=list)
    legend: list[tuple[str, str]] = field(default_factory=list)  # colour, text

    def x(self, value: float) -> float:
        return LEFT + (value - self.x_low) / (self.x_high - self.x_low) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (value - self.y_low) / (self.y_high - self.y_low) * (HEIGHT - TOP - BOTTOM)

    def line(self, curve: Curve, colour: str, text: str, width: float = 1.6) -> None:
        points = " ".join(f"{self.x(t):.1f},{self.y(v):.1f}" for t, v in zip(curve.times_ms, curve.values, strict=True))
        self.parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
        self.legend.append((colour, text))

    def area(self, curve: Curve, colour: str, text: str) -> None:
        zero = self.y(0.0)
        points = " ".join(f"{self.x(t):.1f},{self.y(v):.1f}" for t, v in zip(curve.times_ms, curve.values, strict=True))
        first, last = self.x(curve.times_ms[0]), self.x(curve.times_ms[-1])
        shape = f"{first:.1f},{zero:.1f} {points} {last:.1f},{zero:.1f}"
        self.parts.append(f'<polygon points="{shape}" fill="{colour}" fill-opacity="0.25" stroke="{colour}"/>')
        self.legend.append((colour, text))

    def svg(self) -> str:
        legend, offset = [], float(WIDTH - RIGHT)
        for colour, text in reversed(self.legend):
            offset -= 7.0 * len(text) + 28
            legend.append(f'<rect x="{offset:.0f}" y="12" width="12" height="4" fill="{colour}"/>')
            legend.append(f'<text x="{offset + 17:.0f}" y="18" font-size="12">{escape(text)}</text>')
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'font-family="system-ui, sans-serif" fill="currentColor"><title>{escape(self.title)}</title>\n'
            f'<text x="{LEFT}" y="18" font-size="14" font-weight="600">{escape(self.title)}</text>\n'
            + "\n".join(legend + self.parts)
            + "\n</svg>\n"
        )


def _equity(research: Research) -> str:
    both = research.equity.values + research.buy_and_hold.values
    axes = _time_axes(f"Equity in sample, {research.symbol}", research.equity, both)
    axes.line(research.buy_and_hold, GREY, "buy and hold", 1.2)
    axes.line(research.equity, BLUE, "strategy, after costs")
    return axes.svg()


def _drawdown(research: Research) -> str:
    axes = _time_axes("Drawdown in sample, %", _percent(research.drawdown), (0.0, *_percent(research.drawdown).values))
    axes.area(_percent(research.drawdown), RED, "below the highest equity")
    return axes.svg()


def _walk_forward(research: Research) -> str:
    tested = research.walk_forward_equity
    inside = _rebased(research.equity, tested)
    axes = _time_axes("Walk-forward equity: bars that the search had not seen", tested, tested.values + inside.values)
    for fold in research.folds:
        axes.parts.append(_fold_mark(axes, fold))
    axes.line(inside, GREY, "in sample, same days", 1.2)
    axes.line(tested, BLUE, "walk-forward")
    return axes.svg()


def _price(research: Research) -> str:
    axes = _time_axes(f"Price of {research.symbol} and the last trades", research.price, research.price.values)
    axes.line(research.price, GREY, "price", 1.2)
    for trade in research.trades:
        colour = GREEN if trade.profit > 0 else RED
        ends = f'x1="{axes.x(trade.entry_ms):.1f}" y1="{axes.y(trade.entry_price):.1f}" '
        ends += f'x2="{axes.x(trade.exit_ms):.1f}" y2="{axes.y(trade.exit_price):.1f}"'
        axes.parts.append(f'<line {ends} stroke="{colour}" stroke-width="1.4"/>')
        axes.parts.append(_entry_mark(axes, trade.entry_ms, trade.entry_price, up=trade.side == "long", colour=colour))
    axes.legend += [(GREEN, "trade that won"), (RED, "trade that lost")]
    return axes.svg()


def _trials(research: Research, studies: Sequence[StudyResult]) -> str:
    values = [t.value for study in studies for t in study.counted if t.value is not None]
    count = max(len(study.counted) for study in studies)
    # the worst tenth sits on the floor: a hopeless corner must not flatten all the rest
    low, high = _padded([sorted(values)[len(values) // 10], max(values)])
    axes = _Axes("Every trial: net Sharpe in sample", 0.0, float(count), low, high)
    _y_axis(axes)
    for tick in _ticks(0.0, float(count), 8):
        axes.parts.append(_x_label(axes, tick, f"{tick:.0f}"))
    for study, colour in zip(studies, (BLUE, ORANGE, GREEN, GREY, RED), strict=False):
        best = study.best
        for i, trial in enumerate(study.counted):
            is_best = trial is best
            dot = f'<circle cx="{axes.x(i + 1):.1f}" cy="{axes.y(max(low, trial.value or 0.0)):.1f}" '
            dot += f'r="{5 if is_best else 2.2}" fill="{colour}" fill-opacity="{1 if is_best else 0.55}"/>'
            axes.parts.append(dot)
        axes.legend.append((colour, study.symbol + (" (chosen)" if study.symbol == research.symbol else "")))
    return axes.svg()


def _time_axes(title: str, along: Curve, values: Sequence[float]) -> _Axes:
    low, high = _padded(values)
    first, last = along.times_ms[0], along.times_ms[-1]
    axes = _Axes(title, float(first), float(max(last, first + 1)), low, high)
    _y_axis(axes)
    for tick in _day_ticks(first, last):
        axes.parts.append(_x_label(axes, tick, datetime.fromtimestamp(tick / 1000, UTC).strftime("%d %b %y")))
    return axes


def _y_axis(axes: _Axes) -> None:
    ticks = _ticks(axes.y_low, axes.y_high, 5)
    for tick in ticks:
        y = axes.y(tick)
        axes.parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" stroke-opacity="0.12"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" font-size="12" text-anchor="end" opacity="0.7">{_number(tick, ticks)}</text>'
        )


def _x_label(axes: _Axes, value: float, text: str) -> str:
    return f'<text x="{axes.x(value):.1f}" y="{HEIGHT - 8}" font-size="12" text-anchor="middle" opacity="0.7">{text}</text>'


def _fold_mark(axes: _Axes, fold: Fold) -> str:
    x = axes.x(fold.train_until_ms)
    label = escape(fold.symbol or "no instrument")
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{HEIGHT - BOTTOM}" stroke="currentColor" '
        f'stroke-opacity="0.4" stroke-dasharray="3 3"/>'
        f'<text x="{x + 5:.1f}" y="{TOP + 4}" font-size="11" opacity="0.8">{fold.index}: {label}</text>'
    )


def _entry_mark(axes: _Axes, time_ms: int, price: float, *, up: bool, colour: str) -> str:
    x, y, d = axes.x(time_ms), axes.y(price), -4 if up else 4
    return f'<path d="M{x - 3:.1f} {y - d:.1f}L{x + 3:.1f} {y - d:.1f}L{x:.1f} {y + d:.1f}Z" fill="{colour}"/>'


def _percent(curve: Curve) -> Curve:
    return Curve(curve.times_ms, tuple(100 * v for v in curve.values))


def _rebased(curve: Curve, other: Curve) -> Curve:
    # the part that falls into the other curve's time, scaled to begin where that one does
    start, first, last = other.values[0], other.times_ms[0], other.times_ms[-1]
    pairs = [(t, v) for t, v in zip(curve.times_ms, curve.values, strict=True) if first <= t <= last]
    if not pairs or pairs[0][1] <= 0:
        return Curve((), ())
    return Curve(tuple(t for t, _ in pairs), tuple(start * v / pairs[0][1] for _, v in pairs))


def _padded(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    margin = 0.04 * (high - low) or max(abs(high), 1.0) * 0.05
    return low - margin, high + margin


def _ticks(low: float, high: float, about: int) -> list[float]:
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= raw)
    first = math.ceil(low / step)
    return [i * step for i in range(first, math.floor(high / step) + 1)]


def _day_ticks(first_ms: int, last_ms: int) -> list[int]:
    days = (last_ms - first_ms) / DAY_MS
    step = max(1, math.ceil(days / 9)) * DAY_MS
    first = -(-first_ms // DAY_MS) * DAY_MS
    return list(range(first, last_ms + 1, step))


def _number(value: float, ticks: Sequence[float]) -> str:
    step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else abs(value) or 1.0
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    if step * 10**digits % 1 > 1e-6:  # steps of 2.5
        digits += 1
    return f"{value + 0.0:,.{min(digits, 8)}f}"
