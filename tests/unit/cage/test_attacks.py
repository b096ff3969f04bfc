"""Each attack against each layer alone; and in the open, to show that it would bite."""

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import botyard.testing.attacks as suite
from botyard.cage import Limits, violations
from botyard.cage.child import ChildLimits, run_caged
from botyard.cage.interpreter import open_cell, run_ungated
from botyard.testing.attacks import ATTACKS

INMATE = Path(suite.__file__).with_name("inmate.py")
HARMLESS = "def decide(memory, bar, parameters):\n    result = 1\n    return result\n"
each = pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.name.replace(" ", "-"))
TAIL = "\nresult = decide({}, {'close': 100.0}, {})\n"


def test_the_frame_of_an_attack_is_harmless():
    assert violations(HARMLESS) == ()
    assert len({a.name for a in ATTACKS}) == len(ATTACKS) >= 50


@each
def test_the_gate_names_it(attack, world):
    found = violations(attack.source(**world.places))
    assert found
    assert all(text.startswith("line ") or "deep" in text or "parts" in text or "characters" in text for text in found)


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.bites], ids=lambda a: a.name.replace(" ", "-"))
def test_it_bites_where_nothing_holds_it(attack, world):
    program = f"import gc\n{attack.source(**world.places)}{TAIL}gc.collect()\nprint(result)\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    time.sleep(0.01)
    assert world.breaches(done.stdout), done.stderr


@each
def test_the_interpreter_alone_holds_it(attack, world):
    limits = Limits(seconds=0.15 if attack.is_bomb else 10.0, memory_mib=64)
    started = time.monotonic()
    decided = run_ungated(attack.source(**world.places), [{"close": 100.0}], {}, limits)
    assert not world.breaches(decided), decided
    assert time.monotonic() - started < 10.0


@each
def test_the_child_alone_holds_it(attack, world):
    limits = ChildLimits(seconds=0.15 if attack.is_bomb else 10.0, memory_mib=512, most_output=1 << 20)
    answer = run_caged(INMATE, [], limits, (attack.source(**world.places) + TAIL).encode())
    assert answer.has_cage
    assert not world.breaches(answer.output + answer.errors.encode()), answer
    assert math.sqrt(4.0) == 2.0
    assert os.environ["CANARY"]


def test_the_processes_have_no_environment(world):
    with open_cell(Limits()) as cell:
        assert Path(f"/proc/{cell.process}/environ").read_bytes() == b""
    said = run_caged(INMATE, [], ChildLimits(), b"import os\nresult = sorted(os.environ)").output.decode()
    assert said in ("result: []", "result: ['LC_CTYPE']")  # CPython itself sets the locale
