"""Files of bars, by format: feather, Parquet, JSON, CSV with and without a header, and zips and gzips of CSV."""

import gzip
import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from botyard.engine.bars import Bars
from botyard.errors import DataError
from botyard.market.readers import stamps
from botyard.market.readers.tables import bars_of_table

_KLINE_FIELDS = 6  # open time, open, high, low, close, volume; the other six of a Binance kline are not needed
_KLINE_WIDTHS = (6, 11, 12)


def read_file(path: Path) -> list[Bars]:
    """Read a file as it is: rows keep their order, nothing is mended. A zip has one part per member.

    Raises: DataError when it is no file of bars, is empty, or is corrupt.
    """
    name = path.name.lower()
    source = path.name
    if not path.exists():
        raise DataError(f"{path} does not exist")
    if path.stat().st_size == 0:
        raise DataError(f"{source} is empty")
    if name.endswith(".feather"):
        return [_feather(path, source)]
    if name.endswith((".parquet", ".pq")):
        return [_parquet(path, source)]
    data = _unpacked(path, source)
    if name.endswith((".json", ".json.gz")):
        return [_json(data[source], source)]
    if name.endswith((".csv", ".csv.gz", ".txt", ".zip")):
        return [_csv(text, member) for member, text in data.items()]
    raise DataError(f"{source}: not a known format; bring feather, Parquet, JSON, CSV, or a zip of CSV")


def _feather(path: Path, source: str) -> Bars:
    import pyarrow as pa
    from pyarrow import feather

    try:
        table = feather.read_table(path, memory_map=False)
    except (pa.ArrowException, OSError) as e:
        raise DataError(
            f"{source} is not a readable feather file; it may be cut off or corrupt: {_first_line(e)}"
        ) from e
    return bars_of_table(table, source)


def _parquet(path: Path, source: str) -> Bars:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as e:
        raise DataError(
            f"{source} is not a readable Parquet file; it may be cut off or corrupt: {_first_line(e)}"
        ) from e
    return bars_of_table(table, source)


def _unpacked(path: Path, source: str) -> dict[str, bytes]:
    # member -> bytes
    data = path.read_bytes()
    try:
        if path.suffix.lower() == ".gz":
            return {source: gzip.decompress(data)}
        if path.suffix.lower() != ".zip":
            return {source: data}
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.namelist() if member.lower().endswith((".csv", ".txt"))]
            if not members:
                raise DataError(f"{source} holds no CSV file")
            return {f"{source}:{member}": archive.read(member) for member in members}
    except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error, NotImplementedError) as e:
        raise DataError(f"{source} is corrupt: {_first_line(e)}") from e


def _json(data: bytes, source: str) -> Bars:
    # freqtrade's: a list of [time, open, high, low, close, volume]; a list of objects serves as well
    try:
        rows = json.loads(data)
    except ValueError as e:
        raise DataError(f"{source} is no readable JSON; it may be cut off: {e}") from e
    if not isinstance(rows, list) or not rows:
        raise DataError(f"{source} is empty: a list of bars is needed")
    if isinstance(rows[0], dict):
        import pyarrow as pa

        try:
            return bars_of_table(pa.Table.from_pylist(rows), source)
        except (pa.ArrowException, AttributeError) as e:
            raise DataError(f"{source}: the objects do not make a table: {_first_line(e)}") from e
    try:
        table = np.array([row[:_KLINE_FIELDS] for row in rows], dtype=np.float64)
    except (TypeError, ValueError) as e:
        raise DataError(f"{source}: each bar must be [time, open, high, low, close, volume]: {e}") from e
    return _bars_of_rows(table, source)


def _csv(data: bytes, source: str) -> Bars:
    import pyarrow as pa
    from pyarrow import csv

    if not data.strip():
        raise DataError(f"{source} is empty")
    data = data.removeprefix(b"\xef\xbb\xbf")
    separator, skipped = _shape(data)
    first = data.splitlines()[skipped].decode("utf-8", "replace").split(separator)
    has_header = not _is_number(first[0]) or not _is_number(first[1] if len(first) > 1 else "")
    if has_header and len(first) >= _KLINE_FIELDS and all(_is_number(cell) for cell in first[1:_KLINE_FIELDS]):
        raise DataError(f"{source}: its first line is a bar already; put time,open,high,low,close,volume above it")
    if not has_header and len(first) not in _KLINE_WIDTHS:
        raise DataError(
            f"{source}: {len(first)} columns and no header; klines without one have 12 columns "
            "(open time, open, high, low, close, volume, …), other files need a header"
        )
    try:
        table = csv.read_csv(
            io.BytesIO(data),
            read_options=csv.ReadOptions(skip_rows=skipped, autogenerate_column_names=not has_header),
            parse_options=csv.ParseOptions(delimiter=separator),
            convert_options=csv.ConvertOptions(timestamp_parsers=[]),
        )
    except pa.ArrowException as e:
        raise DataError(f"{source} cannot be read as CSV: {_first_line(e)}") from e
    if has_header:
        return bars_of_table(table, source)
    names = ["time", "open", "high", "low", "close", "volume", *(f"more{i}" for i in range(len(first) - _KLINE_FIELDS))]
    return bars_of_table(table.rename_columns(names), source)


def _shape(data: bytes) -> tuple[str, int]:
    # separator, and lines before the header: some exports open with their address
    lines = data[:20_000].decode("utf-8", "replace").splitlines()[:5]
    counts = {separator: max(line.count(separator) for line in lines) for separator in ",;\t"}
    separator = max(counts, key=lambda each: counts[each])
    skipped = next((i for i, line in enumerate(lines) if counts[separator] and line.count(separator) >= 4), 0)
    return separator, skipped


def _bars_of_rows(table: Any, source: str) -> Bars:
    if table.ndim != 2 or table.shape[1] < _KLINE_FIELDS:
        raise DataError(f"{source}: each bar must be [time, open, high, low, close, volume]")
    return Bars(stamps.from_numbers(table[:, 0], source), *(table[:, column] for column in range(1, _KLINE_FIELDS)))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
