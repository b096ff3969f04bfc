import sqlite3
import threading

import pytest

from botyard.adapters.trial_registry.sqlite import SqliteTrials
from botyard.errors import ConfigError, UserError
from botyard.testing.ports.memory_trials import MemoryTrials
from botyard.testing.ports.trial_registry_suite import TrialRegistrySuite, made_up_run


class TestSqliteTrials(TrialRegistrySuite):
    @pytest.fixture
    def registry(self, tmp_path):
        return SqliteTrials(tmp_path / "home" / "trials.db")


class TestMemoryTrials(TrialRegistrySuite):
    @pytest.fixture
    def registry(self):
        return MemoryTrials()


def test_the_file_outlives_the_process(tmp_path):
    run = made_up_run("one")
    SqliteTrials(tmp_path / "trials.db").add(made_up_run("three"))
    again = SqliteTrials(tmp_path / "trials.db")
    assert list(again.earlier(again.add(run), run)) == [made_up_run("three")]


def test_runs_that_end_together_get_places_of_their_own(tmp_path):
    places = []

    def register(number):
        places.append(SqliteTrials(tmp_path / "trials.db").add(made_up_run("x" * number)))

    threads = [threading.Thread(target=register, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(places) == list(range(1, 9))


def test_a_broken_file_is_told_and_not_passed_over(tmp_path):
    (tmp_path / "trials.db").write_bytes(b"not a database" * 100)
    with pytest.raises(UserError, match="trial registry"):
        SqliteTrials(tmp_path / "trials.db").add(made_up_run("one"))


def test_a_file_of_another_version_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "trials.db") as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(ConfigError, match="schema 99"):
        SqliteTrials(tmp_path / "trials.db").add(made_up_run("one"))
