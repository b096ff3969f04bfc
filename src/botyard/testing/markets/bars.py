"""Real bars as they were downloaded, for tests and benchmarks."""

from pathlib import Path

from botyard.engine.bars import Bars


def real_bars(market: Path, name: str) -> Bars:
    """Read one of the feather files of a folder with freqtrade bars, such as "BTC_USDT"."""
    import pyarrow as pa
    from pyarrow import feather

    table = feather.read_table(market / "freqtrade" / f"{name}-5m.feather")
    times = table["date"].cast(pa.timestamp("ms", tz="UTC")).cast(pa.int64())
    columns = ("open", "high", "low", "close", "volume")
    return Bars(times.to_numpy(), *(table[column].to_numpy() for column in columns))
