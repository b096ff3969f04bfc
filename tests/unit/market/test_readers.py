import gzip
import json
import zipfile

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from botyard.errors import DataError
from botyard.market.readers import read_file
from botyard.market.readers.tables import find_columns
from botyard.testing.bars import kline_rows, walked_bars, write_feather

BARS = walked_bars(50)


def rows():
    return list(zip(*(column.tolist() for column in BARS.columns()), strict=True))


def write(path, text):
    path.write_text(text)
    return path


def test_feather(tmp_path):
    assert read_file(write_feather(BARS, tmp_path / "x.feather")) == [BARS]


def test_freqtrade_json_and_its_gzip(tmp_path):
    text = json.dumps(rows())
    assert read_file(write(tmp_path / "x.json", text)) == [BARS]
    (tmp_path / "x.json.gz").write_bytes(gzip.compress(text.encode()))
    assert read_file(tmp_path / "x.json.gz") == [BARS]


def test_json_objects(tmp_path):
    names = ("t", "o", "h", "l", "c", "v")
    text = json.dumps([dict(zip(names, row, strict=True)) for row in rows()])
    assert read_file(write(tmp_path / "x.json", text)) == [BARS]


def test_klines_without_a_header(tmp_path):
    assert read_file(write(tmp_path / "x.csv", kline_rows(BARS))) == [BARS]


@pytest.mark.parametrize("factor", [1, 1000])
def test_zips_in_milliseconds_and_microseconds(tmp_path, factor):
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BTCUSDT-5m-2025-01.csv", kline_rows(BARS, factor=factor))
    assert read_file(tmp_path / "x.zip") == [BARS]


def test_zips_with_a_header(tmp_path):
    header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n"
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.csv", header + kline_rows(BARS))
        archive.writestr("readme.pdf", "no bars")
    assert read_file(tmp_path / "x.zip") == [BARS]


def test_parquet(tmp_path):
    names = ("open_time", "open", "high", "low", "close", "volume")
    parquet.write_table(pa.table(dict(zip(names, BARS.columns(), strict=True))), tmp_path / "x.parquet")
    assert read_file(tmp_path / "x.parquet") == [BARS]


@pytest.mark.parametrize(
    "header",
    [
        "timestamp,open,high,low,close,volume",
        "Open time,Open,High,Low,Close,Volume",
        "date;O;H;L;C;Vol",
        "unix\topen_price\thigh_price\tlow_price\tclose_price\tvolume_traded",
        "Date (UTC),Open,High,Low,Close,Volume BTC",
    ],
)
def test_headers_of_many_kinds(tmp_path, header):
    separator = next(each for each in ";\t," if each in header)
    lines = [header, *(separator.join(map(repr, row)) for row in rows())]
    assert read_file(write(tmp_path / "x.csv", "\n".join(lines))) == [BARS]


def test_an_address_above_the_header(tmp_path):
    lines = ["https://www.example.com", "unix,symbol,open,high,low,close,Volume BTC,Volume USDT"]
    lines += [f"{t},BTC/USDT,{o},{h},{low},{c},{v},{v * c}" for t, o, h, low, c, v in rows()]
    assert read_file(write(tmp_path / "x.csv", "\n".join(lines))) == [BARS]


def test_a_byte_order_mark_and_gzip(tmp_path):
    lines = ["time,open,high,low,close,volume", *(",".join(map(repr, row)) for row in rows())]
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + "\n".join(lines).encode()))
    assert read_file(tmp_path / "x.csv.gz") == [BARS]


def test_date_and_time_of_day_apart(tmp_path):
    lines = ["<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>"]
    lines += [
        f"2024.01.01,{5 * i // 60:02}:{5 * i % 60:02},{row[1]},{row[2]},{row[3]},{row[4]},{row[5]}"
        for i, row in enumerate(rows())
    ]
    assert read_file(write(tmp_path / "x.csv", "\n".join(lines))) == [BARS]


def test_open_time_wins_over_close_time():
    names = ["Close time", "Close", "Open", "Open time", "Low", "High", "Quote asset volume", "Volume"]
    found = find_columns(names)
    assert (found["time"], found["volume"], found["close"]) == ("Open time", "Volume", "Close")


def test_missing_values_stay_missing(tmp_path):
    text = "time,open,high,low,close,volume\n1704067200000,1,2,1,,5\n1704067500000,1,2,1,1,5\n"
    assert np.isnan(read_file(write(tmp_path / "x.csv", text))[0].close[0])


@pytest.mark.parametrize(
    "name, content, said",
    [
        ("x.feather", b"ARROW1 and then rubbish", "corrupt"),
        ("x.feather", b"", "empty"),
        ("x.parquet", b"PAR1rubbishPAR1", "corrupt"),
        ("x.zip", b"PK rubbish", "corrupt"),
        ("x.csv.gz", b"\x1f\x8b rubbish", "corrupt"),
        ("x.json", b"[[1704067200000, 1, 2", "cut off"),
        ("x.json", b"[]", "empty"),
        ("x.json", b'{"a": 1}', "list of bars"),
        ("x.json", b"[[1, 2]]", r"\[time, open"),
        ("x.csv", b"\n\n", "empty"),
        ("x.csv", b"time,open,high,low,close,volume\n", "empty"),
        ("x.csv", b"time,open,high,low,close\n1704067200000,1,1,1,1\n", "no column for volume among time, open"),
        ("x.csv", b"a,b,c,d,e,f\n1,2,3,4,5,6\n", "no column for time, open"),
        ("x.csv", b"2024-01-01 00:00,1,1,1,1,1\n2024-01-01 00:05,1,1,1,1,1\n", "first line is a bar"),
        ("x.csv", b"1,2,3,4,5,6,7\n1,2,3,4,5,6,7\n", "7 columns and no header"),
        ("x.csv", b"time,open,high,low,close,volume\n1704067200000,one,1,1,1,1\n", "open column"),
        ("x.csv", b"time,open,high,low,close,volume\n1704067200000,1,1,1,1,1\n1704067200000,1,1\n", "CSV"),
        ("x.csv", b"time,open,high,low,close,volume\n17,1,1,1,1,1\n", "1990 to 2099"),
        ("x.xlsx", b"rubbish", "known format"),
    ],
)
def test_bad_files_get_a_clear_message(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=said) as caught:
        read_file(tmp_path / name)
    assert name in str(caught.value)


def test_a_feather_cut_off_in_the_middle(tmp_path):
    path = write_feather(walked_bars(5000), tmp_path / "x.feather")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match="corrupt"):
        read_file(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_file(tmp_path / "no.csv")


def test_an_empty_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("readme.md", "nothing")
    with pytest.raises(DataError, match="no CSV"):
        read_file(tmp_path / "x.zip")
