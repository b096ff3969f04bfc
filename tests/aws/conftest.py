"""What the tests of the AWS path share."""

from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """Read the control plane's template as it is written, short forms as `Fn::…`."""
    from cfnlint.decode.decode import decode

    read, problems = decode(str(ROOT / "infra" / "template.yaml"))
    assert not problems
    return read
