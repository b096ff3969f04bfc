import errno

import pytest

from botyard.errors import DataError, NotFound
from botyard.market import demo, store
from botyard.market.demo_paths import DAY_MS, START_MS
from botyard.testing.bars import walked_bars

BARS = walked_bars(20)


def test_columns_come_back(tmp_path):
    store.write_columns(tmp_path, BARS.slice(0, 15))
    store.append_columns(tmp_path, BARS.slice(15, 20))
    assert store.read_columns(tmp_path) == BARS


def test_writing_into_what_was_read_changes_no_file(tmp_path):
    store.write_columns(tmp_path, BARS)
    store.read_columns(tmp_path).close[0] = -1.0
    assert store.read_columns(tmp_path) == BARS


def test_a_series_that_is_not_there(tmp_path):
    with pytest.raises(NotFound, match="data import"):
        store.read_info(tmp_path)


def test_a_replacement_is_seen_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "X_Y" / "5m"
    for text in ("old", "new"):
        with store.replacing(folder) as temporary:
            (temporary / "a").write_text(text)
            assert text == "old" or (folder / "a").read_text() == "old"
    assert (folder / "a").read_text() == "new"
    assert [path.name for path in folder.parent.iterdir()] == ["5m"]


def test_a_failed_first_write_leaves_no_folder(tmp_path):
    def fail():
        with store.replacing(tmp_path / "X_Y" / "5m"):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DataError, match="the disk is full"):
        fail()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "error, told, said",
    [
        (OSError(errno.EFBIG, "File too large"), DataError, "free some space"),
        (OSError("No space left on device"), DataError, "free some space"),
        (PermissionError(errno.EACCES, "Permission denied"), DataError, "--home"),
        (OSError(errno.EIO, "I/O error"), OSError, "I/O error"),
    ],
)
def test_errors_of_the_disk_become_one_sentence(tmp_path, error, told, said):
    def fail():
        with store.disk_errors(tmp_path):
            raise error

    with pytest.raises(told, match=said):
        fail()


def test_an_aside_that_was_replaced_is_no_loss(tmp_path):
    market = demo.open_demo(tmp_path, START_MS + 5 * DAY_MS)
    info = market.refresh("DEMO-DUNE/USDT", "5m")
    folder = store.series_folder(tmp_path, "DEMO-DUNE/USDT", "5m")
    (folder.parent / ".5m.old").mkdir()
    assert store.list_series(tmp_path) == [info]


def test_another_generation_of_the_demo_is_made_anew(tmp_path):
    market = demo.open_demo(tmp_path, START_MS + 5 * DAY_MS)
    info = market.refresh("DEMO-DUNE/USDT", "5m")
    folder = store.series_folder(tmp_path, "DEMO-DUNE/USDT", "5m")
    good = store.read_columns(folder).close.tobytes()
    (folder / "close.f64").write_bytes(bytes(len(good)))
    text = (folder / "series.json").read_text()
    (folder / "series.json").write_text(text.replace("demo (synthetic) ", "demo (synthetic) older "))
    market.refresh("DEMO-DUNE/USDT", "5m")
    assert store.read_columns(folder).close.tobytes() == good
    assert store.read_info(folder) == info
