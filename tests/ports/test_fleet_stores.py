import pytest

from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.testing.ports.fleet_store_suite import FleetStoreSuite
from botyard.testing.ports.memory_fleet import MemoryFleet


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
