"""Each change to moto is still needed: when one of these fails after an upgrade, its file can go."""

import json
import subprocess
import sys

import pytest

from botyard.testing.aws.patches.all import PATCHES

NAMES = [patch.__name__.rpartition(".")[2] for patch in PATCHES]


@pytest.fixture(scope="module")
def missing():
    done = subprocess.run(
        [sys.executable, "-m", "botyard.testing.aws.patches"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", NAMES)
def test_moto_still_lacks(missing, name):
    assert missing[name], f"moto does this itself now: take {name}.py out of src/botyard/testing/aws/patches"


def test_every_patch_is_applied(missing):
    from pathlib import Path

    from botyard.testing.aws import patches

    files = {p.stem for p in Path(patches.__file__).parent.rglob("*.py")} - {"__init__", "__main__", "all"}
    assert files == set(missing)
