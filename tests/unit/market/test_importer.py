import resource
import signal
import subprocess
import sys
import textwrap
import zipfile

import numpy as np
import pytest

from botyard.engine.bars import Bars
from botyard.errors import DataError, NotFound, UserError
from botyard.market import market_folder, open_market, store
from botyard.market.importer import Failed, Imported, Told, collect, import_files, read_quality, read_stored
from botyard.testing.bars import FIRST_MS, changed, kline_rows, walked_bars, write_feather

STEP = 300_000
DAYS = 288
BARS = walked_bars(10 * DAYS)


def bring(home, path, **told):
    return import_files(market_folder(home, "imported"), collect(path), Told(**told))


def bring_one(home, path, **told):
    (result,) = bring(home, path, **told)
    assert isinstance(result, Imported), result
    return result


def files_of(home):
    return {path.relative_to(home): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_bars_come_back_as_they_were(tmp_path):
    result = bring_one(tmp_path, write_feather(BARS, tmp_path / "BTC_USDT-5m.feather"))
    market = open_market(tmp_path, "auto", 0)
    assert market.name == "imported"
    assert market.bars("BTC/USDT", "5m", research=False) == BARS
    assert result.info.content_hash == store.content_hash(BARS)
    assert (result.info.source, result.new_bars) == ("BTC_USDT-5m.feather", len(BARS))


def test_the_last_bars_are_withheld_from_research(tmp_path):
    bring(tmp_path, write_feather(walked_bars(100 * DAYS), tmp_path / "BTC_USDT-5m.feather"))
    market = open_market(tmp_path, "imported", 0)
    assert market.feed == "stored"
    research = market.bars("BTC/USDT", "5m")
    assert len(research) == 95 * DAYS
    hours = market.bars("BTC/USDT", "1h")
    assert hours.open_ms[-1] + 3_600_000 <= market.info("BTC/USDT").research_until_ms


@pytest.mark.parametrize("days, kept", [(10, 8), (3, 1.5), (50, 47.5)])
def test_at_least_two_days_are_withheld_but_never_more_than_half(tmp_path, days, kept):
    bring(tmp_path, write_feather(walked_bars(days * DAYS), tmp_path / "BTC_USDT-5m.feather"))
    assert len(open_market(tmp_path, "imported", 0).bars("BTC/USDT", "5m")) == kept * DAYS


def test_longer_bars_are_resampled_and_shorter_ones_refused(tmp_path):
    bring(tmp_path, write_feather(BARS, tmp_path / "BTC_USDT-5m.feather"))
    market = open_market(tmp_path, "imported", 0)
    assert market.bars("BTC/USDT", "1h", research=False) == BARS.resample(5, 60)
    for timeframe in ("1m", "3m"):
        with pytest.raises(UserError, match="cannot be made from the stored 5m bars"):
            market.bars("BTC/USDT", timeframe)


def test_only_the_longest_clean_stretch_is_served_but_all_is_kept(tmp_path):
    keep = ~np.isin(np.arange(len(BARS)), range(500, 510))
    gappy = Bars(*(column[keep] for column in BARS.columns()))
    result = bring_one(tmp_path, write_feather(gappy, tmp_path / "BTC_USDT-5m.feather"))
    assert [finding.kind for finding in result.quality.findings] == ["gap"]
    assert open_market(tmp_path, "imported", 0).bars("BTC/USDT", "5m", research=False) == BARS.slice(510, len(BARS))
    folder = store.series_folder(market_folder(tmp_path, "imported"), "BTC/USDT", "5m")
    assert read_stored(folder) == gappy
    assert read_quality(folder) == result.quality


def test_importing_again_changes_nothing(tmp_path):
    shuffled = Bars(*(np.concatenate((column[::-1], column[:5])) for column in BARS.columns()))
    path = write_feather(shuffled, tmp_path / "BTC_USDT-5m.feather")
    home = tmp_path / "home"
    first = bring_one(home, path)
    before = files_of(home)
    again = bring_one(home, path)
    assert (first.new_bars, again.new_bars) == (len(BARS), 0)
    assert files_of(home) == before


def test_several_files_of_one_series_merge(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    for number, start in enumerate((0, 900, 1800)):
        part = BARS.slice(start, start + 1000)
        with zipfile.ZipFile(folder / f"BTCUSDT-5m-2024-01-{number + 1:02}.zip", "w") as archive:
            archive.writestr("klines.csv", kline_rows(part, factor=1 if number < 2 else 1000))
    result = bring_one(tmp_path, folder)
    assert result.files == 3
    assert open_market(tmp_path, "imported", 0).bars("BTC/USDT", "5m", research=False) == BARS.slice(0, 2800)
    assert {note.kind for note in result.quality.notes} == {"duplicate", "order"}


def test_a_later_import_joins_and_its_word_wins(tmp_path):
    first, second = tmp_path / "one", tmp_path / "two"
    first.mkdir()
    second.mkdir()
    early = BARS.slice(0, 1500)
    open_then = changed(early, volume=np.append(early.volume[:-1], 0.5))  # its last bar was still open
    bring(tmp_path, write_feather(open_then, first / "BTC_USDT-5m.feather"))
    result = bring_one(tmp_path, write_feather(BARS.slice(1499, len(BARS)), second / "BTC_USDT-5m.feather"))
    assert result.new_bars == len(BARS) - 1500
    assert "newer" in result.quality.notes[0].text
    assert open_market(tmp_path, "imported", 0).bars("BTC/USDT", "5m", research=False) == BARS


def test_told_beats_the_name(tmp_path):
    path = write_feather(BARS, tmp_path / "export.feather")
    (failed,) = bring(tmp_path, path)
    assert isinstance(failed, Failed)
    assert "--symbol" in failed.text
    result = bring_one(tmp_path, path, symbol="btcusdt", kind="perpetual", venue="bybit")
    instrument = result.info.instrument
    assert (instrument.symbol, instrument.kind, instrument.venue) == ("BTC/USDT:USDT", "perpetual", "bybit")


def test_futures_are_perpetuals_and_stand_beside_spot(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    write_feather(BARS, folder / "BTC_USDT-5m.feather")
    write_feather(walked_bars(3000, seed=2), folder / "BTC_USDT_USDT-5m-futures.feather")
    bring(tmp_path, folder)
    market = open_market(tmp_path, "imported", 0)
    assert market.symbols() == ["BTC/USDT", "BTC/USDT:USDT"]
    assert market.bars("BTC/USDT", "5m") != market.bars("BTC/USDT:USDT", "5m")
    assert market.rules("BTC/USDT:USDT").costs.funding_bps == 1.0


def test_two_lengths_of_one_symbol(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    write_feather(BARS, folder / "BTC_USDT-5m.feather")
    write_feather(walked_bars(500, minutes=60, seed=4), folder / "BTC_USDT-1h.feather")
    bring(tmp_path, folder)
    market = open_market(tmp_path, "imported", 0)
    assert {info.timeframe for info in market.series()} == {"1h", "5m"}
    assert market.info("BTC/USDT").timeframe == "5m"
    assert market.info("BTC/USDT", "4h").timeframe == "1h"
    assert market.info("BTC/USDT", "30m").timeframe == "5m"


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    write_feather(BARS, folder / "BTC_USDT-5m.feather")
    (folder / "ETH_USDT-5m.feather").write_bytes(b"rubbish")
    (folder / "notes.txt").write_text("no bars")
    results = bring(tmp_path, folder)
    assert sorted(type(result).__name__ for result in results) == ["Failed", "Failed", "Imported"]
    assert open_market(tmp_path, "imported", 0).symbols() == ["BTC/USDT"]


def test_a_month_in_the_name_must_be_the_bars_month(tmp_path):
    path = tmp_path / "BTCUSDT-5m-2023-05.csv"
    path.write_text(kline_rows(BARS))
    (failed,) = bring(tmp_path, path)
    assert "the name says 2023-05, but its bars begin on 2024-01-01" in failed.text


def test_swapped_columns_are_refused_and_nothing_is_stored(tmp_path):
    swapped = changed(BARS, high=BARS.low - 1, low=BARS.high + 1)
    (failed,) = bring(tmp_path, write_feather(swapped, tmp_path / "BTC_USDT-5m.feather"))
    assert "high and low look swapped" in failed.text
    assert [path.name for path in market_folder(tmp_path, "imported").rglob("*")] == [".lock"]


def test_bars_of_which_none_is_clean_are_refused(tmp_path):
    path = write_feather(changed(BARS, close=np.full(len(BARS), np.nan)), tmp_path / "BTC_USDT-5m.feather")
    (failed,) = bring(tmp_path, path)
    assert "not one bar is clean" in failed.text


def test_nothing_to_import(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        collect(tmp_path / "none")
    with pytest.raises(DataError, match="holds no file of bars"):
        collect(tmp_path)


def test_an_empty_market_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match=r"botyard data import PATH.*--market demo"):
        open_market(tmp_path, "imported", 0)
    with pytest.raises(UserError, match="demo, imported, auto"):
        open_market(tmp_path, "moon", 0)
    assert open_market(tmp_path, "auto", FIRST_MS + 30 * 86_400_000).name == "demo"


def test_people_may_type_symbols_loosely(tmp_path):
    bring(tmp_path, write_feather(BARS, tmp_path / "BTC_USDT-5m.feather"))
    market = open_market(tmp_path, "imported", 0)
    assert market.find("btcusdt") == market.find("BTC-USDT") == "BTC/USDT"
    for question in (market.find, market.info, market.rules):
        with pytest.raises(NotFound, match="there are BTC/USDT"):
            question("ETH/USDT")


def test_the_data_hash_follows_the_bars(tmp_path):
    path = tmp_path / "BTC_USDT-5m.feather"
    hashes = []
    for bars in (BARS, BARS, changed(BARS, volume=BARS.volume + 1)):
        home = tmp_path / str(len(hashes))
        bring(home, write_feather(bars, path))
        hashes.append(open_market(home, "imported", 0).data_hash(["BTC/USDT"], "1h"))
    assert hashes[0] == hashes[1] != hashes[2]


def test_an_interrupted_replacement_is_finished(tmp_path):
    bring(tmp_path, write_feather(BARS, tmp_path / "BTC_USDT-5m.feather"))
    folder = store.series_folder(market_folder(tmp_path, "imported"), "BTC/USDT", "5m")
    folder.rename(folder.parent / ".5m.old")  # died between the two renames
    assert open_market(tmp_path, "auto", 0).bars("BTC/USDT", "5m", research=False) == BARS


def test_damaged_columns_are_named(tmp_path):
    bring(tmp_path, write_feather(BARS, tmp_path / "BTC_USDT-5m.feather"))
    folder = store.series_folder(market_folder(tmp_path, "imported"), "BTC/USDT", "5m")
    (folder / "low.f64").write_bytes(b"")
    with pytest.raises(DataError, match="import them again"):
        open_market(tmp_path, "imported", 0).bars("BTC/USDT", "5m")


def _in_a_full_disk(code, limit):
    def full():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], preexec_fn=full, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("limit", [4096, 20_000, 100_000])
def test_a_full_disk_leaves_what_was_there(tmp_path, limit):
    path = write_feather(BARS.slice(0, 300), tmp_path / "BTC_USDT-5m.feather")
    home = tmp_path / "home"
    bring(home, path)
    before = files_of(home)
    write_feather(walked_bars(30_000), path)
    code = f"""
        from pathlib import Path
        from botyard.market import importer, market_folder
        market = market_folder(Path({str(home)!r}), "imported")
        print(importer.import_files(market, [Path({str(path)!r})], importer.Told())[0].text)
    """
    done = _in_a_full_disk(code, limit)
    assert "the disk is full" in done.stdout, done.stderr
    assert files_of(home) == before


def test_a_full_disk_stops_the_demo_market_with_one_sentence(tmp_path):
    code = f"""
        from pathlib import Path
        from botyard.errors import DataError
        from botyard.market import open_market
        try:
            open_market(Path({str(tmp_path)!r}), "demo", {FIRST_MS + 40 * 86_400_000}).bars("DEMO-AMBER/USDT", "5m")
        except DataError as e:
            print(e)
    """
    done = _in_a_full_disk(code, 10_000)
    assert "the disk is full" in done.stdout, done.stderr
    market = market_folder(tmp_path, "demo")
    assert [path.name for path in market.rglob("*") if path.is_file()] == [".lock"]


def test_real_pairs(tmp_path, real_market):
    results = bring(tmp_path, real_market / "freqtrade")
    assert len(results) == 12
    assert all(isinstance(result, Imported) and result.quality.is_clean for result in results)
    market = open_market(tmp_path, "auto", 0)
    rules = market.rules("BTC/USDT")
    assert (rules.instrument.tick.value, rules.instrument.lot.value) == (0.01, 1e-05)
    assert len(market.bars("BTC/USDT", "5m", research=False)) == 71_769


def test_real_exports_with_a_gap(tmp_path, real_market):
    results = {result.info.instrument.symbol: result for result in bring(tmp_path, real_market / "csv")}
    assert results["ADA/USDT"].quality.findings == ()
    (gap,) = results["ETH/USDT"].quality.findings
    assert (gap.kind, gap.count) == ("gap", 223)
    assert (
        len(open_market(tmp_path, "auto", 0).bars("ETH/USDT", "5m", research=False))
        == results["ETH/USDT"].info.n_bars
        < 9118
    )
