"""The last trades on the price."""

import math
from collections.abc import Sequence

from matplotlib.lines import Line2D

from botyard.records.research import Curve, Research, TradeMark
from botyard.search.charts.frame import BLUE, GREY, ORANGE, SOFT, Chart, days, padded, quote_of

MOST_TRADES = 60
"""More marks than this on one line hide each other."""


def price(research: Research) -> bytes:
    """Draw the price over the time of the last trades, each from its entry to its exit, coloured by what it made."""
    shown = research.trades[-MOST_TRADES:]
    first, last = _window(research.price, shown)
    curve = _within(research.price, shown, first, last)
    chart = Chart(_title(research.trades, shown), _about(research, shown), research)
    chart.value_axis(*padded(curve.values), f"price, {quote_of(research.symbol)}")
    chart.time_axis(first, last)
    chart.line(curve, GREY, "price-line", width=0.9)
    won = [t for t in shown if t.profit > 0]
    lost = [t for t in shown if t.profit <= 0]
    for name, trades, colour in (("won", won, BLUE), ("lost", lost, ORANGE)):
        _mark(chart, f"price-{name}", trades, colour)
    if shown:
        chart.legend(_legend(shown, won, lost))
    return chart.svg()


def _title(trades: Sequence[TradeMark], shown: Sequence[TradeMark]) -> str:
    if not shown:
        return "In sample there was no closed trade"
    won = sum(t.profit > 0 for t in shown)
    which = f"The last {len(shown)}" if len(trades) > len(shown) else f"All {len(shown)}"
    if len(shown) == 1:
        return f"The only trade {'won' if won else 'lost'}"
    return f"{which} trades: {won} won, {len(shown) - won} lost"


def _about(research: Research, shown: Sequence[TradeMark]) -> str:
    return f"{research.symbol} in sample" + (", won or lost after fees" if shown else "")


def _window(curve: Curve, shown: Sequence[TradeMark]) -> tuple[int, int]:
    # from the first entry to the last exit, and some room before and after where there are prices
    start, end = curve.times_ms[0], curve.times_ms[-1]
    if not shown:
        return start, end
    first, last = min(t.entry_ms for t in shown), max(t.exit_ms for t in shown)
    margin = max((last - first) // 40, (end - start) // 100)
    edge = max(1, (last - first) // 100)  # room for half a mark
    return min(first, max(start, first - margin)) - edge, max(last, min(end, last + margin)) + edge


def _within(curve: Curve, shown: Sequence[TradeMark], first: int, last: int) -> Curve:
    # the curve is thinned; the trades' own fills are prices too and let their ends lie on the line
    known = {t: v for t, v in zip(curve.times_ms, curve.values, strict=True) if first <= t <= last}
    for trade in shown:
        known[trade.entry_ms] = trade.entry_price
        known[trade.exit_ms] = trade.exit_price
    times = tuple(sorted(known))
    return Curve(times, tuple(known[t] for t in times))


def _mark(chart: Chart, name: str, trades: Sequence[TradeMark], colour: str) -> None:
    times: list[float] = []
    prices: list[float] = []
    for trade in trades:
        times += [*days((trade.entry_ms, trade.exit_ms)).tolist(), math.nan]
        prices += [trade.entry_price, trade.exit_price, math.nan]  # NaN lifts the pen
    chart.axes.plot(times, prices, color=colour, linewidth=1.3, gid=name)
    chart.axes.plot(times[1::3], prices[1::3], "o", color=colour, markersize=3.6, gid=f"{name}-exits")
    for side, marker in (("long", "^"), ("short", "v")):
        entries = [t for t in trades if t.side == side]
        chart.axes.plot(
            days([t.entry_ms for t in entries]),
            [t.entry_price for t in entries],
            marker,
            color=colour,
            markersize=6,
            markeredgecolor="white",
            markeredgewidth=0.5,
            gid=f"{name}-{side}",
        )


def _legend(shown: Sequence[TradeMark], won: Sequence[TradeMark], lost: Sequence[TradeMark]) -> list[Line2D]:
    sides = {trade.side for trade in shown}
    found = []
    if "long" in sides:
        found.append(_key("^", SOFT, "bought"))
    if "short" in sides:
        found.append(_key("v", SOFT, "sold short"))
    found.append(_key("o", SOFT, "out"))
    if won:
        found.append(Line2D([], [], color=BLUE, linewidth=2, label="won"))
    if lost:
        found.append(Line2D([], [], color=ORANGE, linewidth=2, label="lost"))
    return found


def _key(marker: str, colour: str, label: str) -> Line2D:
    return Line2D([], [], color=colour, marker=marker, linestyle="none", markersize=5, label=label)
