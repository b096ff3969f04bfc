import json

import pytest
from typer.testing import CliRunner

from botyard.apps import settings
from botyard.apps.cli.evidence import app
from botyard.errors import UserError
from botyard.testing.code_cache import CODE_CACHE

FEW = ("--power", 0, "--registry", 0, "--kinds", "gbm,garch", "--trials", 2, "--workers", 1)


@pytest.fixture
def home(tmp_path, monkeypatch):
    CODE_CACHE.mkdir(exist_ok=True)
    home = tmp_path / "home"
    home.mkdir()
    (home / "cache").symlink_to(CODE_CACHE)
    monkeypatch.setattr(settings, "_overrides", {"home": home})
    return home


@pytest.fixture
def run(home):
    def call(*words):
        done = CliRunner().invoke(app, ["calibrate", *(str(word) for word in words)])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return call


def test_it_asks_writes_the_report_and_goes_on_with_what_it_knows(run, home, tmp_path):
    first = run("--no-edge", 2, *FEW)
    assert "0.0 % (0 of 2; 0.0–84.2 %)" in first.stdout
    kept = (home / "calibration" / "fresh" / "no-edge.jsonl").read_text().splitlines()
    assert len(kept) == 3
    page = tmp_path / "docs" / "evidence.md"
    told = json.loads(run("--no-edge", 3, *FEW, "--report", page, "--json").stdout)
    assert told["report"] == str(page)
    assert told["found"][0][0] == "false promotion"
    assert "Of 3 made-up universes" in page.read_text()
    assert (page.parent / "images" / "evidence_no_edge.svg").exists()
    assert (home / "calibration" / "fresh" / "no-edge.jsonl").read_text().splitlines()[:3] == kept


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--seeds", "lucky"), "there are no 'lucky' seeds; choose one of design, fresh"),
        (("--kinds", "gbm,casino"), "cannot be made; choose some of gbm, garch, real, drift"),
        (("--no-edge", 0, "--power", 0, "--registry", 0), "nothing is asked"),
        (("--no-edge", 4), "no bars have been imported yet"),
        (("--no-edge", 9999, "--kinds", "gbm"), "0 to 5000 can"),
    ],
)
def test_what_cannot_be_done_is_said(run, words, said):
    with pytest.raises(UserError, match=said):
        run(*words)


def test_another_number_of_trials_needs_another_folder(run):
    run("--no-edge", 1, *FEW)
    with pytest.raises(UserError, match="--folder"):
        run("--no-edge", 1, *FEW, "--trials", 3)
