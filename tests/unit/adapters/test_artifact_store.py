"""The folder that keeps a run's artifacts: whole files or none, and plain words when the disk says no."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.errors import InvariantError, NotFound, UserError

IN_A_SMALL_WORLD = """
import resource, signal, sys
from pathlib import Path
from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.errors import UserError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
store = FolderArtifacts(Path(sys.argv[1]))
store.write("small.json", b"x" * 900)
try:
    store.write("report.html", b"new" * 1000)
except UserError as e:
    print(e)
"""


def test_what_is_written_is_read_back(tmp_path):
    store = FolderArtifacts(tmp_path)
    store.write("studies/BTC.journal", b"one")
    store.write("studies/BTC.journal", b"two")
    assert store.read("studies/BTC.journal") == b"two"
    assert store.exists("studies/BTC.journal")
    assert not store.exists("studies")
    assert [p.name for p in (tmp_path / "studies").iterdir()] == ["BTC.journal"]


def test_what_was_never_written_is_not_found(tmp_path):
    store = FolderArtifacts(tmp_path)
    assert not store.exists("research.json")
    with pytest.raises(NotFound, match=r"there is no research\.json in"):
        store.read("research.json")


def test_a_path_for_tools_has_its_folder(tmp_path):
    path = FolderArtifacts(tmp_path).path("charts/equity.svg")
    path.write_text("<svg/>")
    assert FolderArtifacts(tmp_path).read("charts/equity.svg") == b"<svg/>"


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../other-run/run.json", "charts/../../x"])
def test_no_name_leaves_the_folder(tmp_path, name):
    with pytest.raises(InvariantError, match="leaves the run's folder"):
        FolderArtifacts(tmp_path / "run").write(name, b"")


def test_a_full_disk_keeps_the_old_file_and_says_what_to_do(tmp_path):
    (tmp_path / "report.html").write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", IN_A_SMALL_WORLD, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "cannot write" in done.stdout
    assert "larger than this process may write; make room or choose another place with --home" in done.stdout
    assert (tmp_path / "report.html").read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report.html", "small.json"]


@pytest.mark.parametrize(
    "number, words", [(errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "quota"), (errno.EIO, "")]
)
def test_what_the_system_says_is_passed_on(tmp_path, monkeypatch, number, words):
    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UserError, match=words or os.strerror(number)):
        FolderArtifacts(tmp_path).write("run.json", b"{}")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("")
    store = FolderArtifacts(tmp_path / "file")
    with pytest.raises(UserError, match="cannot write"):
        store.write("run.json", b"{}")
    with pytest.raises(UserError, match="cannot make"):
        store.path("charts/equity.svg")
    with pytest.raises(UserError, match="cannot read"):
        store.read("run.json")


def test_drafts_left_by_a_crash_are_not_artifacts(tmp_path):
    store = FolderArtifacts(tmp_path)
    Path(tmp_path / ".run.json.0000.draft").write_bytes(b"{")
    assert not store.exists("run.json")
