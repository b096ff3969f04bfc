"""Programs: parameters are checked, code is cached by content, and a broken cache is no obstacle."""

import json
import multiprocessing
import os
import subprocess
import sys

import numpy as np
import pytest

from botyard.engine.backtest import backtest
from botyard.engine.cache import CodeCache
from botyard.engine.parameters import holds
from botyard.engine.program import Program
from botyard.errors import UserError
from botyard.language import compile_spec
from botyard.records.schema import load_spec
from botyard.testing.bars import walked_bars
from botyard.testing.engine_specs import engine_program, trading_rules
from botyard.testing.specs import EMA_CROSS


@pytest.fixture(scope="module")
def compiled():
    return compile_spec(load_spec(json.dumps(EMA_CROSS)))


def test_a_vector_takes_defaults_and_keeps_the_order(code_cache):
    program = engine_program("trailing", code_cache)
    assert program.vector().tolist() == [12.0, 48.0, 3.0]
    assert program.vector({"trail": 2.5, "fast": 7}).tolist() == [7.0, 48.0, 2.5]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"fast": 61}, "'fast' is 61, outside its range 4 … 60"),
        ({"fast": 7.5}, "whole number"),
        ({"speed": 3}, "'speed' is not known; there are fast, slow, trail"),
        ({"fast": 50, "slow": 40}, "'fast < slow' does not hold for fast = 50, slow = 40"),
        ({"trail": float("nan")}, "outside its range"),
    ],
)
def test_values_that_would_spoil_a_run_are_refused(values, words, code_cache):
    with pytest.raises(UserError, match=words):
        engine_program("trailing", code_cache).vector(values)


def test_constraints_compare_parameters_and_nothing_else():
    values = {"a": 2.0, "b": 6.0}
    assert holds("a < b and not b < 5 or a == 9", values)
    assert holds("1 < a * 2 + 1 <= b % 7", values)
    assert not holds("b / (a - 2) > 0", values)
    for bad in ("__import__('os')", "a.real > 0", "c > 1", "a > 'x'", "a >"):
        with pytest.raises(UserError):
            holds(bad, values)


def test_blobs_survive_on_disk_and_broken_ones_are_made_again(tmp_path):
    made = []
    CodeCache(tmp_path).get("k", lambda: made.append(1) or b"code")
    assert CodeCache(tmp_path).get("k", lambda: made.append(1) or b"no") == b"code"
    (tmp_path / "k").write_bytes((tmp_path / "k").read_bytes()[:-1] + b"?")
    assert CodeCache(tmp_path).get("k", lambda: made.append(1) or b"again") == b"again"
    (tmp_path / "k").write_bytes(b"")
    assert CodeCache(tmp_path).get("k", lambda: b"third") == b"third"
    assert len(made) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["k"]


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert CodeCache(blocked).get("k", lambda: b"code") == b"code"
    assert CodeCache(None).get("k", lambda: b"code") == b"code"


def _write(folder, letter):
    CodeCache(folder).get("k", lambda: letter * 100_000)


def test_processes_that_write_at_once_leave_one_whole_blob(tmp_path):
    context = multiprocessing.get_context("spawn")
    crew = [context.Process(target=_write, args=(tmp_path, bytes([65 + n]))) for n in range(3)]
    for process in crew:
        process.start()
    for process in crew:
        process.join()
    blob = CodeCache(tmp_path).get("k", lambda: b"")
    assert len(blob) == 100_000
    assert len(set(blob)) == 1


def test_a_program_is_made_without_numba(tmp_path):
    script = (
        "import json, sys; from pathlib import Path; from botyard.records.schema import load_spec;"
        "from botyard.language import compile_spec; from botyard.engine.program import load_program;"
        "load_program(compile_spec(load_spec(sys.argv[2])), Path(sys.argv[1])); sys.exit('numba' in sys.modules)"
    )
    command = [sys.executable, "-c", script, str(tmp_path), json.dumps(EMA_CROSS)]
    assert subprocess.run(command, check=False, env={**os.environ}).returncode == 0


def test_many_programs_live_side_by_side(compiled, code_cache):
    bars, rules = walked_bars(500), trading_rules()
    programs = [Program(compiled, code_cache) for _ in range(5)]
    runs = {backtest(program, bars, rules).equity.tobytes() for program in programs}
    assert len(runs) == 1
    with pytest.raises(TypeError, match="machine code"):
        __import__("pickle").dumps(programs[0])


def test_a_strategy_that_uses_rests_orders_keeps_them_finite(code_cache):
    program, bars = engine_program("breakout", code_cache), walked_bars(800)
    run = backtest(program, bars, trading_rules(), record_orders=True)
    assert run.orders.shape == (800, 2 + 4 * program.module.ORDER_SLOTS)
    rests = run.orders[:, 2] != 0.0
    assert rests.any()
    assert np.isfinite(run.orders).all()
