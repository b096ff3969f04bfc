import dataclasses

import pytest

from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.apps import settings
from botyard.records.fleet import Entry, Snapshot
from botyard.testing.bots import live


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "_overrides", {"home": tmp_path})
    return tmp_path


@pytest.fixture
def store(home):
    store = SqliteFleet(home / "fleet.db", durable=False)
    yield store
    store.close()


@pytest.fixture
def decide(store):
    """Journal a decision as a tick does."""

    def write(name, bar_ms):
        lease = store.acquire(name, "test", bar_ms, 1)
        kept = Snapshot(name, bar_ms, 0, 3, "c", b"", b"", "")
        store.append(lease, [Entry("decision", bar_ms, bar_ms + live.BAR_MS + 700, {"words": "flat"})], kept)
        store.release(lease)

    return write


@pytest.fixture
def put(store, decide):
    """Register a bot of five-minute bars that decided on `last_bar_ms`."""

    def add(name, last_bar_ms=None, **fields):
        what = live.deployed(feed="live")
        store.add_bot(dataclasses.replace(live.bot(what, name=name), **fields))
        if last_bar_ms is not None:
            decide(name, last_bar_ms)

    return add
