"""Time stamps in all the ways that exports write them, as UTC milliseconds."""

import re
from typing import Any

import numpy as np

from botyard.errors import DataError
from botyard.market.exact import Integers

_EARLIEST_MS = 631_152_000_000  # 1990-01-01
_LATEST_MS = 4_102_444_800_000  # 2100-01-01
_UNITS = ((1000, 1), (1, 1), (1, 1000), (1, 1_000_000))  # seconds, ms, µs, ns: times, divided by
_NUMBER = re.compile(r"-?\d+(\.\d*)?(e[+-]?\d+)?", re.IGNORECASE)


def from_numbers(values: Any, source: str) -> Integers:
    """Read seconds, milliseconds, microseconds or nanoseconds since the epoch, each stamp by its size.

    Archives changed from milliseconds to microseconds in 2025, so that one series may hold both.
    Raises: DataError when a stamp is in none of these a time of the years 1990 to 2099.
    """
    numbers = np.asarray(values)
    if numbers.dtype.kind == "f":
        if not np.all(np.isfinite(numbers)):
            row = int(np.flatnonzero(~np.isfinite(numbers))[0])
            raise DataError(f"{source}: row {row + 1} has no time stamp")
        whole = np.rint(numbers * (1000.0 if numbers.size and np.abs(numbers).max() < 1e11 else 1.0))
        numbers = whole.astype(np.int64)
    numbers = numbers.astype(np.int64)
    result = np.zeros(len(numbers), dtype=np.int64)
    for times, divided in _UNITS:
        # compared before multiplying, so that nothing overflows
        fits = (numbers >= _EARLIEST_MS * divided // times) & (numbers < _LATEST_MS * divided // times)
        result[fits] = numbers[fits] * times // divided
    if not np.all(result):
        row = int(np.flatnonzero(result == 0)[0])
        raise DataError(
            f"{source}: time stamp {numbers[row]} in row {row + 1} is in no unit (s, ms, µs, ns) "
            "a time of the years 1990 to 2099; is this the time column?"
        )
    return result


def from_texts(values: list[str], source: str) -> Integers:
    """Read ISO 8601 dates and times, with or without a zone (then UTC), or numbers written as text.

    Raises: DataError naming the first text that is neither.
    """
    if values and all(_NUMBER.fullmatch(value) for value in (values[0], values[-1])):
        try:
            return from_numbers(
                np.array([float(v) if "." in v or "e" in v.lower() else int(v) for v in values]), source
            )
        except ValueError as e:
            raise DataError(f"{source}: the time column mixes numbers and other text: {e}") from e
    import pyarrow as pa
    from pyarrow import compute

    texts = [_iso(value) for value in values]
    has_zone = bool(texts) and bool(re.search(r"(Z|[+-]\d\d:?\d\d)$", texts[0][10:]))
    kind = pa.timestamp("us", tz="UTC") if has_zone else pa.timestamp("us")
    try:
        micros = compute.cast(pa.array(texts), kind).cast(pa.int64()).to_numpy(zero_copy_only=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as e:
        raise DataError(
            f"{source}: the time column cannot be read ({e}); write times as 2024-01-31 09:30:00, with a zone or in UTC, "
            "or as seconds or milliseconds since 1970"
        ) from e
    return from_numbers(micros // 1000, source)


def from_arrow(column: Any, source: str) -> Integers:
    """Read a column of an Arrow table: time stamps, dates, numbers or text."""
    import pyarrow as pa

    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if column.null_count:
        row = column.is_null().to_pylist().index(True)
        raise DataError(f"{source}: row {row + 1} has no time stamp")
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        micros = column.cast(pa.timestamp("us"), safe=False).cast(pa.int64()).to_numpy(zero_copy_only=False)
        return from_numbers(micros // 1000, source)
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return from_numbers(column.to_numpy(zero_copy_only=False), source)
    return from_texts([str(value).strip() for value in column.to_pylist()], source)


def _iso(text: str) -> str:
    # 2024/01/31 and a trailing " UTC" are common; day-first dates are not guessed
    text = text.strip().replace("/", "-").removesuffix("UTC").strip()
    return text[:10] + text[10:].replace(" +", "+") if len(text) > 10 else text
