"""The contract tests of a bundle: run on the unpacked zip, in a fresh interpreter that sees nothing else.

1. Unpack into a temporary folder; start `python -I -S` there with an empty environment.
2. Replay the golden bars (golden.py) and compare each bar's decisions with the engine's, bit for bit.
3. Start once more, from the states saved in the middle of each segment: the rest must come out the same.

A strategy that a model wrote replays in the cage (cage/child.py); where there is none, every test of it fails.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from botyard.cage.child import ChildLimits, run_caged
from botyard.errors import InvariantError
from botyard.language import CompiledStrategy
from botyard.records import codec
from botyard.records.deployment import BundleSettings, ContractReport, ContractTest
from botyard.stages.deployer.bundle import bundle_hash, unzip_files
from botyard.stages.deployer.golden import ENOUGH_FIRINGS, FEWEST_BARS, Golden, Segment
from botyard.stages.deployer.golden_file import pack_bars, unframe, unpack_rows

MOST_STATE_BYTES = 65_536
SECONDS = 300.0  # for one replay; a bundle that takes longer hangs

SIGNALS, TARGETS, ORDERS = slice(0, 1), slice(1, 2), slice(2, None)  # columns of a row

Rows = list[NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class _Replay:
    """What one interpreter said; `error` tells why it said nothing."""

    rows: Rows
    report: dict[str, object]
    error: str = ""


def run_contract_tests(
    bundle: bytes, compiled: CompiledStrategy, golden: Golden, *, code_hash: str = "", is_caged: bool = False
) -> ContractReport:
    """Run all contract tests and return what each said; nothing is raised for a bad bundle.

    code_hash: of the code that is to be in it, where that is not the generator's. is_caged: a model wrote that code.
    """
    replay = _replay_caged if is_caged else _replay
    files = unzip_files(bundle)
    with tempfile.TemporaryDirectory(prefix="botyard-contract-") as name:
        folder = Path(name)
        for path, data in files.items():
            place = folder / "bundle" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        (folder / "bars").write_bytes(pack_bars([(s.bars, s.trade_from) for s in golden.segments]))
        whole = replay("whole", folder, [len(s.bars) for s in golden.segments], golden.width)
        rest = replay("rest", folder, [len(s.bars) - len(s.bars) // 2 for s in golden.segments], golden.width)
    labels = golden.labels
    tests = [
        _identity(files, compiled, code_hash or compiled.code_hash),
        _isolation(whole),
        _same("signals", "signal", whole, golden, SIGNALS),
        _same("targets", "target", whole, golden, TARGETS),
        _same("resting orders", "resting orders", whole, golden, ORDERS),
        _same("restart", "decision after a restart", rest, golden, slice(0, None)),
        _state_size(whole),
        _golden_bars(golden),
        _coverage(golden),
    ]
    return ContractReport(
        bundle_hash=bundle_hash(bundle),
        bars=golden.n_bars,
        fired=dict(zip(labels, golden.fired, strict=True)),
        tests=tuple(tests),
    )


def _replay(part: str, folder: Path, lengths: list[int], width: int) -> _Replay:
    rows = folder / f"{part}.rows"
    command = [sys.executable, "-I", "-S", "bundle", "contract", part, "bars", rows.name, "states"]
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter on files written here
            command, cwd=folder, env={}, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return _Replay([], {}, f"the bundle did not finish within {SECONDS:.0f} s")
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message"]
        return _Replay([], {}, f"the bundle ended with code {done.returncode}: {lines[-1]}")
    try:
        return _Replay(unpack_rows(rows.read_bytes(), lengths, width), json.loads(done.stdout))
    except (OSError, ValueError, InvariantError) as e:
        return _Replay([], {}, f"the bundle's answer cannot be read: {e}")


def _replay_caged(part: str, folder: Path, lengths: list[int], width: int) -> _Replay:
    states = folder / "states"
    answer = run_caged(
        folder / "bundle", ["contract", part, str(folder / "bars"), "-", str(states)], ChildLimits(seconds=SECONDS)
    )
    if answer.error:
        return _Replay([], {}, f"the bundle in the cage: {answer.error}")
    try:
        rows, saved, report = unframe(answer.output)
        if part == "whole":
            states.write_bytes(saved)
        return _Replay(unpack_rows(rows, lengths, width), json.loads(report))
    except (OSError, ValueError, InvariantError) as e:
        return _Replay([], {}, f"the bundle's answer cannot be read: {e}")


def _identity(files: dict[str, bytes], compiled: CompiledStrategy, code_hash: str) -> ContractTest:
    settings = codec.load(BundleSettings, files["bot.json"])
    shipped = hashlib.sha256(files["strategy.py"]).hexdigest()
    for what, found, wanted in (
        ("strategy.py's hash", shipped, settings.code_hash),
        ("the code hash", settings.code_hash, code_hash),
        ("the spec hash", settings.spec_hash, compiled.spec_hash),
    ):
        if found != wanted:
            return ContractTest("code hash", passed=False, text=f"{what} is {found[:12]}…, not {wanted[:12]}…")
    return ContractTest("code hash", passed=True, text=f"code {shipped[:12]}, spec {settings.spec_hash[:12]}")


def _isolation(replay: _Replay) -> ContractTest:
    if replay.error:
        return ContractTest("isolation", passed=False, text=replay.error)
    broken, foreign = replay.report["broken"], replay.report["foreign"]
    if broken or foreign:
        text = f"modules that cannot be imported: {broken or 'none'}; modules from elsewhere: {foreign or 'none'}"
        return ContractTest("isolation", passed=False, text=text)
    return ContractTest("isolation", passed=True, text="every module loads with the standard library alone")


def _same(name: str, what: str, replay: _Replay, golden: Golden, columns: slice) -> ContractTest:
    if replay.error:
        return ContractTest(name, passed=False, text=replay.error)
    for segment, got in zip(golden.segments, replay.rows, strict=True):
        skipped = len(segment.bars) - len(got)
        at = first_difference(segment.rows[skipped:, columns], got[:, columns])
        if at is not None:
            expected = golden.words(segment.rows[skipped + at])
            text = f"{_place(segment, skipped + at)}: expected {what} {expected}, got {golden.words(got[at])}"
            return ContractTest(name, passed=False, text=text)
    n = sum(len(rows) for rows in replay.rows)
    return ContractTest(name, passed=True, text=f"{n} bars equal the engine's, bit for bit")


def first_difference(expected: NDArray[np.float64], got: NDArray[np.float64]) -> int | None:
    """Row of the first value whose bits differ; one NaN is as good as another."""
    same = np.ascontiguousarray(expected).view(np.int64) == np.ascontiguousarray(got).view(np.int64)
    same |= np.isnan(expected) & np.isnan(got)
    rows = np.flatnonzero(~same.all(axis=1))
    return int(rows[0]) if len(rows) else None


def _place(segment: Segment, row: int) -> str:
    when = datetime.fromtimestamp(int(segment.bars.open_ms[row]) / 1000, UTC).strftime("%Y-%m-%d %H:%M")
    return f"bar of {when} UTC ({segment.kind} bars, {row + 1} of {len(segment.bars)})"


def _state_size(replay: _Replay) -> ContractTest:
    size = replay.report.get("state_bytes")
    if not isinstance(size, int):
        return ContractTest("state size", passed=False, text=replay.error or "the bundle did not tell")
    return ContractTest("state size", passed=size <= MOST_STATE_BYTES, text=f"{size} of {MOST_STATE_BYTES} bytes")


def _golden_bars(golden: Golden) -> ContractTest:
    real = sum(len(s.bars) for s in golden.segments if s.kind == "real")
    text = f"{real} real and {golden.n_bars - real} made-up bars; at least {FEWEST_BARS} are wanted"
    return ContractTest("golden bars", passed=golden.n_bars >= FEWEST_BARS, text=text)


def _coverage(golden: Golden) -> ContractTest:
    counts = dict(zip(golden.labels, golden.fired, strict=True))
    idle = {label: n for label, n in counts.items() if n < ENOUGH_FIRINGS}
    if idle:
        named = ", ".join(f"{label} ({n} of {ENOUGH_FIRINGS})" for label, n in idle.items())
        text = f"not exercised, so not proven: {named}, on the real bars and {golden.tried} made-up paths"
        return ContractTest("coverage", passed=False, text=text)
    named = ", ".join(f"{label} {n}" for label, n in counts.items())
    return ContractTest("coverage", passed=True, text=f"times fired: {named}")
