import pytest

from botyard.adapters.venue.paper import PaperVenue
from botyard.testing.bots import live
from botyard.testing.ports.scripted_venue import ScriptedVenue
from botyard.testing.ports.venue_suite import VenueSuite


class TestPaperVenue(VenueSuite):
    @pytest.fixture
    def venue(self, tmp_path):
        venue = PaperVenue(tmp_path / "paper.db", "swing-1", live.rules())
        yield venue
        venue.close()


class TestScriptedVenue(VenueSuite):
    @pytest.fixture
    def venue(self):
        return ScriptedVenue()
