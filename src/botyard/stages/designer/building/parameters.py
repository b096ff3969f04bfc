"""Numbers of the idea as parameters: a name, the stated value as default, and a range to search."""

import math
from dataclasses import dataclass, field

from botyard.records.spec import Parameter


@dataclass
class Parameters:
    """The parameters of one spec; the same use of the same value is one parameter."""

    made: dict[str, Parameter] = field(default_factory=dict)
    _by_use: dict[tuple[str, str, float], str] = field(default_factory=dict)

    def window(self, use: str, wanted: str, value: float) -> str:
        """Name of a length in bars."""
        return self._name(use, wanted, value, _window(int(value)))

    def number(self, use: str, wanted: str, value: float) -> str:
        """Name of a level, a multiple or a percentage; 0 stays a plain 0."""
        if value == 0:
            return "0"
        return self._name(use, wanted, value, _number(value))

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
    low = max(1 if value < 3 else 2, value // 3)
    high = max(value * 3, 6)
    return Parameter("int", value, low, high, log=high >= 100)


def _number(value: float) -> Parameter:
    size = abs(value)
    low, high = sorted((value - size / 2, value + size / 2))
    step = 10.0 ** (math.floor(math.log10(size)) - 1)
    return Parameter("float", float(value), _round(low, step), _round(high, step))


def _round(value: float, step: float) -> float:
    return round(round(value / step) * step, 10)
