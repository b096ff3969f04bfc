"""Contract tests: a good bundle passes, and whatever is wrong with a bad one is named."""

import json

import numpy as np
import pytest

from botyard.records import codec
from botyard.records.deployment import ContractReport
from botyard.stages.deployer import contract
from botyard.stages.deployer.bundle import bundle_hash, unzip_files, zip_files
from botyard.stages.deployer.contract import first_difference, run_contract_tests
from botyard.testing.mutants import mutants

NAMES = [
    "code hash", "isolation", "signals", "targets", "resting orders", "restart", "state size", "golden bars", "coverage",
]  # fmt: skip


def failed(report: ContractReport) -> dict[str, str]:
    return {test.name: test.text for test in report.tests if not test.passed}


def changed(bundle: bytes, **files: bytes | str) -> bytes:
    """Add files; __ stands for a slash, names are of Python modules."""
    added = {name.replace("__", "/") + ".py": f.encode() if isinstance(f, str) else f for name, f in files.items()}
    return zip_files({**unzip_files(bundle), **added})


@pytest.mark.parametrize("name", ["plain", "everything"])
def test_a_good_bundle_passes(request, name):
    case = request.getfixturevalue(name)
    bundle = case.bundle()
    report = run_contract_tests(bundle, case.compiled, case.golden)
    assert failed(report) == {}
    assert report.passed
    assert [t.name for t in report.tests] == NAMES
    assert report.bundle_hash == bundle_hash(bundle)
    assert report.bars == case.golden.n_bars >= 5_000
    assert min(report.fired.values()) >= 3


@pytest.mark.parametrize(
    "name, ways", [("plain", {"flipped", "moved", "dropped"}), ("everything", {"flipped", "moved"})]
)
def test_mutants_of_every_transition_are_refused(request, name, ways):
    case = request.getfixturevalue(name)
    caught: dict[str, list[str]] = {}
    for mutant in mutants(case.compiled.source):
        if mutant.how not in ways:
            continue
        assert mutant.source != case.compiled.source
        found = failed(run_contract_tests(case.bundle(mutant.source), case.compiled, case.golden))
        told = [text for name, text in found.items() if name in {"signals", "targets", "resting orders"}]
        assert told, f"{mutant.signal} {mutant.how} went unnoticed"
        assert all(": expected " in text for text in told)
        caught.setdefault(mutant.signal, []).append(mutant.how)
    assert set(caught) == {t.signal for t in case.compiled.spec.state_machine.transitions}


def test_the_first_difference_is_explained(plain):
    moved = next(m for m in mutants(plain.compiled.source) if m.how == "moved")
    found = failed(run_contract_tests(plain.bundle(moved.source), plain.compiled, plain.golden))
    assert "signals" not in found
    text = found["resting orders"]
    assert text.startswith("bar of 20")
    assert " UTC (real bars, " in text
    assert "expected resting orders no signal, sell stop at " in text
    assert ", got no signal, sell stop at " in text


def test_a_strategy_that_remembers_beside_its_state_fails_the_restart(plain):
    source = plain.compiled.source.replace(
        "    remember_bar(s,", "    SEEN.append(close)\n    remember_bar(s,"
    ).replace("SIZING =", "SEEN = []\nSIZING =")
    source = source.replace(
        "ema_fast_crosses_above_ema_slow == 1.0:", "ema_fast_crosses_above_ema_slow == 1.0 and len(SEEN) > 999:"
    )
    golden = type(plain.golden)(plain.golden.segments[:1], plain.golden.labels, plain.golden.fired, 0)
    found = failed(run_contract_tests(plain.bundle(source), plain.compiled, golden))
    assert "decision after a restart" in found["restart"]


def test_code_that_is_not_the_specs_is_refused(plain, everything):
    found = failed(run_contract_tests(plain.bundle(), everything.compiled, plain.golden))
    assert "the code hash is" in found["code hash"]
    found = failed(run_contract_tests(plain.bundle(spec_hash="0" * 64), plain.compiled, plain.golden))
    assert found == {"code hash": f"the spec hash is 000000000000…, not {plain.compiled.spec_hash[:12]}…"}


def test_a_strategy_that_was_changed_after_it_was_signed_does_not_run(plain):
    bundle = changed(plain.bundle(), strategy=plain.compiled.source + "# x\n")
    found = failed(run_contract_tests(bundle, plain.compiled, plain.golden))
    assert "strategy.py's hash is" in found["code hash"]
    assert "it was changed since" in found["signals"]


@pytest.mark.parametrize(
    "line, words",
    [
        ("import numpy", "No module named 'numpy'"),
        ("import pydantic", "No module named 'pydantic'"),
        ("import botyard.engine", "No module named 'botyard.engine'"),
        ("1 / 0", "division by zero"),
    ],
)
def test_a_module_that_does_not_load_alone_is_named(plain, line, words):
    found = failed(run_contract_tests(changed(plain.bundle(), botyard__bot__extra=line), plain.compiled, plain.golden))
    assert list(found) == ["isolation"]
    assert "botyard.bot.extra" in found["isolation"]
    assert words in found["isolation"]


def test_a_module_from_elsewhere_is_named(plain, tmp_path):
    (tmp_path / "stranger.py").write_text("")
    line = f"import sys\nsys.path.append({str(tmp_path)!r})\nimport stranger\n"
    found = failed(run_contract_tests(changed(plain.bundle(), botyard__bot__extra=line), plain.compiled, plain.golden))
    assert "modules from elsewhere: ['stranger']" in found["isolation"]


def test_a_bundle_that_dies_says_its_last_words(plain):
    bundle = changed(plain.bundle(), replay="raise RuntimeError('out of luck')")
    found = failed(run_contract_tests(bundle, plain.compiled, plain.golden))
    assert found["signals"] == "the bundle ended with code 1: RuntimeError: out of luck"
    assert set(found) == set(NAMES) - {"code hash", "golden bars", "coverage"}


def test_a_bundle_that_hangs_is_ended(plain, monkeypatch):
    monkeypatch.setattr(contract, "SECONDS", 0.5)
    bundle = changed(plain.bundle(), replay="import time\ntime.sleep(60)")
    found = failed(run_contract_tests(bundle, plain.compiled, plain.golden))
    assert "did not finish within" in found["targets"]


@pytest.mark.parametrize(
    "body, words",
    [
        ("def replay(*a):\n    return '{}'", "cannot be read"),
        ("def replay(p, b, rows, s):\n    rows.write_bytes(b'12')\n    return '{}'", "2 bytes of decisions"),
    ],
)
def test_a_bundle_that_answers_nonsense_is_refused(plain, body, words):
    found = failed(run_contract_tests(changed(plain.bundle(), replay=body), plain.compiled, plain.golden))
    assert words in found["signals"]


def test_a_state_that_is_too_large_is_refused(plain, monkeypatch):
    monkeypatch.setattr(contract, "MOST_STATE_BYTES", 500)
    found = failed(run_contract_tests(plain.bundle(), plain.compiled, plain.golden))
    assert list(found) == ["state size"]
    assert found["state size"].endswith("of 500 bytes")


def test_too_few_bars_and_idle_transitions_are_refused(plain):
    golden = type(plain.golden)(plain.golden.segments[:1], plain.golden.labels, (9, 0, 2), 400)
    found = failed(run_contract_tests(plain.bundle(), plain.compiled, golden))
    assert found == {
        "golden bars": "2000 real and 0 made-up bars; at least 5000 are wanted",
        "coverage": "not exercised, so not proven: exit_long (0 of 3), stop (2 of 3), "
        "on the real bars and 400 made-up paths",
    }


def test_bits_are_compared_but_one_nan_is_as_good_as_another():
    other_nan = np.frombuffer((0xFFF8000000000001).to_bytes(8, "little"))[0]
    rows = np.array([[0.0, np.nan], [1.0, 2.0]])
    assert first_difference(rows, np.array([[0.0, other_nan], [1.0, 2.0]])) is None
    assert first_difference(rows, np.array([[-0.0, np.nan], [1.0, 2.0]])) == 0
    assert first_difference(rows, np.array([[0.0, np.nan], [1.0, np.nextafter(2.0, 3.0)]])) == 1


def test_a_report_is_a_record(plain):
    report = run_contract_tests(plain.bundle(), plain.compiled, plain.golden)
    assert codec.load(ContractReport, codec.dump(report)) == report
    assert json.loads(codec.dump(report))["fired"] == dict(zip(plain.golden.labels, plain.golden.fired, strict=True))
