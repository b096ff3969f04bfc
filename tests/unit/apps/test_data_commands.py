import json

import numpy as np
import pytest
from typer.testing import CliRunner

from botyard.apps import settings
from botyard.apps.cli.data import app
from botyard.engine.bars import Bars
from botyard.errors import DataError, NotFound, UserError
from botyard.testing.bars import walked_bars, write_feather

BARS = walked_bars(3000)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "_overrides", {"home": tmp_path / "home"})

    def call(*words):
        done = CliRunner().invoke(app, [str(word) for word in words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.stdout

    return call


def gappy(path):
    keep = ~np.isin(np.arange(len(BARS)), [1000, 1001])
    return write_feather(Bars(*(column[keep] for column in BARS.columns())), path)


def test_import_list_and_check(run, tmp_path):
    said = run("import", gappy(tmp_path / "BTC_USDT-5m.feather"))
    assert "2 gap" in said
    assert "longest clean stretch" in said
    listed = json.loads(run("list", "--json"))
    assert listed["market"] == "imported"
    (series,) = listed["series"]
    assert (series["instrument"]["symbol"], series["n_bars"]) == ("BTC/USDT", 1998)
    assert "BTC/USDT" in run("list")
    (report,) = json.loads(run("check", "--json"))
    (finding,) = report["quality"]["findings"]
    assert (finding["kind"], finding["count"], report["served_bars"]) == ("gap", 2, 1998)
    assert "2 bars are missing" in run("check", "btcusdt")


@pytest.mark.parametrize("words, kept", [((), False), (("--point-in-time",), True)])
def test_whether_the_list_is_of_its_date_is_kept(run, tmp_path, words, kept):
    run("import", gappy(tmp_path / "BTC_USDT-5m.feather"), *words)
    (series,) = json.loads(run("list", "--json"))["series"]
    assert series["is_point_in_time"] is kept


def test_import_tells_json(run, tmp_path):
    path = write_feather(BARS, tmp_path / "BTC_USDT-5m.feather")
    told = json.loads(run("import", path, "--json", "--venue", "kraken"))
    assert told["failed"] == []
    assert told["imported"][0]["info"]["instrument"]["venue"] == "kraken"


def test_many_places_are_shortened(run, tmp_path):
    volume = BARS.volume.copy()
    volume[::50] = 0.0
    bars = Bars(*BARS.columns()[:5], volume)
    run("import", write_feather(bars, tmp_path / "BTC_USDT-5m.feather"))
    assert "and 40 more places" in run("check")
    assert run("check", "--all").count("nothing was traded") == 60


def test_without_imports_the_demo_is_listed_as_synthetic(run):
    said = run("list")
    assert "SYNTHETIC" in said
    assert said.count("DEMO-") >= 12


def test_errors_reach_the_person(run, tmp_path):
    path = write_feather(BARS, tmp_path / "export.feather")
    with pytest.raises(DataError, match="--symbol"):
        run("import", path)
    with pytest.raises(UserError, match="spot or perpetual"):
        run("import", path, "--kind", "option")
    with pytest.raises(UserError, match="7"):
        run("import", path, "--symbol", "BTC/USDT", "--timeframe", "7")
    with pytest.raises(UserError, match="data import PATH"):
        run("check")
    run("import", path, "--symbol", "BTC/USDT")
    with pytest.raises(NotFound, match="ETH"):
        run("check", "ETH/USDT")


def test_failures_are_counted_after_the_good_ones(run, tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    write_feather(BARS, folder / "BTC_USDT-5m.feather")
    for name in ("ETH_USDT-5m.feather", "SOL_USDT-5m.feather"):
        (folder / name).write_bytes(b"rubbish")
    with pytest.raises(DataError, match="2 imports failed"):
        run("import", folder)
    assert len(json.loads(run("list", "--json"))["series"]) == 1
