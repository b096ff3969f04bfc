"""Throw random and mutated expressions and specs at the language: `python tools/fuzz_language.py --cases 1000000`.

Each is refused with a SpecError, or accepted: then it compiles, runs on bars without an exception, and a sample of
what runs does the same as machine code. Anything else is a failure, written down with its case. The figures are kept
in a file beside: the same command goes on where it stopped.
"""

import argparse
import json
import random
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botyard.testing.language.cases import corpus
from botyard.testing.language.fuzz import Fuzz

ROOT = Path(__file__).parents[1]
SAVE_EVERY = 2000
SECONDS = 5.0  # of CPU, for one case


class TookTooLong(BaseException):
    """A case that does not end: no handler of ordinary errors may swallow it."""


def main() -> int:
    """Run, save, report; 1 when something failed."""
    options = _options()
    state = _load(options.state, options.seed)
    specs, texts = corpus(ROOT / "tests" / "golden" / "specs")
    fuzz = Fuzz(specs, texts, share_run=0.02, share_machine=options.machine)
    fuzz.counts.update(state["counts"])
    state["counts"] = fuzz.counts
    said = time.monotonic()
    while state["done"] < options.cases:
        index = state["done"]
        _one(fuzz, index, state)
        state["done"] += 1
        if state["done"] % SAVE_EVERY == 0 or state["done"] == options.cases:
            _save(options.state, state)
            if time.monotonic() - said > 10:
                said = time.monotonic()
                print(_line(state, options.cases), flush=True)
    print(_line(state, options.cases))
    print(json.dumps(dict(sorted(fuzz.counts.items())), indent=1))
    return 1 if state["failures"] else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--state", type=Path, default=Path("fuzz_language.json"), help="figures and failures")
    parser.add_argument(
        "--machine", type=float, default=0.002, help="share of what runs that also runs as machine code"
    )
    return parser.parse_args()


def _one(fuzz: Fuzz, index: int, state: dict[str, Any]) -> None:
    rng = random.Random(f"{state['seed']} {index}")
    made = fuzz.make(rng)
    before = time.process_time()
    try:
        with _limit(SECONDS):
            fuzz.try_one(made, rng)
    except (Exception, TookTooLong) as e:  # noqa: BLE001 -- whatever it is, it is what is looked for
        state["failures"].append(
            {"index": index, "kind": made.kind, "value": repr(made.value)[:3000], "error": repr(e)[:500],
             "where": traceback.format_exc()[-1500:]}
        )  # fmt: skip
    spent = time.process_time() - before
    state["cpu_seconds"] += spent
    state["slowest"] = max(state["slowest"], spent)


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise TookTooLong

    signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)


def _load(path: Path, seed: str) -> dict[str, Any]:
    if path.exists():
        state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if state["seed"] == seed:
            return state
        sys.exit(f"{path} holds the figures of seed {state['seed']}; give another --state")
    return {"seed": seed, "done": 0, "cpu_seconds": 0.0, "slowest": 0.0, "counts": {}, "failures": []}


def _save(path: Path, state: dict[str, Any]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(state, indent=1), encoding="utf-8")
    fresh.replace(path)


def _line(state: dict[str, Any], cases: int) -> str:
    return (
        f"{state['done']:,} of {cases:,} cases, {len(state['failures'])} failures, "
        f"{state['cpu_seconds']:.0f} s of CPU, slowest {state['slowest']:.2f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
