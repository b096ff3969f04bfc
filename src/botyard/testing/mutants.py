"""Emitted strategies with one decision changed, to prove that somebody notices."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_DECISION = re.compile(r"^\s*(?:decide\(s, (?P<transition>\w+),|enter_state\(s, \w+\)  # (?P<signal>\w+)$)")
_CONDITION = re.compile(r"^(?P<head>\s*(?:el)?if )(?P<condition>.*):$")
_ORDER = re.compile(r"^\s*rest\(s, \d+, \w+, level, (?P<transition>\w+),.*$")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A strategy.py that differs from the emitted one in the decision of one transition."""

    signal: str
    how: str  # "flipped", "dropped", "moved"
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Change one transition at a time: flip its condition or move its level, and drop it."""
    lines = source.splitlines()
    module = _names(source)
    signals = [signal for signal, *_ in module["TRANSITIONS"]]
    for at, line in enumerate(lines):
        condition = _CONDITION.match(lines[at - 1]) if at else None
        order = _ORDER.match(line)
        decision = _DECISION.match(line)
        if condition and decision:
            signal = decision["signal"] or signals[int(module[decision["transition"]])]
            yield Mutant(signal, "flipped", _with(lines, at - 1, _flipped(condition)))
            yield Mutant(signal, "dropped", _with(lines, at, _nothing(line)))
        elif order:
            signal = signals[int(module[order["transition"]])]
            yield Mutant(signal, "moved", _with(lines, at, line.replace(" level,", " level * 1.000001,", 1)))
            yield Mutant(signal, "dropped", _with(lines, at, _nothing(line)))


def _names(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(source, "strategy.py", "exec"), names)  # noqa: S102 -- emitted by our own compiler
    return names


def _with(lines: list[str], at: int, line: str) -> str:
    return "\n".join([*lines[:at], line, *lines[at + 1 :]]) + "\n"


def _nothing(line: str) -> str:
    return line[: len(line) - len(line.lstrip())] + "pass"


def _flipped(match: re.Match[str]) -> str:
    return f"{match['head']}not ({match['condition']}):"
