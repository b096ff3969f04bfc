"""What the tests of the AWS path share."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from botyard.testing.aws.emulator import Emulator

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """Read the control plane's template as it is written, short forms as `Fn::…`."""
    from cfnlint.decode.decode import decode

    read, problems = decode(str(ROOT / "infra" / "template.yaml"))
    assert not problems
    return read


@pytest.fixture(scope="session")
def account() -> Iterator[Emulator]:
    """An account of its own, empty at first."""
    if importlib.util.find_spec("samtranslator") is None:
        pytest.skip("aws-sam-translator is not installed: SAM templates cannot be carried out")
    with Emulator() as emulator:
        yield emulator
