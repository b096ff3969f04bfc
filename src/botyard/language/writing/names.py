"""Names in emitted code: the spec's own words for what it names, and short ones for what has no name."""

import keyword
import re
from collections.abc import Callable, Iterable

from botyard.language.catalog import FUNCTIONS
from botyard.language.reading.tree import (
    AtEntry,
    Call,
    Comparison,
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

ARGUMENTS = ("s", "p", "minutes", "open", "high", "low", "close", "volume")
FUNCTION_NAMES = ("warm_up", "on_bar", "arm", "on_fill")
BUILTINS = ("nan", "inf", "float", "int", "max", "min", "abs")
HELPERS = {"state": "present_state", "level": "order_level"}  # and what they are called where the spec has the word
TABLES = (
    "NAME", "TIMEFRAME", "TIMEZONE", "PARAMETERS", "DEFAULTS", "STATES", "INITIAL", "TRANSITIONS", "TARGETS", "SIZING",
    "MAX_LEVERAGE", "MAX_QUOTE", "LIMITS", "ORDER_SLOTS", "STATE_SIZE", "UNKNOWN",
)  # fmt: skip
HEADER = tuple(name for name in vars(state) if name.isupper())
LONGEST = 44  # characters of a name that is put together; longer ones are numbered

COMPARED = {">": "above", "<": "below", ">=": "at_least", "<=": "at_most", "==": "is"}  # in made-up names

_SPOKEN_FOR = {*ARGUMENTS, *FUNCTION_NAMES, *BUILTINS, *TABLES, *HEADER, *keyword.kwlist}


class Names:
    """Hands out names that are still free."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self._taken = set(reserved)

    def take(self, wanted: str, instead: str = "") -> str:
        """Take a name: as wanted, else the other one, else with a number after it."""
        name = wanted if wanted not in self._taken or not instead else instead
        stem, count = name, 2
        while name in self._taken:
            name = f"{stem}_{count}"
            count += 1
        self._taken.add(name)
        return name


def own_names(spec_names: Iterable[str]) -> dict[str, str]:
    """Give each name of the spec its name in the code: the very same, but for Python's words and what on_bar is handed."""
    return {name: f"{name}_" if name in _SPOKEN_FOR else name for name in spec_names}


def aliases(ops: Iterable[str], own: Iterable[str]) -> dict[str, str]:
    """Rename ops and helpers where the spec has taken the word."""
    taken = set(own)
    renamed = {name: f"{name}_of" for name in ops if name in taken}
    renamed |= {name: instead for name, instead in HELPERS.items() if name in taken}
    names = Names([*taken, *ops, *HELPERS])
    return {name: names.take(alias) for name, alias in renamed.items()}


def local_names(ops: Iterable[str], own: Iterable[str], renamed: Iterable[str], *, in_arm: bool = False) -> Names:
    """Begin the names of one function: what the module and the spec have taken is not free.

    in_arm: bars are not handed to it, so that their words are free.
    """
    taken = {*_SPOKEN_FOR, *HELPERS, *ops, *own, *renamed}
    return Names(taken - set(ARGUMENTS[2:]) if in_arm else taken)


def constant_names(own: Iterable[str]) -> Names:
    """Begin the names at the head of the module."""
    return Names([*TABLES, *HEADER, *own])


def suggest(tree: Tree, known: Callable[[Tree], str | None]) -> str | None:
    """Suggest a name for something that the spec does not name: ema_close_12; None where it would not be one.

    known: what a part of it is called already.
    """
    try:
        words = _words(tree, known)
    except _UnsayableError:
        return None
    name = re.sub(r"[^a-z0-9_]+", "", "_".join(words).lower()).strip("_")
    return name if name and name[0].isalpha() and len(name) <= LONGEST else None


class _UnsayableError(Exception):
    pass


def _words(tree: Tree, known: Callable[[Tree], str | None]) -> list[str]:
    name = known(tree)
    if name is not None:
        return [name]
    match tree:
        case Series(name=name) | Parameter(name=name) | Input(name=name):
            return [name]
        case Window(name=name, default=default):
            return [name or str(default)]
        case Number(value=value):
            return [f"{value:g}".replace(".", "_").replace("-", "minus_")]
        case Call(function="lag", arguments=(operand, window)):
            return [*_words(operand, known), *_words(window, known), "ago"]
        case Call(function="crosses_above" | "crosses_below" | "crosses" as function, arguments=(left, right)):
            return [*_words(left, known), function, *_words(right, known)]
        case Call():
            return _words_of_call(tree, known)
        case Comparison(operators=(operator,), operands=(left, right)) if operator in COMPARED:
            return [*_words(left, known), COMPARED[operator], *_words(right, known)]
        case OnTimeframe(timeframe=timeframe, operand=operand):
            return [*_words(operand, known), suffix_of(timeframe)]
        case Sampled(operand=operand):
            return [*_words(operand, known), "sampled"]
        case AtEntry(operand=operand):
            return [*_words(operand, known), "at_entry"]
        case _:
            raise _UnsayableError


def _words_of_call(tree: Call, known: Callable[[Tree], str | None]) -> list[str]:
    arguments = FUNCTIONS[tree.function].arguments if tree.function in FUNCTIONS else ()
    name, words = tree.function, []
    times = [part for part, known_as in zip(tree.arguments, arguments, strict=False) if known_as.kind == "time"]
    if [clock(part) for part in times] == ["00:00", "24:00"] and "session" in name:
        name = name.replace("session", "day")
        times = []
    elif times:
        words = [clock(part).replace(":", "") for part in times]
    for place, part in enumerate(tree.arguments):
        argument = arguments[place] if place < len(arguments) else None
        if argument is None or argument.kind != "time":
            is_usual = argument is not None and argument.default is not None and _is_literal(part, argument.default)
            words += [] if is_usual else _words(part, known)
    return [name.removeprefix("is_"), *words]


def _is_literal(tree: Tree, text: str) -> bool:
    match tree:
        case Window(name="", default=value) | Number(value=value):
            return f"{value:g}" == text
        case _:
            return False


def clock(tree: Tree) -> str:
    """Write minutes of the day as 09:30."""
    minutes = int(tree.value) if isinstance(tree, Number) else 0
    return f"{minutes // 60:02}:{minutes % 60:02}"


def suffix_of(timeframe: str) -> str:
    """Say a longer timeframe at the end of a name."""
    return timeframe if timeframe != "1M" else "month"
