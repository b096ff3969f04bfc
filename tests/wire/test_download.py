"""Downloads from an archive and an exchange on the loopback interface: whole, checked, resumable, the same bytes."""

import hashlib
import json
import random
from datetime import UTC, datetime
from functools import partial

import pytest

from botyard.apps.exchanges import downloads
from botyard.apps.exchanges.downloads import download_all
from botyard.errors import DataError, NotFound, UserError
from botyard.market import store
from botyard.market.download import download
from botyard.records.fleet import Bar
from botyard.testing.command import Command
from botyard.testing.exchange.archive import LoopbackArchive
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of

HOUR_MS = 3_600_000
START = datetime(2024, 11, 20, 6, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)
N = 24 * 60  # two months of hours, over the change to microseconds in 2025


def hours(n=N):
    """A random walk on a grid of cents."""
    dice, price, bars = random.Random(7), 10_000, []
    for i in range(n):
        close = price + dice.randint(-30, 30)
        high, low = max(price, close) + dice.randint(0, 9), min(price, close) - dice.randint(0, 9)
        bars.append(
            Bar(START_MS + i * HOUR_MS, price / 100, high / 100, low / 100, close / 100, dice.randint(1, 99) / 8)
        )
        price = close
    return bars


NOW_MS = START_MS + (N - 5) * HOUR_MS + 1_234  # an hour is forming; the last day is not over


@pytest.fixture(scope="module")
def servers():
    listing = listing_of("BTC", hours(), minutes=60)
    with (
        LoopbackExchange([listing], now_ms=NOW_MS) as exchange,
        LoopbackArchive(listing, "1h", until_ms=NOW_MS) as archive,
    ):
        yield exchange, archive


@pytest.fixture
def home(servers, tmp_path, monkeypatch):
    exchange, archive = servers
    archive.faults.clear()
    archive.absent.clear()
    archive.requests.clear()
    exchange.faults.clear()
    exchange.requests.clear()
    monkeypatch.setenv("BOTYARD_HOME", str(tmp_path))
    monkeypatch.setenv("BOTYARD_LOOPBACK", f"mainnet={exchange.url},archive={archive.url}")
    monkeypatch.setattr(downloads, "download", partial(download, sleep=lambda _: None))
    return tmp_path


class Quiet:
    def start(self, task, total=0):
        pass

    advance = finish = start


def fetch(symbol="BTC/USDT", since="2024-11-20", venue="binance"):
    return download_all([symbol], "1h", since, venue, Quiet())


def stored(home, symbol="BTC_USDT"):
    return home / "market" / "imported" / symbol / "1h"


def digest(home):
    """Every byte of the stored series."""
    found = sorted(path for path in stored(home).iterdir() if path.is_file())
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in found)).hexdigest()


def test_all_closed_bars_arrive_and_no_other(home, servers):
    (done,), failed = fetch()
    assert failed == {}
    bars = store.read_columns(stored(home))
    closed = [bar for bar in hours() if bar.open_ms + HOUR_MS <= NOW_MS]
    assert len(bars) == len(closed) == N - 5
    assert list(zip(*(column.tolist() for column in bars.columns()), strict=True)) == [tuple(bar) for bar in closed]
    assert done.imported.quality.is_clean
    assert done.imported.quality.notes == ()
    assert store.read_info(stored(home)).instrument.venue == "binance"
    # whole months, then the days that are over, then one page for today
    periods = [name.stem.removeprefix("BTCUSDT-1h-") for name in sorted((home / "downloads").rglob("*.zip"))]
    assert periods[:2] == ["2024-11", "2024-12"]
    assert len(periods) == 2 + 18
    assert done.archives == 20
    assert done.pages == 1


def test_again_asks_for_nothing_that_is_there_and_changes_no_byte(home, servers):
    exchange, archive = servers
    fetch()
    before = digest(home)
    archive.requests.clear()
    exchange.requests.clear()
    fetch()
    assert digest(home) == before
    assert archive.requests == []
    assert len([one for one in exchange.requests if one.path.endswith("klines")]) == 2  # the first, and today's


def test_a_download_that_died_goes_on_and_ends_with_the_same_bytes(home, servers, tmp_path, monkeypatch):
    _, archive = servers
    fetch()
    whole = digest(home)
    other = tmp_path / "other"
    monkeypatch.setenv("BOTYARD_HOME", str(other))
    for dies_at in (1, 7, 16):
        archive.faults.clear()
        archive.requests.clear()
        archive.faults.answer(403, path=f"2025-01-{dies_at:02d}")
        _, failed = fetch()
        assert "answers 403" in failed["BTC/USDT"]
        assert not stored(other).exists()
    archive.faults.clear()
    (done,), failed = fetch()
    assert failed == {}
    assert done.imported.new_bars == N - 5
    assert digest(other) == whole
    assert not [path for path in other.rglob(".*") if path.is_file() and path.name != ".lock"]


def test_what_does_not_match_its_checksum_is_asked_for_again_then_refused(home, servers):
    _, archive = servers
    archive.damaged = {"2024-12"}
    assert fetch()[1] == {}
    home_files = list((home / "downloads").rglob("*2024-12.zip"))
    home_files[0].unlink()
    archive.faults.garble("2024-12.zip.CHECKSUM", 2)
    _, failed = fetch()
    assert "does not match its checksum, twice" in failed["BTC/USDT"]
    assert not list((home / "downloads").rglob("*2024-12.zip"))


def test_what_the_archive_does_not_have_yet_comes_from_candles(home, servers):
    _, archive = servers
    fetch()
    whole = store.read_info(stored(home)).content_hash
    archive.absent = {"2024-12", "2024-12-03", "2025-01-17", "2025-01-18"}
    for path in (home / "downloads").rglob("*2024-12.zip"):
        path.unlink()
    (done,), failed = fetch()
    assert failed == {}
    assert store.read_info(stored(home)).content_hash == whole
    assert done.pages == 2  # 3 December, and today: 17 and 18 January are there from before


def test_busy_servers_are_waited_for(home, servers):
    archive = servers[1]
    archive.faults.answer(503, 2)
    archive.faults.answer(429, 1, path="2024-12")
    assert fetch()[1] == {}


def test_gaps_of_the_exchange_are_found_and_never_filled(home, servers):
    exchange, archive = servers
    archive.absent = {"2025-01-10"}
    hole = int(datetime(2025, 1, 10, 5, tzinfo=UTC).timestamp() * 1000)
    exchange.faults.gaps = {hole, hole + HOUR_MS}
    (done,), _ = fetch()
    assert [(one.kind, one.at_ms, one.count) for one in done.imported.quality.findings] == [("gap", hole, 2)]


def test_perpetuals_come_from_their_own_archive(home, servers):
    (done,), failed = fetch(venue="binanceusdm")
    assert failed == {}
    assert done.imported.info.instrument.symbol == "BTC/USDT:USDT"
    assert done.imported.info.n_bars == N - 5
    assert done.imported.info.instrument.kind == "perpetual"


def test_wrong_wishes_are_said(home):
    with pytest.raises(UserError, match="binance does not list ETH/USDT; 1 others trade there, such as BTC/USDT"):
        fetch("ETH/USDT")
    with pytest.raises(NotFound, match="venue 'mtgox' is not known"):
        fetch(venue="mtgox")
    with pytest.raises(UserError, match="--since 'soon' is not a date"):
        fetch(since="soon")
    _, failed = fetch(since="2031-01-01")
    assert "has not begun" in failed["BTC/USDT"]
    assert isinstance(DataError("x"), UserError)


def test_the_command_shows_what_came_and_doctor_is_content(servers, tmp_path):
    exchange, archive = servers
    botyard = Command(tmp_path, (("BOTYARD_LOOPBACK", f"mainnet={exchange.url},archive={archive.url}"),))
    done = botyard.run("data", "download", "btcusdt", "--timeframe", "1h", "--since", "2024-11-20")
    assert done.code == 0, done.err
    assert "BTC/USDT" in done.out
    assert "1,435 bars, 1,435 of them new" in done.error
    listed = json.loads(botyard.run("data", "list", "--json").out)
    assert listed["series"][0]["n_bars"] == N - 5
