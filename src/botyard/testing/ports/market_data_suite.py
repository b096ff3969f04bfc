"""What every MarketData must keep: subclass it and give a `market` fixture that holds the `stored` bars of MADE/UP."""

from collections.abc import Sequence

import pytest

from botyard.errors import NotFound
from botyard.ports import MarketData
from botyard.records.fleet import Bar
from botyard.testing.bots import live

SYMBOL = "MADE/UP"
NEVER_MS = 2**62


class MarketDataSuite:
    """The contract."""

    @pytest.fixture
    def stored(self) -> Sequence[Bar]:
        """Return the bars that the market holds."""
        return live.made_up_bars(50)

    def test_all_closed_bars_come_in_order_and_bit_for_bit(self, market: MarketData, stored: Sequence[Bar]) -> None:
        assert market.bars(SYMBOL, "5m", stored[0].open_ms - 1, NEVER_MS) == list(stored)

    def test_bars_open_after_the_last_one(self, market: MarketData, stored: Sequence[Bar]) -> None:
        assert market.bars(SYMBOL, "5m", stored[9].open_ms, NEVER_MS)[0] == stored[10]
        assert market.bars(SYMBOL, "5m", stored[-1].open_ms, NEVER_MS) == []

    def test_the_open_bar_is_never_served(self, market: MarketData, stored: Sequence[Bar]) -> None:
        closes_ms = stored[10].open_ms + live.BAR_MS
        assert market.bars(SYMBOL, "5m", stored[8].open_ms, closes_ms - 1) == [stored[9]]
        assert market.bars(SYMBOL, "5m", stored[8].open_ms, closes_ms) == [stored[9], stored[10]]

    def test_the_instrument_is_told(self, market: MarketData) -> None:
        assert market.instrument(SYMBOL) == live.rules().instrument

    def test_an_unknown_symbol_is_not_found(self, market: MarketData) -> None:
        with pytest.raises(NotFound):
            market.instrument("NO/SUCH")
