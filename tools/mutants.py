"""Plant each bug of the catalogue in a copy of the tree and look whether its test notices: `make mutants`.

A mutant is caught when its test passes on the tree as it is and fails with the bug in it. What was found is kept in
.cache/mutants.json by the bytes it depends on, so that an interrupted run goes on, and in tests/mutants/caught.json
for the pages. Exit code 1 when one survives.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

ROOT = Path(__file__).parents[1]
PLANTED = ROOT / "tests" / "mutants" / "planted.toml"
CAUGHT = ROOT / "tests" / "mutants" / "caught.json"
KEPT = ROOT / ".cache" / "mutants.json"
WORKERS = 2
PATIENCE_SECONDS = 300.0
PASSED, FAILED = 0, 1  # pytest's exit codes; any other one means that nothing was tried


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted bug."""

    bug: int
    file: str
    changes: tuple[tuple[str, str], ...]
    test: str  # below tests/
    keyword: str = ""

    @property
    def key(self) -> str:
        """What the answer depends on: the bug, the file it is in and the test."""
        test = ROOT / "tests" / self.test.split("::")[0]
        parts = (repr(self), (ROOT / self.file).read_text(), test.read_text())
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def planted() -> list[Mutant]:
    """Read all mutants."""
    rows = tomllib.loads(PLANTED.read_text(encoding="utf-8"))["mutant"]
    return [Mutant(**{**row, "changes": tuple((old, new) for old, new in row["changes"])}) for row in rows]


def apply(mutant: Mutant, text: str) -> str:
    """Plant the bug. Raises: ValueError when the file is not what the mutant was written for."""
    for old, new in mutant.changes:
        if text.count(old) != 1:
            raise ValueError(f"bug {mutant.bug}: {old!r} occurs {text.count(old)} times in {mutant.file}, not once")
        text = text.replace(old, new)
    return text


def main() -> int:
    """Run them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bugs", nargs="*", type=int, help="only these entries")
    parser.add_argument("--again", action="store_true", help="forget what an earlier run found")
    arguments = parser.parse_args()
    wanted = [m for m in planted() if not arguments.bugs or m.bug in arguments.bugs]
    known: dict[str, str] = {} if arguments.again else _load(KEPT)
    began = time.monotonic()
    keys = {m.bug: m.key for m in wanted}  # as the copies are: what changes meanwhile was not tried
    todo = [m for m in wanted if keys[m.bug] not in known]
    print(f"{len(wanted)} planted bugs, {len(wanted) - len(todo)} known from before", flush=True)
    with tempfile.TemporaryDirectory(prefix="botyard-mutants-") as folder:
        copies: Queue[Path] = Queue()
        for number in range(WORKERS if todo else 0):
            copies.put(_copy(Path(folder) / str(number)))
        with ThreadPoolExecutor(WORKERS) as pool:
            try:
                for mutant, said, seconds in pool.map(lambda m: _try(m, copies), todo):
                    print(f"  bug {mutant.bug:>2}  {said:<9} {seconds:5.1f} s  {mutant.test}", flush=True)
                    if said in ("caught", "survived"):
                        known[keys[mutant.bug]] = said
                        _save(KEPT, known)
            except KeyboardInterrupt:
                pool.shutdown(cancel_futures=True)
                print("interrupted; make mutants goes on from here", file=sys.stderr)
                return 130
    caught = {m.bug for m in wanted if known.get(keys[m.bug]) == "caught"}
    return _report(wanted, caught, time.monotonic() - began)


def _report(wanted: list[Mutant], caught: set[int], seconds: float) -> int:
    others = [m.bug for m in wanted if m.bug not in caught]
    print(f"caught {len(caught)} / {len(wanted)} in {seconds:.0f} s" + (f"; not caught: {others}" if others else ""))
    kept = {int(bug) for bug in _load(CAUGHT).get("caught", [])} - {m.bug for m in wanted}
    _save(CAUGHT, {"planted": len(planted()), "caught": sorted(kept | caught)})
    return 1 if others else 0


def _try(mutant: Mutant, copies: "Queue[Path]") -> tuple[Mutant, str, float]:
    tree = copies.get()
    began = time.monotonic()
    place = tree / mutant.file
    clean = place.read_text(encoding="utf-8")
    try:
        if _test(tree, mutant) != PASSED:
            return mutant, "no guard", time.monotonic() - began  # it fails without the bug, too
        place.write_text(apply(mutant, clean), encoding="utf-8")
        code = _test(tree, mutant)
    finally:
        place.write_text(clean, encoding="utf-8")
        copies.put(tree)
    said = {PASSED: "survived", FAILED: "caught"}.get(code, f"code {code}")
    return mutant, said, time.monotonic() - began


def _test(tree: Path, mutant: Mutant) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider"]
    command += [str(tree / "tests" / mutant.test)] + (["-k", mutant.keyword] if mutant.keyword else [])
    environment = os.environ | {
        "PYTHONPATH": str(tree / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",  # a source that is patched within a second must not find its old code
        "BOTYARD_TEST_MARKET": os.environ.get("BOTYARD_TEST_MARKET", str(ROOT.parent / "shared" / "market")),
    }
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return FAILED  # a bug that never ends is noticed
    return done.returncode


def _copy(tree: Path) -> Path:
    for name in _files():
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return tree


def _files() -> Iterable[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def _load(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _save(path: Path, data: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(data) + "\n", encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
