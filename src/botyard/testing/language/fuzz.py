"""One case of the language fuzz: refused with a SpecError, or accepted and then it runs, alike in both executors."""

import copy
import random
from dataclasses import dataclass
from typing import Any

import numpy as np

from botyard.errors import SpecError
from botyard.language import compile_spec
from botyard.language.reading.check import Checker
from botyard.language.reading.syntax import parse
from botyard.language.reading.tree import type_of
from botyard.ops.state import new_state
from botyard.records.schema import load_spec
from botyard.testing.compiled import compiled, drive, plain, random_bars
from botyard.testing.language.cases import (
    PARAMETERS,
    SERIES,
    condition,
    garbage,
    mutated,
    mutated_spec,
    number,
)

BARS = random_bars(60, seed=4, unknown=0.02)
KNOWN_BARS = random_bars(400, seed=5)  # machine code stops asking what is known, some bars into these
BATCH = 12  # accepted expressions that are run together

MACHINE: dict[str, Any] = {
    "initial": "flat",
    "states": {"flat": 0, "long": 1},
    "transitions": [
        {"from": "flat", "to": "long", "signal": "enter_long", "when": "close > open"},
        {"from": "long", "to": "flat", "signal": "exit_long", "when": "close < open"},
        {"from": "long", "to": "flat", "signal": "stop", "stop": "entry_price * 0.9"},
    ],
}
SPEC: dict[str, Any] = {
    "name": "fuzz", "timeframe": "5m", "parameters": PARAMETERS, "series": SERIES, "state_machine": MACHINE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """What was made up: an expression or a spec."""

    kind: str
    value: Any


class Fuzz:
    """Makes and tries cases; `counts` says what became of them.

    share_run: of the accepted expressions, which are put into a strategy of their own; share_machine: of what is run,
    which is also run as machine code.
    """

    def __init__(
        self, specs: tuple[dict[str, Any], ...], texts: tuple[str, ...], *, share_run: float, share_machine: float
    ) -> None:
        self.specs = specs
        self.texts = texts
        self.share_run = share_run
        self.share_machine = share_machine
        self.counts: dict[str, int] = {}
        self._batch: list[tuple[str, str]] = []
        self._spec = load_spec(SPEC)

    def make(self, rng: random.Random) -> Made:
        """Make up one case."""
        form = rng.random()
        if form < 0.06:
            return Made("spec", mutated_spec(rng, rng.choice(self.specs), self.texts))
        if form < 0.1:
            return Made("garbage", garbage(rng))
        if form < 0.72:
            return Made("mutated", mutated(rng, rng.choice(self.texts)))
        return Made("random", (number if rng.random() < 0.5 else condition)(rng, rng.randint(1, 3)))

    def try_one(self, made: Made, rng: random.Random) -> None:
        """Try a case.

        Raises: whatever is no SpecError; AssertionError where the executors differ.
        """
        try:
            word = self._try_spec(made.value, rng) if made.kind == "spec" else self._try_text(made.value, rng)
        except SpecError as e:
            if not e.message or (e.column is not None and not 0 <= e.column <= len(e.source)):
                raise AssertionError(f"a message without words or place: {e!r}") from e
            word = "refused"
        key = f"{made.kind} {word}"
        self.counts[key] = self.counts.get(key, 0) + 1

    def flush(self, rng: random.Random) -> None:
        """Run the accepted expressions that are still waiting."""
        if not self._batch:
            return
        names = {f"s{place}": text for place, (text, _) in enumerate(self._batch)}
        terms = [
            f"(1 if s{place} else 0)" if kind == "boolean" else f"s{place}"
            for place, (_, kind) in enumerate(self._batch)
        ]
        self._batch = []
        spec = {**SPEC, "series": {**SERIES, **names}, "sizing": {"type": "quote", "amount": " + ".join(terms)}}
        self._run(spec, rng)

    def _try_text(self, text: str, rng: random.Random) -> str:
        checker = Checker(self._spec, 5)
        expression = parse(text, "fuzz")
        kind = type_of(checker.tree(expression, expression.root))
        if "initial_stop" in text or rng.random() < self.share_run:
            self._run(self._around(text, kind, rng), rng)
        else:
            self._batch.append((text, kind))
            if len(self._batch) == BATCH:
                try:
                    self.flush(rng)
                except SpecError as e:
                    if "64 KB" not in e.message and "make it simpler" not in e.message:  # too large together
                        raise AssertionError(f"accepted alone, refused together: {e}") from e
        return "accepted"

    def _around(self, text: str, kind: str, rng: random.Random) -> dict[str, Any]:
        spec = copy.deepcopy(SPEC)
        moves = spec["state_machine"]["transitions"]
        if kind == "boolean":
            moves[rng.randrange(2)]["when"] = text
        else:
            way = rng.choice(("stop", "limit"))
            if rng.random() < 0.3:
                spec["series"]["again"] = f"nz(again[1], 0) / 2 + ({text})"
                text = "again"
            more = {"from": "long", "to": "flat", "signal": "stop", way: text}
            moves.append(more | ({"ratchet": True} if way == "stop" and rng.random() < 0.5 else {}))
        return spec

    def _try_spec(self, data: Any, rng: random.Random) -> str:
        self._run(data, rng)
        return "accepted"

    def _run(self, data: Any, rng: random.Random) -> None:
        source = compile_spec(load_spec(data)).source
        module = plain(source)
        p = list(module["DEFAULTS"]) or [0.0]
        s = new_state(module["STATE_SIZE"], module["ORDER_SLOTS"], module["UNKNOWN"], module["INITIAL"])
        start = list(s)
        drive(module, s, p, BARS)
        self.counts["run"] = self.counts.get("run", 0) + 1
        if rng.random() < self.share_machine:
            native = compiled(source)
            for bars in (BARS, KNOWN_BARS):
                one, other = list(start), np.array(start)
                assert drive(native, other, np.array(p), bars) == drive(module, one, p, bars)
                np.testing.assert_array_equal(other, np.array(one))
            self.counts["run as machine code"] = self.counts.get("run as machine code", 0) + 1
