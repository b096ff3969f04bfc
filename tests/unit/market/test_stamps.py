import numpy as np
import pyarrow as pa
import pytest

from botyard.errors import DataError
from botyard.market.readers import stamps

MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z


@pytest.mark.parametrize("factor", [1, 1000, 1_000_000])
def test_milliseconds_microseconds_and_nanoseconds_are_told_apart(factor):
    assert stamps.from_numbers(np.array([MS * factor, (MS + 60_000) * factor]), "f").tolist() == [MS, MS + 60_000]


def test_seconds_whole_and_broken():
    assert stamps.from_numbers(np.array([MS // 1000]), "f").tolist() == [MS]
    assert stamps.from_numbers(np.array([MS / 1000 + 0.25]), "f").tolist() == [MS + 250]


def test_a_file_may_change_its_unit_half_way():
    assert stamps.from_numbers(np.array([MS, (MS + 60_000) * 1000]), "f").tolist() == [MS, MS + 60_000]


@pytest.mark.parametrize("stamp", [0, 17, 20240101, 5_000_000_000, -MS])
def test_what_is_no_year_is_refused(stamp):
    with pytest.raises(DataError, match="1990 to 2099"):
        stamps.from_numbers(np.array([MS, stamp]), "f.csv")


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-01 00:00:00+00:00", "2024-01-01T00:00:00Z", "2024-01-01 00:00:00", "2024-01-01", "2024/01/01 00:00",
        "2024-01-01 01:00:00+01:00", "2024-01-01 00:00:00 UTC", "1704067200", "1704067200000", "1704067200.0",
        "2024-01-01T00:00:00.000Z", "2023-12-31 19:00:00-05:00",
    ],
)  # fmt: skip
def test_texts(text):
    assert stamps.from_texts([text, text], "f").tolist() == [MS, MS]


@pytest.mark.parametrize("text", ["31.01.2024 00:00", "yesterday", "01/02/2024", ""])
def test_texts_that_would_have_to_be_guessed_are_refused(text):
    with pytest.raises(DataError, match="2024-01-31 09:30:00"):
        stamps.from_texts([text], "f.csv")


@pytest.mark.parametrize(
    "column",
    [
        pa.array([MS * 1_000_000]).cast(pa.timestamp("ns", tz="UTC")),
        pa.array([MS]).cast(pa.timestamp("ms")),
        pa.array([19723], pa.int32()).cast(pa.date32()),
        pa.array([float(MS)]),
        pa.array([MS // 1000], pa.int32()),
        pa.array(["2024-01-01"]),
    ],
)
def test_arrow_columns(column):
    assert stamps.from_arrow(column, "f").tolist() == [MS]
    assert stamps.from_arrow(pa.chunked_array([column, column]), "f").tolist() == [MS, MS]


def test_a_zone_is_converted_not_dropped():
    column = pa.array([MS]).cast(pa.timestamp("ms", tz="America/New_York"))
    assert stamps.from_arrow(column, "f").tolist() == [MS]


def test_missing_stamps_are_named():
    with pytest.raises(DataError, match="row 2"):
        stamps.from_arrow(pa.array([MS, None]), "f")
    with pytest.raises(DataError, match="row 1"):
        stamps.from_numbers(np.array([np.nan, 1.0]), "f")
