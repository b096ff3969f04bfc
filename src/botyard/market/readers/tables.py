"""Tables with named columns as bars: whatever the columns are called."""

import re
from typing import Any

import numpy as np

from botyard.engine.bars import Bars
from botyard.errors import DataError
from botyard.market.exact import Floats
from botyard.market.readers import stamps

_SPELLINGS = {
    "time": (
        "opentime", "timestamp", "unixtimestamp", "unix", "datetime", "dateutc", "timeutc", "date", "time", "opentimestamp",
        "candletime", "barstart", "starttime", "start", "startat", "ts", "t", "gmttime", "index", "indexlevel0",
    ),
    "open": ("open", "o", "openprice", "priceopen", "first"),
    "high": ("high", "h", "highprice", "pricehigh", "max"),
    "low": ("low", "l", "lowprice", "pricelow", "min"),
    "close": ("close", "c", "closeprice", "priceclose", "last", "closelast"),
    "volume": ("volume", "v", "vol", "basevolume", "volumebase", "tickvolume", "volumetraded", "qty", "amount"),
}  # fmt: skip
"""Names in order of preference, in lower case without anything but letters and digits."""


def bars_of_table(table: Any, source: str) -> Bars:
    """Find time, prices and volume in an Arrow table; rows keep their order.

    Raises: DataError naming the columns that were found and those that are missing.
    """
    if table.num_rows == 0:
        raise DataError(f"{source} is empty: it has no bars")
    found = find_columns(table.column_names)
    missing = [name for name in _SPELLINGS if name not in found]
    if missing:
        raise DataError(
            f"{source}: no column for {', '.join(missing)} among {', '.join(map(str, table.column_names))}; "
            "name the columns time, open, high, low, close, volume"
        )
    prices = [_numbers(table.column(found[name]), name, source) for name in ("open", "high", "low", "close", "volume")]
    return Bars(stamps.from_arrow(_time_column(table, found["time"]), source), *prices)


def find_columns(names: list[str]) -> dict[str, str]:
    """Map time, open, high, low, close and volume to the names that stand for them."""
    plain = {re.sub(r"[^a-z0-9]", "", str(name).lower()): name for name in reversed(names)}
    found = {}
    for meaning, spellings in _SPELLINGS.items():
        name = next((plain[spelling] for spelling in spellings if spelling in plain), None)
        if name is None and meaning == "volume":
            # "Volume BTC" beside "Volume USDT": the first is in units of the base
            name = next((name for name in names if str(name).lower().startswith("volume")), None)
        if name is not None:
            found[meaning] = name
    return found


def _time_column(table: Any, name: str) -> Any:
    # some exports split date and time of day
    lower = {str(column).strip("<>").lower(): column for column in table.column_names}
    if str(name).strip("<>").lower() != "date" or "time" not in lower:
        return table.column(name)
    dates, times = table.column(name).to_pylist(), table.column(lower["time"]).to_pylist()
    if not all(re.fullmatch(r"\d{1,2}:\d\d(:\d\d(\.\d+)?)?", str(text)) for text in (times[0], times[-1])):
        return table.column(name)
    import pyarrow as pa

    return pa.array(
        [f"{str(date).replace('.', '-')[:10]} {time!s:0>5}" for date, time in zip(dates, times, strict=True)]
    )


def _numbers(column: Any, meaning: str, source: str) -> Floats:
    import pyarrow as pa

    try:
        values = column.cast(pa.float64()).combine_chunks().to_numpy(zero_copy_only=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as e:
        raise DataError(f"{source}: the {meaning} column holds something that is no number: {e}") from e
    numbers: Floats = np.array(values, dtype=np.float64)  # a copy: Arrow's memory is read-only
    return numbers
