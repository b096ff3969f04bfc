"""Numbers of the idea as parameters: a name, a default, and a range to search.

A number that the idea states is searched from half to twice its value; one that it leaves open over all that is usual.
"""

import math
from dataclasses import dataclass, field

from botyard.records.spec import Parameter

OPEN_WINDOWS: dict[str, tuple[int, int]] = {
    "fast": (4, 150), "mid": (10, 300), "slow": (20, 600),
    "rsi_length": (5, 40), "atr_length": (7, 40), "adx_length": (7, 40), "di_length": (7, 40), "cci_length": (10, 60),
    "mfi_length": (5, 40), "williams_length": (5, 40), "stoch_length": (5, 40), "stoch_smooth": (2, 8), "stoch_signal": (2, 8),
    "macd_fast": (5, 40), "macd_slow": (15, 120), "macd_smooth": (4, 30), "roc_length": (3, 200), "zscore_length": (10, 200),
    "band_length": (10, 100), "channel_length": (10, 200), "trend_length": (7, 40),
}  # fmt: skip
"""Where a length that the idea leaves open is searched."""
OTHER_WINDOWS = (5, 400)
OPEN_NUMBERS: dict[str, tuple[float, float, float]] = {
    "band_width": (1.0, 4.0, 0.1), "channel_width": (1.0, 4.0, 0.1), "trend_width": (1.0, 8.0, 0.25),
    "sar_step": (0.005, 0.05, 0.005), "sar_most": (0.05, 0.5, 0.05),
}  # fmt: skip
"""Low, high and step of other numbers that are left open."""
MULTIPLES = (1.0, 8.0, 0.25)
_SCALES = {"rsi": 0.0, "stoch": 0.0, "mfi": 0.0, "williams": -100.0}
"""Oscillators of a hundred points: where their scale begins."""
_STRENGTHS = ("adx", "di")


@dataclass
class Parameters:
    """The parameters of one spec; the same use of the same value is one parameter."""

    left_open: set[str] = field(default_factory=set)
    made: dict[str, Parameter] = field(default_factory=dict)
    _by_use: dict[tuple[str, str, float], str] = field(default_factory=dict)

    def window(self, use: str, wanted: str, value: float, *, is_open: bool = False) -> str:
        """Name of a length in bars."""
        is_open = is_open or wanted in self.left_open
        return self._name(use, wanted, value, _open_window(wanted, int(value)) if is_open else _window(int(value)))

    def number(self, use: str, wanted: str, value: float) -> str:
        """Name of a level, a multiple or a percentage; 0 stays a plain 0."""
        if value == 0:
            return "0"
        return self._name(use, wanted, value, _number(wanted, value, is_open=wanted in self.left_open))

    def rename(self, old: str, new: str) -> None:
        """Give a parameter another name, in its place."""
        self.made = {(new if k == old else k): v for k, v in self.made.items()}

    def _name(self, use: str, wanted: str, value: float, parameter: Parameter) -> str:
        key = (use, wanted, value)
        if key not in self._by_use:
            name, count = wanted, 1
            while name in self.made:
                count += 1
                name = f"{wanted}_{count}"
            self.made[name] = parameter
            self._by_use[key] = name
        return self._by_use[key]


def _window(value: int) -> Parameter:
    low = 1 if value == 1 else max(2, math.ceil(value / 2))
    return Parameter("int", value, low, max(2 * value, value + 2), log=True)


def _open_window(name: str, value: int) -> Parameter:
    low, high = OPEN_WINDOWS.get(name, OTHER_WINDOWS)
    return Parameter("int", value, min(low, value), max(high, value), log=True)


def _number(name: str, value: float, *, is_open: bool) -> Parameter:
    kind = name.partition("_")[0]
    is_level = "_above" in name or "_below" in name
    if is_level and kind in _SCALES:
        start = _SCALES[kind]
        low, high = _side_of_fifty(value - start)
        return _float(value, low + start, high + start, 1.0)
    if is_level and kind in _STRENGTHS:
        return _float(value, min(value, max(5.0, value / 2)), max(value, min(60.0, value * 2)), 1.0)
    if is_open and name in OPEN_NUMBERS:
        return _float(value, *OPEN_NUMBERS[name])
    if is_open and name.endswith("_atr"):
        return _float(value, *MULTIPLES)
    low, high = sorted((value / 2, value * 2))
    if name.endswith("_pct"):
        high = max(value, min(high, 90.0))
    return _float(value, low, high, _nice(abs(value) / 20))


def _side_of_fifty(level: float) -> tuple[float, float]:
    """Give the range of a level on a scale of 0 to 100: within 5..95, and on its side of 50."""
    if level == 50:
        return 35.0, 65.0
    if level > 50:
        low, high = _side_of_fifty(100 - level)
        return 100 - high, 100 - low
    return min(level, max(5.0, level / 2)), max(level, min(50.0, level * 2))


def _float(value: float, low: float, high: float, step: float) -> Parameter:
    """Give a range whose ends and default lie on the grid of the step."""
    while abs(value / step - round(value / step)) > 1e-9 and step > 1e-6:
        step = _nice(step * 0.99)
    low = min(math.ceil(low / step - 1e-9), round(value / step)) * step
    high = max(math.floor(high / step + 1e-9), round(value / step)) * step
    return Parameter("float", float(value), round(low, 10), round(high, 10), step=round(step, 10))


def _nice(size: float) -> float:
    """Give the largest of 1, 2, 5 times a power of ten that is not above the size."""
    power = 10.0 ** math.floor(math.log10(size))
    return round(next(n for n in (5, 2, 1) if n * power <= size * (1 + 1e-12)) * power, 12)
