"""Two specs with their golden bars: the plain one, and one with every kind of transition."""

import pytest

from botyard.testing.bundles import EVERYTHING, Case, make_case
from botyard.testing.specs import EMA_CROSS


@pytest.fixture(scope="session")
def plain(code_cache) -> Case:
    return make_case(EMA_CROSS, code_cache)


@pytest.fixture(scope="session")
def everything(code_cache) -> Case:
    return make_case(EVERYTHING, code_cache)
