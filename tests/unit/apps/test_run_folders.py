import pytest

from botyard.apps import run_folders, settings
from botyard.errors import NotFound, UserError
from botyard.records import codec
from botyard.records.run import RUN_FILE, RunRecord


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "_overrides", {"home": tmp_path})
    return tmp_path


def start(idea: str) -> str:
    run_id, artifacts = run_folders.create(idea)
    artifacts.write(RUN_FILE, codec.dump(RunRecord(run_id, idea, "5m", "demo", 1, 200, 0, "running")))
    return run_id


def test_runs_are_numbered_and_named_by_their_idea():
    assert [start("Fast EMA crosses slow EMA, 3 ATR stop"), start("!!!")] == ["1-fast-ema-crosses-slow", "2-idea"]


def test_a_run_is_found_by_id_number_and_last():
    first, second = start("one"), start("two")
    assert run_folders.load(first)[0].idea == "one"
    assert run_folders.load("1")[0].run_id == first
    assert run_folders.load("last")[0].run_id == second


def test_an_unknown_run_names_those_there_are():
    with pytest.raises(NotFound, match="no runs"):
        run_folders.load("last")
    start("one")
    with pytest.raises(NotFound, match="1-one"):
        run_folders.load("7")


def test_a_run_belongs_to_one_process_at_a_time():
    run_id = start("one")
    with run_folders.locked(run_id), pytest.raises(UserError, match="another process"), run_folders.locked(run_id):
        pass
    with run_folders.locked(run_id):
        pass


def test_a_broken_run_does_not_hide_the_others(home):
    start("one")
    (home / "runs" / "2-broken").mkdir()
    (home / "runs" / "2-broken" / RUN_FILE).write_text("{")
    assert [r.run_id for r in run_folders.records()] == ["1-one"]
    assert start("three") == "3-three"


def test_a_home_that_cannot_be_written_is_said(home):
    (home / "runs").write_text("a file in the way")
    with pytest.raises(UserError, match="--home"):
        run_folders.create("one")
