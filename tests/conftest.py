"""Fixtures that every kind of test shares."""

import os
from pathlib import Path

import pytest

from botyard.testing.language_model.no_network import forget_models, keep_to_loopback

ROOT = Path(__file__).parents[1]

keep_to_loopback()
forget_models()


@pytest.fixture(scope="session")
def real_market() -> Path:
    """The folder with real bars; tests that need it say so when it is absent."""
    place = Path(os.environ.get("BOTYARD_TEST_MARKET", ROOT.parent / "shared" / "market"))
    if not (place / "freqtrade").is_dir():
        pytest.skip(f"no real bars at {place}: set BOTYARD_TEST_MARKET to a folder with freqtrade/*.feather")
    return place


@pytest.fixture(scope="session")
def code_cache() -> Path:
    """A folder for machine code that outlives the session: it is named by content, so it cannot be stale."""
    return ROOT / ".pytest_cache" / "code"
