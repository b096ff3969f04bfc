import pytest

from botyard.adapters.market_data.columns import ColumnMarketData
from botyard.testing.bots import live
from botyard.testing.ports.market_data_suite import MarketDataSuite


class TestColumns(MarketDataSuite):
    @pytest.fixture
    def market(self, tmp_path, stored):
        return ColumnMarketData(live.write_market(tmp_path / "market", live.rules(), stored))


class TestListMarket(MarketDataSuite):
    @pytest.fixture
    def market(self, stored):
        return live.ListMarket(live.rules(), stored)
