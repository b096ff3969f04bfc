"""Random and mutated expressions and specs: what a person, a program or a slip of the hand might write."""

import copy
import json
import random
import re
from pathlib import Path
from typing import Any

from botyard.language.catalog import (
    ACCOUNT_INPUTS,
    BAR_INPUTS,
    CLOCK_INPUTS,
    DERIVED_INPUTS,
    FUNCTIONS,
    POSITION_INPUTS,
)
from botyard.testing.specs import EMA_CROSS

PARAMETERS: dict[str, Any] = {
    "n": {"type": "int", "default": 5, "low": 1, "high": 9},
    "x": {"type": "float", "default": 1.5, "low": 0.5, "high": 3.0},
    "loud": {"type": "bool", "default": True},
}
SERIES = {"fast": "ema(close, n)", "up": "close > open", "gain": "close / entry_price - 1"}
INPUTS = (*BAR_INPUTS, *CLOCK_INPUTS, *DERIVED_INPUTS, *POSITION_INPUTS, *ACCOUNT_INPUTS)
NAMES = (*INPUTS, *PARAMETERS, *SERIES)
NUMBERS = ("0", "1", "2", "14", "0.5", "-1", "100", "1e9", "1e-9", "3.7", "0.0", "200")
TIMES = ('"00:00"', '"09:30"', '"16:00"', '"24:00"')
FRAMES = ('"15m"', '"1h"', '"1d"', '"1w"', '"1M"')
OPERATORS = ("+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "and", "or")
ODD = (
    "**", "//", "&", "|", "=", "not", "if", "else", "(", ")", "[", "]", "[1]", "[-1]", ",", ".", "..", ":", ";", "#", "'", '"', "\\",
    "@", "~", "!", "$", "?", "lambda", "is", "in", "None", "True", "self", "__import__", "{", "}", "é", "\t", "0x", "1_0", "1e999",
    "f''", "*", "nan", "inf", 'bars("3h")', 'on("1h", close)', "at_entry(close)", "round(close)", "close.x",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 0.5, 1e308, float("nan"), float("inf"), 10**30, "", " ", "flat", "long", "close", "close > open",
    "x" * 600, [], {}, ["long"], ["long", "long"], {"a": 1}, [[[]]], "stop", "enter_short", "5m", "1d", "\u0000", "é",
)  # fmt: skip
_TOKEN = re.compile(r'"[^"]*"|[A-Za-z_]\w*|\d+\.?\d*|\s+|<=|>=|==|!=|.', re.DOTALL)


def number(rng: random.Random, depth: int) -> str:
    """Make up a number, well formed most of the time."""
    form = rng.random()
    if depth <= 0 or form < 0.2:
        return rng.choice(NAMES) if rng.random() < 0.7 else rng.choice(NUMBERS)
    if form < 0.4:
        return f"({number(rng, depth - 1)} {rng.choice('+-*/%')} {number(rng, depth - 1)})"
    if form < 0.47:
        return f"({number(rng, depth - 1)} if {condition(rng, depth - 1)} else {number(rng, depth - 1)})"
    if form < 0.53:
        return f"{rng.choice(INPUTS)}[{rng.choice(('1', '2', 'n', '0', '14'))}]"
    if form < 0.57:
        return f"on({rng.choice(FRAMES)}, {number(rng, depth - 1)})"
    if form < 0.6:
        return f"sampled({condition(rng, depth - 1)}, {number(rng, depth - 1)})"
    if form < 0.63:
        return f"at_entry({number(rng, depth - 1)})"
    return call(rng, depth)


def condition(rng: random.Random, depth: int) -> str:
    """Make up a condition, well formed most of the time."""
    form = rng.random()
    if depth <= 0 or form < 0.1:
        return rng.choice(("up", "loud", "close > open", 'inside("02:00", "09:00")', 'is_new("day")'))
    if form < 0.3:
        return f"({condition(rng, depth - 1)} {rng.choice(('and', 'or'))} {condition(rng, depth - 1)})"
    if form < 0.36:
        return f"not {condition(rng, depth - 1)}"
    if form < 0.5:
        return call(rng, depth)
    return f"{number(rng, depth - 1)} {rng.choice(OPERATORS[5:11])} {number(rng, depth - 1)}"


def call(rng: random.Random, depth: int) -> str:
    """Make up a call of any function of the catalogue."""
    function = FUNCTIONS[rng.choice(_FUNCTION_NAMES)]
    parts = []
    for argument in function.arguments:
        if argument.default is not None and rng.random() < 0.3:
            break
        if argument.kind == "window":
            parts.append(rng.choice(("n", "1", "2", "5", "14", "30")))
        elif argument.kind == "time":
            parts.append(rng.choice(TIMES))
        else:
            parts.append((condition if argument.kind == "boolean" else number)(rng, depth - 1))
    return f"{function.name}({', '.join(parts)})"


_FUNCTION_NAMES = tuple(FUNCTIONS)


def mutated(rng: random.Random, text: str) -> str:
    """Change a text here and there: as a slip, as a misunderstanding, as another language."""
    tokens = _TOKEN.findall(text)
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(tokens) + 1)
        form = rng.random()
        if form < 0.2 and tokens:
            del tokens[place - 1]
        elif form < 0.35:
            tokens.insert(place, f" {rng.choice(ODD)} ")
        elif form < 0.5:
            tokens.insert(place, f" {rng.choice(OPERATORS)} {rng.choice(NAMES)}")
        elif form < 0.75 and tokens:
            tokens[place - 1] = rng.choice((*NAMES, *NUMBERS, *_FUNCTION_NAMES))
        elif form < 0.85 and tokens:
            other = rng.randrange(len(tokens))
            tokens[place - 1], tokens[other] = tokens[other], tokens[place - 1]
        elif form < 0.95 and tokens:
            word = tokens[place - 1]
            at = rng.randrange(len(word) + 1)
            tokens[place - 1] = word[:at] + rng.choice(("", "e", "_", "x", "0")) + word[at + 1 :]
        else:
            tokens = [f"{rng.choice(_FUNCTION_NAMES)}(", *tokens, rng.choice((")", ", 5)", ", n)"))]
    return "".join(tokens)


def garbage(rng: random.Random) -> str:
    """Make up characters."""
    letters = "close()[]<>+-*/%&|!=.,'\"0123456789 andortifels\\{}:@#\n\t\u00e9\u2211\U0001f4c8"
    return "".join(rng.choice(letters) for _ in range(rng.randrange(60)))


def mutated_spec(rng: random.Random, spec: dict[str, Any], texts: tuple[str, ...]) -> dict[str, Any]:
    """Change fields of a spec: values, kinds, names, what is there at all."""
    spec = copy.deepcopy(spec)
    for _ in range(rng.randint(1, 3)):
        parent, key = rng.choice(list(_places(spec)))
        form = rng.random()
        value = parent[key]
        if isinstance(value, str) and form < 0.5:
            parent[key] = rng.choice(texts) if form < 0.2 else mutated(rng, value)
        elif isinstance(value, int | float) and form < 0.5:
            parent[key] = rng.choice((value * 2, -value, value + 1, value / 3, 0, 1, -1, 1e9))
        elif form < 0.65:
            parent[key] = copy.deepcopy(rng.choice(VALUES))
        elif form < 0.8:
            del parent[key]
        elif isinstance(parent, list):
            parent.insert(rng.randrange(len(parent) + 1), copy.deepcopy(value))
        else:
            parent[rng.choice(("x", "flat", "long", "when", "stop", "limit", "if", "ratchet", "to", "n", "fast"))] = (
                value
            )
    return spec


def _places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        found.append((value, key))
        found += _places(value[key])
    return found


def corpus(folder: Path) -> tuple[tuple[dict[str, Any], ...], tuple[str, ...]]:
    """Read specs, and every expression in them and in the catalogue."""
    specs = (EMA_CROSS, *(json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))))
    texts = [function.example for function in FUNCTIONS.values()]
    for spec in specs:
        texts += spec.get("series", {}).values()
        for transition in spec["state_machine"]["transitions"]:
            texts += [transition[way] for way in ("when", "stop", "limit", "if") if transition.get(way)]
    return specs, tuple(dict.fromkeys(texts))
