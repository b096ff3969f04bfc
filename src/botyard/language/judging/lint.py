"""What compiles but deserves a word: stops that can widen, absolute prices, names that nothing uses."""

from typing import Literal

from botyard.language.catalog import FUNCTIONS
from botyard.language.reading.machine import Machine, Move
from botyard.language.reading.own import reads_own
from botyard.language.reading.tree import (
    Arithmetic,
    AtEntry,
    Call,
    Choice,
    Comparison,
    Input,
    Negative,
    Number,
    Parameter,
    Series,
    Tree,
    children,
    walk,
)
from botyard.records.spec import Spec

Unit = Literal["price", "plain", "unknown"]

_PRICES = frozenset({
    "open", "high", "low", "close", "entry_price", "first_fill_price", "last_fill_price", "last_exit_price",
    "highest_since_entry", "lowest_since_entry", "highest_close_since_entry", "lowest_close_since_entry",
})  # fmt: skip
_KEEP_UNIT = frozenset({
    "sma", "ema", "rma", "wma", "kama", "hma", "quantile", "highest", "lowest", "lag", "median", "stdev", "sum", "linreg", "slope", "min", "max",
    "abs", "clamp", "floor", "ceil", "nz",
})  # fmt: skip
_GIVE_PRICE = frozenset({
    "atr", "true_range", "supertrend", "psar", "heikin_ashi_open", "vwap", "session_open", "session_high", "session_low", "prev_session_high",
    "prev_session_low", "prev_session_close", "range_high", "range_low",
})  # fmt: skip


def lint(spec: Spec, machine: Machine, trees: list[Tree]) -> tuple[str, ...]:
    """Collect warnings, one sentence each."""
    warnings = [_widening(move) for move in machine.moves if _can_widen(move)]
    used_series = {part.name for tree in trees for part in walk(tree) if isinstance(part, Series)}
    used_names = {part.name for tree in trees for part in walk(tree) if hasattr(part, "name")}
    warnings += [_too_late(move) for move in machine.moves if _is_too_late(machine, move)]
    warnings += [f"series.{name} is used nowhere" for name in spec.series if name not in used_series]
    warnings += [f"parameters.{name} is used nowhere" for name in spec.parameters if name not in used_names]
    if uses_absolute_prices(trees):
        warnings.append(
            "prices are compared with plain numbers: this fits one instrument, and cannot be ranked across others"
        )
    return tuple(warnings)


def uses_absolute_prices(trees: list[Tree]) -> bool:
    """Whether a price is added to or compared with a plain number other than 0."""
    return any(_mixes(part) for tree in trees for part in walk(tree))


def _can_widen(move: Move) -> bool:
    if move.kind != "stop" or move.record.ratchet:
        return False
    protects = any(state.sign and move.buys(state) == (state.sign < 0) for state in move.sources)
    return protects and _reads_changing(move.tree)


def _is_too_late(machine: Machine, move: Move) -> bool:
    """Whether it rests only in states that a resting order leads to, and that are left at the close of that very bar."""
    always = Comparison((">",), (Input("close"), Number(0.0)))
    return move.kind != "when" and all(
        source.sign
        and any(other.kind == "when" and other.tree == always for other in machine.leaving(source))
        and all(other.kind != "when" for other in machine.moves if other.target == source)
        for source in move.sources
    )


def _too_late(move: Move) -> str:
    return (
        f"{move.place}.{move.kind} never works: after a stop or limit entry it rests from the next bar on, and `always` "
        "leaves the state at the close of the entry's bar; what must happen within that bar needs a shorter timeframe"
    )


def _reads_changing(tree: Tree) -> bool:
    if isinstance(tree, AtEntry):
        return False
    if isinstance(tree, Input):
        return not reads_own(tree)
    if isinstance(tree, Call) and tree.function in FUNCTIONS and FUNCTIONS[tree.function].inputs:
        return True
    return any(_reads_changing(child) for child in children(tree))


def _widening(move: Move) -> str:
    return (
        f"{move.place}.stop reads a value that changes while the position is held, so the stop can widen; "
        'write at_entry(...) around it, or set "ratchet": true'
    )


def _mixes(tree: Tree) -> bool:
    match tree:
        case Comparison(operands=operands):
            return _disagree(operands)
        case Arithmetic(operator="+" | "-", left=left, right=right):
            return _disagree((left, right))
        case Call(function="crosses_above" | "crosses_below" | "crosses" | "min" | "max", arguments=arguments):
            return _disagree(arguments)
        case _:
            return False


def _disagree(parts: tuple[Tree, ...]) -> bool:
    units = {unit(part) for part in parts if not (isinstance(part, Number) and part.value == 0.0)}
    return "price" in units and "plain" in units


def unit(tree: Tree) -> Unit:
    """Say whether a number is a price (or a distance of prices), a plain number, or cannot be told."""
    match tree:
        case Number() | Parameter():
            return "plain"
        case Input(name=name):
            return "price" if name in _PRICES else "unknown"
        case Series(definition=inner) | AtEntry(operand=inner) | Negative(operand=inner):
            return unit(inner)
        case Arithmetic(operator=operator, left=left, right=right):
            return _unit_of_arithmetic(operator, unit(left), unit(right))
        case Choice(then=then, otherwise=otherwise):
            units = {unit(then), unit(otherwise)}
            return "price" if "price" in units else "plain" if units == {"plain"} else "unknown"
        case Call(function=name, arguments=arguments):
            if name in _GIVE_PRICE:
                return "price"
            return unit(arguments[0]) if name in _KEEP_UNIT else "unknown"
        case _:
            return "unknown"


def _unit_of_arithmetic(operator: str, a: Unit, b: Unit) -> Unit:
    if operator in "+-":
        return "price" if "price" in (a, b) else a if a == b else "unknown"
    if operator == "*":
        return "price" if {a, b} == {"price", "plain"} else "plain" if a == b == "plain" else "unknown"
    if operator == "/":
        return a if b == "plain" else "unknown"
    return a
