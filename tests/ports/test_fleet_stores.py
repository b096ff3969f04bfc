import pytest

from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.testing.fleet_store_suite import FleetStoreSuite
from botyard.testing.memory_fleet import MemoryFleet


class TestSqliteFleet(FleetStoreSuite):
    @pytest.fixture
    def store(self, tmp_path):
        store = SqliteFleet(tmp_path / "fleet.db")
        yield store
        store.close()


class TestMemoryFleet(FleetStoreSuite):
    @pytest.fixture
    def store(self):
        return MemoryFleet()
