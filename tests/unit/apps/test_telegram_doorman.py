import pytest

from botyard.apps.telegram.doorman import STALE_SECONDS, Doorman
from botyard.apps.telegram.memory import Memory

NOW = 1_700_000_000.0


@pytest.fixture
def doorman(tmp_path):
    return Doorman(frozenset({7}), Memory(tmp_path / "telegram.db"))


def update(number=1, user=7, kind="private", age=0):
    message = {"from": {"id": user}, "chat": {"id": 70, "type": kind}, "text": "/fleet", "date": NOW - age}
    return {"update_id": number, "message": message}


def test_strangers_and_groups_are_not_heard(doorman):
    assert doorman.admit(update(1, user=8), NOW) is None
    assert doorman.admit(update(2, kind="group"), NOW) is None
    assert doorman.admit(update(3), NOW).text == "/fleet"


def test_an_update_is_heard_once(doorman, tmp_path):
    assert doorman.admit(update(1), NOW) is not None
    assert doorman.admit(update(1), NOW) is None
    again = Doorman(frozenset({7}), Memory(tmp_path / "telegram.db"))
    assert again.admit(update(1), NOW) is None


@pytest.mark.parametrize(("age", "is_stale"), [(STALE_SECONDS, False), (STALE_SECONDS + 1, True)])
def test_what_comes_late_is_marked(doorman, age, is_stale):
    assert doorman.admit(update(age=age), NOW).is_stale is is_stale
