"""What all charts share: paper, ink, title, axes, labels, and the SVG's bytes."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from botyard.records.research import Curve, Research

WIDTH, HEIGHT = 675.0, 275.0  # points: 900 pixels wide on a screen
LEFT, TOP, BOTTOM = 62.0, 58.0, 28.0
PLOT_HEIGHT = HEIGHT - TOP - BOTTOM
ROOM_FOR_LABELS, NO_LABELS = 118.0, 16.0

# Okabe and Ito 2008: told apart by colour-blind readers and in grey print
BLUE, ORANGE, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#aa4499"
GREY, INK, SOFT, LINE = "#8a94a0", "#1b2430", "#5d6b7a", "#dfe5ec"

DAY_MS = 86_400_000
SYNTHETIC_PREFIX = "DEMO-"  # the symbols of the demo market, whose bars are made up
LETTER = 0.62  # mean width of a letter, in font sizes

STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": LINE,
    "axes.grid": True,
    "axes.labelcolor": SOFT,
    "axes.labelsize": 9,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib; a reader without it sees another sans-serif
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "svg.fonttype": "none",  # text stays text: small, searchable, read aloud
    "svg.hashsalt": "botyard",
    "text.color": INK,
    "text.parse_math": False,
    "timezone": "UTC",
    "xtick.color": SOFT,
    "xtick.labelsize": 9,
    "ytick.color": SOFT,
    "ytick.labelsize": 9,
    "ytick.major.size": 0,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house's style, whatever the user's matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


class Chart:
    """One picture: a finding as title, a line about it, and one pair of axes."""

    def __init__(self, title: str, about: str, research: Research, *, right: float = NO_LABELS) -> None:
        self._title = title
        self._figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72), dpi=72, facecolor="white")
        self._right = right
        self.axes = self._figure.add_axes(self._box(LEFT))
        room = WIDTH - 28
        if research.symbol.startswith(SYNTHETIC_PREFIX):
            self._tag("SYNTHETIC BARS")
            room -= 120
        size = min(13.0, room / (LETTER * 1.1 * len(title)))
        self._figure.text(14 / WIDTH, 1 - 22 / HEIGHT, title, fontsize=size, fontweight="bold")
        self._figure.text(14 / WIDTH, 1 - 40 / HEIGHT, about, fontsize=9.5, color=SOFT)

    def line(self, curve: Curve, colour: str, part: str, *, width: float = 1.6, style: str = "-") -> None:
        """Draw a curve over time; `part` is the name it has in the SVG."""
        self.axes.plot(days(curve.times_ms), curve.values, style, color=colour, linewidth=width, gid=part)

    def time_axis(self, first_ms: int, last_ms: int) -> None:
        """Show dates from the first to the last; a single moment gets a day."""
        until_ms = last_ms if last_ms > first_ms else first_ms + DAY_MS
        self.axes.set_xlim(*days((first_ms, until_ms)))
        locator = AutoDateLocator(minticks=4, maxticks=9)  # type: ignore[no-untyped-call]  # as matplotlib has it
        self.axes.xaxis.set_major_locator(locator)
        formatter = ConciseDateFormatter(locator)  # type: ignore[no-untyped-call]  # as matplotlib has it
        self.axes.xaxis.set_major_formatter(formatter)
        self.axes.grid(visible=False, axis="x")

    def value_axis(self, low: float, high: float, unit: str, *, percent: bool = False) -> None:
        """Show values from low to high, with thousands separators and no more digits than the steps need."""
        ticks = [t for t in MaxNLocator(5).tick_values(low, high) if low <= t <= high]
        labels = [number(t, digits(ticks)) + (" %" if percent else "") for t in ticks]
        self.axes.set_position(self._box(max(LEFT, 28 + 9 * LETTER * max(map(len, labels), default=0))))
        self.axes.set_ylim(low, high)
        self.axes.set_yticks(ticks, labels)
        self.axes.set_ylabel(unit)

    def end_labels(self, labels: Sequence[tuple[float, str, str]]) -> None:
        """Write (value, text, colour) beside the ends of lines, pushed apart where they would overlap."""
        low, high = self.axes.get_ylim()
        wanted = [(value - low) / (high - low) * PLOT_HEIGHT for value, _, _ in labels]
        for height, (_, text, colour) in zip(apart(wanted, 30.0, PLOT_HEIGHT), labels, strict=True):
            self.axes.text(
                1 + 8 / self.plot_width,
                height / PLOT_HEIGHT,
                text,
                transform=self.axes.transAxes,
                fontsize=9.5,
                color=colour,
                verticalalignment="center",
                linespacing=1.3,
            )

    def legend(self, handles: Sequence[Any]) -> None:
        """Show what marks mean, above the plot at the right, where no data can be."""
        self.axes.legend(
            handles=handles,
            loc="lower right",
            bbox_to_anchor=(1.0, 0.985),
            ncols=len(handles),
            frameon=False,
            fontsize=9,
            handletextpad=0.3,
            handlelength=1.2,
            columnspacing=1.2,
            borderaxespad=0.0,
        )

    def svg(self) -> bytes:
        """Return the document, without the date and version that would change its bytes."""
        file = io.BytesIO()
        metadata = {"Title": self._title, "Date": None, "Creator": None}
        self._figure.savefig(file, format="svg", metadata=metadata)
        return file.getvalue()

    @property
    def plot_width(self) -> float:
        """The width of the plot itself, in points."""
        return float(self.axes.get_position().width * WIDTH)

    def _box(self, left: float) -> tuple[float, float, float, float]:
        return left / WIDTH, BOTTOM / HEIGHT, (WIDTH - left - self._right) / WIDTH, PLOT_HEIGHT / HEIGHT

    def _tag(self, text: str) -> None:
        self._figure.text(
            1 - 18 / WIDTH,
            1 - 21 / HEIGHT,
            text,
            fontsize=8.5,
            fontweight="bold",
            color="#7a5200",
            horizontalalignment="right",
            bbox={"facecolor": "#fff3d6", "edgecolor": "none", "boxstyle": "round,pad=0.45"},
        )


def days(times_ms: Sequence[int]) -> npt.NDArray[np.float64]:
    """Return UTC times as matplotlib counts them: in days."""
    counted: npt.NDArray[np.float64] = date2num(np.asarray(times_ms, dtype="datetime64[ms]"))  # type: ignore[no-untyped-call]  # as matplotlib has it
    return counted


def padded(values: Sequence[float], share: float = 0.06) -> tuple[float, float]:
    """Return limits with some room above and below; a flat line gets some too."""
    low, high = min(values), max(values)
    margin = share * (high - low)
    if margin <= 1e-9 * max(abs(low), abs(high)):
        margin = max(abs(low), abs(high)) * 0.05 or 1.0
    return low - margin, high + margin


def digits(ticks: Sequence[float]) -> int:
    """Return the decimals that tell these ticks apart."""
    step = ticks[1] - ticks[0] if len(ticks) > 1 else abs(ticks[0]) if ticks else 1.0
    exponent = Decimal(f"{step:.6g}").normalize().as_tuple().exponent
    return max(0, -int(exponent))


def number(value: float, decimals: int) -> str:
    """Write a number with thousands separators and a true minus, which no zero has."""
    text = f"{value:,.{decimals}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0.0 else text.replace("-", "−")


def amount(value: float) -> str:
    """Write an amount of money, briefly: millions beyond ten of them, decimals only where they tell something."""
    size = abs(value)
    if size >= 1e7:
        return number(value / 1e6, 1) + " M"
    return number(value, 0 if size >= 1000 else 2 if size >= 1 else 6)


def change(first: float, last: float) -> str:
    """Say what became of an amount: gained or lost how many percent."""
    if first <= 0.0:
        return f"came to {amount(last)}"
    return change_of(last / first - 1.0)


def change_of(fraction: float) -> str:
    """Say a return in words."""
    text = number(abs(100 * fraction), 1)
    if text == "0.0":
        return "ended where it began"
    return f"{'gained' if fraction > 0 else 'lost'} {text} %"


def base_of(symbol: str) -> str:
    """Return the instrument without the currency it is quoted in."""
    return symbol.split("/", maxsplit=1)[0]


def quote_of(symbol: str) -> str:
    """Return the currency that prices and equity are in."""
    return symbol.partition("/")[2].partition(":")[0] or "quote currency"


def apart(wanted: Sequence[float], gap: float, height: float) -> list[float]:
    """Move heights so that neighbours are `gap` apart and all lie within 0 and height, keeping their order."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [min(max(wanted[i], gap / 2), height - gap / 2) for i in order]
    for i in range(1, len(placed)):
        overlap = gap - (placed[i] - placed[i - 1])
        if overlap > 0:
            placed[i - 1] -= overlap / 2
            placed[i] += overlap / 2
    shift = max(0.0, gap / 2 - placed[0]) - max(0.0, placed[-1] - (height - gap / 2)) if placed else 0.0
    found = [0.0] * len(wanted)
    for i, at in zip(order, placed, strict=True):
        found[i] = at + shift
    return found
