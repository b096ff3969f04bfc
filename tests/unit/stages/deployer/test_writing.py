"""A model writes the strategy: it ships only through the gate and the contract tests; else the generator's does."""

import hashlib

import pytest

from botyard.errors import Refused
from botyard.stages.deployer.contract import run_contract_tests
from botyard.stages.deployer.writing import passes_gate, write_code
from botyard.testing.language_model.scripted import ScriptedModel, call


@pytest.fixture(scope="module")
def trial(plain):
    def run(source):
        code_hash = hashlib.sha256(source.encode()).hexdigest()
        return run_contract_tests(
            plain.bundle(source), plain.compiled, plain.golden, code_hash=code_hash, is_caged=True
        )

    return run


@pytest.fixture(scope="module")
def good(plain):
    """The generator's functions in other words: other names, and the state asked the other way round."""
    code = plain.compiled.source[plain.compiled.source.index("def warm_up(") :]
    return code.replace("ema_fast", "quick").replace("ema_slow", "slowly").replace("    elif state", "    if state")


def answers(*codes):
    return ScriptedModel(strategy=[call("strategy", {"code": code}) for code in codes])


def test_what_is_wrong_goes_back_and_a_repair_ships(plain, good, trial):
    gated = good.replace("    remember_bar(", "    import os\n    remember_bar(")
    other = good.replace("== 1.0:\n            decide(s, ENTER_LONG", "== 0.0:\n            decide(s, ENTER_LONG")
    model = answers(gated, other, good)
    work = write_code(plain.compiled, model, trial)
    assert good not in plain.compiled.source
    assert work.ships == "model"
    assert work.source.endswith(good.strip() + "\n")
    assert passes_gate(plain.compiled, work.source)
    assert "the one that scripted:model wrote" in work.line
    assert "an import" in work.tries[0]
    assert "signals: bar of 20" in work.tries[1]
    assert work.tries[1] in model.asked[2].messages[-1].text


def test_after_three_repairs_the_generators_ships(plain, good):
    calls = [good + f"\n\nx = open({n})\n" for n in range(5)]
    model = answers(*calls)

    def never(_source):
        raise AssertionError("code that the gate refuses must not be tried")

    work = write_code(plain.compiled, model, never)
    assert (work.ships, work.source, len(work.tries), len(model.asked)) == ("generator", "", 4, 4)
    assert "4 tries were not enough" in work.why
    assert work.line.startswith("Code that ships: the generator's; 4 tries were not enough")


def test_the_money_limit_leaves_the_generators(plain):
    model = ScriptedModel(strategy=[Refused("the money limit stops here", reason="budget")])
    work = write_code(plain.compiled, model, lambda _: None)
    assert (work.ships, work.why) == ("generator", "the money limit stops here")


def test_a_kept_source_must_still_pass(plain, good):
    source = plain.compiled.source
    assert passes_gate(plain.compiled, source)
    assert not passes_gate(plain.compiled, source.replace("NAME =", "EXTRA = 1\nNAME ="))
    assert not passes_gate(plain.compiled, source + "\n\ndef more(p):\n    return open(p)\n")


@pytest.mark.parametrize(
    "line, why",
    [
        ("x = int(p[0])\n    x = x * x", "only floats are multiplied"),
        ("s[30] = 3", "the state s holds floats only"),
        ("x = close > open\n    y = x * x", "only floats are multiplied"),
        ("x = close / high", "call safe_div"),
        ("x = 2 ** 9", "** // and %"),
        ("for i in range(3):\n        x = i", "a loop"),
        ("x = [close]", "a list"),
        ("if minutes > 30000000.0:\n        return", "nothing may wait for a date"),
        ("x = s[-1]", "a place is a number"),
        ("p[0] = 1.0", "only s may be written to"),
        ("x = close.real", "the attribute .real"),
        ("x = open(close)", "open may not be called"),
        ("x = 'text'", "a text"),
        ("while True:\n        x = 1.0", "a while loop"),
        ("s = p", "s may not be assigned"),
    ],
)
def test_a_strategy_keeps_to_floats_and_straight_lines(plain, good, line, why):
    from botyard.cage import violations
    from botyard.stages.deployer.writing import _dialect

    code = good.replace("    remember_bar(", f"    {line}\n    remember_bar(")
    found = "; ".join(violations(code, _dialect(plain.compiled)))
    assert why in found


def test_the_generators_own_code_passes_the_gate(plain, everything):
    for case in (plain, everything):
        assert passes_gate(case.compiled, case.compiled.source)
