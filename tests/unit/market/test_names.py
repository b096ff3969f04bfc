from pathlib import Path

import pytest

from botyard.errors import DataError
from botyard.market.readers import is_bars_file, parse_name, parse_symbol


@pytest.mark.parametrize(
    "name, symbol, timeframe, kind",
    [
        ("BTC_USDT-5m.feather", "BTC/USDT", "5m", "spot"),
        ("BTC_USDT_USDT-1h-futures.feather", "BTC/USDT", "1h", "perpetual"),
        ("ETHUSDT_5m_klines.csv", "ETH/USDT", "5m", "spot"),
        ("BTCUSDT-1m-2024-01.zip", "BTC/USDT", "1m", "spot"),
        ("BTCUSDT-1m-2025-01-31.zip", "BTC/USDT", "1m", "spot"),
        ("ADAUSDT_5m.csv", "ADA/USDT", "5m", "spot"),
        ("Binance_ETHBTC_1h.csv", "ETH/BTC", "1h", "spot"),
        ("btc-usd_1D.parquet", "BTC/USD", "1d", "spot"),
        ("SOL-USDT-PERP-15m.csv", "SOL/USDT", "15m", "perpetual"),
        ("1INCH_USDT-5m.feather", "1INCH/USDT", "5m", "spot"),
        ("1000PEPEUSDT-5m.csv.gz", "1000PEPE/USDT", "5m", "spot"),
        ("DOGEUSDT.csv", "DOGE/USDT", "", "spot"),
        ("BTC_USDT-1M.feather", "", "", "spot"),
        ("export.csv", "", "", "spot"),
        ("5m.csv", "", "5m", "spot"),
    ],
)
def test_names_say_what_is_in_the_file(name, symbol, timeframe, kind):
    found = parse_name(Path(name))
    assert (found.symbol, found.timeframe, found.kind) == (symbol, timeframe, kind)


def test_archives_say_their_month_and_venue():
    assert parse_name(Path("BTCUSDT-1m-2024-01.zip")).month == "2024-01"
    assert parse_name(Path("Binance_BTCUSDT_1h.csv")).venue == "binance"


@pytest.mark.parametrize(
    "name, wanted",
    [
        ("BTC_USDT-5m.feather", True), ("x.CSV", True), ("x.json.gz", True), ("notes.md", False), (".hidden.csv", False),
        ("BTC_USDT_USDT-8h-funding_rate.feather", False), ("BTC_USDT_USDT-1h-mark.feather", False),
        ("BTC_USDT-trades.feather", False),
    ],
)  # fmt: skip
def test_only_files_of_bars_are_taken_from_a_folder(name, wanted):
    assert is_bars_file(Path(name)) is wanted


@pytest.mark.parametrize("text", ["BTC/USDT", "btc-usdt", "BTCUSDT", " BTC_USDT "])
def test_symbols_are_written_in_one_way(text):
    assert parse_symbol(text, "spot") == "BTC/USDT"


def test_perpetuals_name_their_settlement():
    assert parse_symbol("BTC/USDT", "perpetual") == parse_symbol("BTC/USDT:USDT", "perpetual") == "BTC/USDT:USDT"


@pytest.mark.parametrize("text", ["APPLE", "", "../../etc", "A/B/C"])
def test_what_is_no_pair_is_asked_for(text):
    with pytest.raises(DataError, match="BTC/USDT"):
        parse_symbol(text, "spot")
