"""Names in emitted code: the spec's own where they are free, and short ones for what has no name."""

import keyword
import re
from collections.abc import Iterable

from botyard.language.reading.tree import (
    Arithmetic,
    AtEntry,
    Call,
    Input,
    Number,
    OnTimeframe,
    Parameter,
    Sampled,
    Series,
    Tree,
    Window,
)
from botyard.ops import state

ARGUMENTS = (
    "s", "p", "minutes", "open", "high", "low", "close", "volume", "transition", "exposure", "price", "level", "state",
    "before", "opened", "on_bar", "arm", "on_fill", "warm_up", "allowed", "nan", "inf", "float", "int", "max", "min", "abs",
    "NAME", "TIMEFRAME", "TIMEZONE", "PARAMETERS", "DEFAULTS", "STATES", "INITIAL", "TRANSITIONS", "TARGETS", "SIZING",
    "MAX_LEVERAGE", "MAX_QUOTE", "LIMITS", "ORDER_SLOTS", "STATE_SIZE", "UNKNOWN",
)  # fmt: skip
HEADER = tuple(name for name in vars(state) if name.isupper())


class Names:
    """Hands out names that are still free."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self._taken = {*ARGUMENTS, *HEADER, *keyword.kwlist, *reserved}

    def take(self, wanted: str) -> str:
        """Take a name: as wanted, else with an underscore or a number after it."""
        name = wanted
        if name in self._taken:
            name = f"{wanted}_"
        count = 2
        while name in self._taken:
            name = f"{wanted}_{count}"
            count += 1
        self._taken.add(name)
        return name


def suggest(tree: Tree) -> str:
    """Suggest a name for something that the spec does not name: ema_close_12."""
    words = _words(tree)
    name = re.sub(r"[^a-z0-9_]+", "", "_".join(words).lower()).strip("_")
    if not name or not name[0].isalpha():
        name = f"x_{name}" if name else "x"
    return name if len(name) <= 40 else next((word for word in words if word[0].isalpha()), "x")


def _words(tree: Tree) -> list[str]:
    match tree:
        case Series(name=name) | Parameter(name=name) | Input(name=name):
            return [name]
        case Window(name=name, default=default):
            return [name or str(default)]
        case Number(value=value):
            return [f"{value:g}".replace(".", "_").replace("-", "minus_")]
        case Call(function="lag", arguments=(operand, Window(name="", default=1))):
            return [*_words(operand), "before"]
        case Call(function="crosses_above" | "crosses_below" | "crosses" as function, arguments=(left, right)):
            return [*_words(left), function, *_words(right)]
        case Call(function=function, arguments=arguments):
            return [function, *(word for part in arguments for word in _words(part))]
        case OnTimeframe(timeframe=timeframe, operand=operand):
            return [*_words(operand), timeframe if timeframe != "1M" else "month"]
        case Sampled(operand=operand):
            return [*_words(operand), "sampled"]
        case AtEntry(operand=operand):
            return [*_words(operand), "at_entry"]
        case Arithmetic(left=left, right=right):
            return [*_words(left), *_words(right)]
        case _:
            return ["x"]
