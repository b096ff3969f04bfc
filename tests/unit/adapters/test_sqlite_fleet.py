import os
import sqlite3
import subprocess
import sys

import pytest

from botyard.adapters.fleet_store.sqlite import SqliteFleet, local_owner
from botyard.errors import ConfigError, UserError
from botyard.testing.bots import live


@pytest.fixture
def store(tmp_path):
    store = SqliteFleet(tmp_path / "fleet.db")
    store.add_bot(live.bot(live.deployed()))
    yield store
    store.close()


def test_a_dead_process_holds_no_lease(store):
    code = "from botyard.adapters.fleet_store.sqlite import local_owner; print(local_owner())"
    dead = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert store.acquire("swing-1", dead, 0, 60_000) is not None
    assert store.acquire("swing-1", "me", 1, 60_000) is not None


def test_a_living_process_keeps_its_lease(store):
    assert store.acquire("swing-1", local_owner(), 0, 60_000) is not None
    assert store.acquire("swing-1", "me", 1, 60_000) is None


def test_a_reused_process_id_is_not_the_holder(store):
    host, pid, _ = local_owner().split("/")
    assert store.acquire("swing-1", f"{host}/{pid}/1", 0, 60_000) is not None
    assert store.acquire("swing-1", "me", 1, 60_000) is not None


def test_a_holder_on_another_machine_is_waited_for(store):
    assert store.acquire("swing-1", "elsewhere/1/1", 0, 60_000) is not None
    assert store.acquire("swing-1", "me", 1, 60_000) is None


def test_another_schema_is_refused(tmp_path):
    db = sqlite3.connect(tmp_path / "fleet.db")
    db.execute("PRAGMA user_version=99")
    db.commit()
    db.close()
    with pytest.raises(ConfigError, match="schema 99"):
        SqliteFleet(tmp_path / "fleet.db")


def test_a_file_that_is_no_store_is_said(tmp_path):
    (tmp_path / "fleet.db").write_bytes(b"not a database, certainly not one of ours" * 100)
    with pytest.raises(UserError, match="damaged"):
        SqliteFleet(tmp_path / "fleet.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_home_that_cannot_be_written_is_said(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="--home"):
        SqliteFleet(tmp_path / "sub" / "fleet.db")
