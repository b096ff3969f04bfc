import dataclasses
import hashlib
import itertools

import pytest

from botyard.adapters.fleet_store import dynamodb_items as items
from botyard.adapters.fleet_store.dynamodb import DynamoFleet
from botyard.adapters.fleet_store.dynamodb_wire import Credentials, Wire
from botyard.errors import InvariantError, RetryableError
from botyard.records.fleet import Entry
from botyard.testing.bots import live
from botyard.testing.ports import loopback_aws
from botyard.testing.ports.fleet_store_suite import FleetStoreSuite
from botyard.testing.ports.memory_table import MemoryTable

_tables = itertools.count(1)


@pytest.fixture(scope="module")
def endpoint():
    with loopback_aws.moto_server() as address:
        yield address


class TestDynamoFleet(FleetStoreSuite):
    """On moto's table and on the one in memory, which other tests stand on."""

    @pytest.fixture(params=["moto", "memory"])
    def store(self, request):
        if request.param == "memory":
            yield DynamoFleet(MemoryTable().call, "fleet")
            return
        endpoint = request.getfixturevalue("endpoint")
        wire = Wire(loopback_aws.REGION, lambda: Credentials("testing", "testing"), endpoint)
        yield DynamoFleet(wire.call, loopback_aws.make_table(endpoint, f"fleet-{next(_tables)}"))
        wire.close()

    @pytest.fixture
    def other(self, store):
        """The same fleet, as another process sees it."""
        return DynamoFleet(store._table.call, store._table.name)

    def test_a_long_journal_leaves_the_head_and_reads_as_one(self, store):
        store.add_bot(live.bot(live.deployed()))
        lease = store.acquire("swing-1", "one", 0, 10)
        notes = [Entry("note", bar, 5, {"text": hashlib.sha256(str(bar).encode()).hexdigest()}) for bar in range(200)]
        for start in range(0, 200, 7):
            store.append(lease, notes[start : start + 7])
        whole = [dataclasses.replace(note, sequence=i) for i, note in enumerate(notes, 1)]
        assert list(store.entries("swing-1")) == whole
        for after in (1, 99, 196, 199, 200):
            assert list(store.entries("swing-1", after=after)) == whole[after:]

    def test_a_status_that_a_person_set_in_between_keeps_its_place(self, store, other):
        store.add_bot(live.bot(live.deployed()))
        lease = store.acquire("swing-1", "one", 0, 10)
        other.set_status("swing-1", "paused", "asked", expected="running", at_ms=7)
        store.append(lease, [Entry("decision", 1, 5, {})])
        assert [e.kind for e in other.entries("swing-1")] == ["status", "decision"]
        assert other.bot("swing-1").status == "paused"

    def test_a_lease_is_in_the_table_from_an_intent_on_until_what_became_of_it_is_written(self, store, other):
        store.add_bot(live.bot(live.deployed()))
        lease = store.acquire("swing-1", "one", 0, 10)
        store.append(lease, [Entry("intent", 1, 5, {"client_id": "a"})])
        other.set_status("swing-1", "paused", "asked", expected="running")
        assert other.acquire("swing-1", "two", 9, 10) is None
        store.append(lease, [Entry("submitted", 1, 5, {"client_id": "a"})])
        taken = other.acquire("swing-1", "two", 9, 10)
        other.append(taken, [Entry("note", 1, 5, {})])
        with pytest.raises(RetryableError, match="took over"):
            store.append(lease, [Entry("intent", 1, 5, {"client_id": "b"})])

    def test_of_two_processes_that_hold_a_lease_the_first_to_write_has_it(self, store, other):
        store.add_bot(live.bot(live.deployed()))
        leases = [one.acquire("swing-1", "same", 0, 10) for one in (store, other)]
        other.append(leases[1], [Entry("intent", 1, 5, {"client_id": "a"})])
        other.append(leases[1], [Entry("submitted", 1, 5, {"client_id": "a"})])
        with pytest.raises(RetryableError, match="took over"):
            store.append(leases[0], [Entry("intent", 1, 5, {"client_id": "b"})])
        assert [e.kind for e in store.entries("swing-1")] == ["intent", "submitted"]

    def test_a_lease_that_was_written_and_not_ended_runs_out(self, store, other):
        store.add_bot(live.bot(live.deployed()))
        lease = store.acquire("swing-1", "one", 0, 10)
        store.append(lease, [Entry("intent", 1, 5, {"client_id": "a"})])
        assert other.acquire("swing-1", "two", 9, 10) is None
        assert other.acquire("swing-1", "two", 10, 10) is not None

    def test_a_tick_that_was_overtaken_by_another_process_stops(self, store, other):
        store.add_bot(live.bot(live.deployed()))
        old = store.acquire("swing-1", "one", 0, 10)
        new = other.acquire("swing-1", "two", 10, 10)
        other.append(new, [Entry("decision", 1, 5, {})])
        with pytest.raises(RetryableError, match="took over"):
            store.append(old, [Entry("decision", 1, 5, {})])
        assert len(list(other.entries("swing-1"))) == 1

    def test_more_fills_than_one_transaction_takes(self, store):
        store.add_bot(live.bot(live.deployed()))
        lease = store.acquire("swing-1", "one", 0, 10)
        fills = [Entry("fill", 1, 5, {"trade_id": str(i)}) for i in range(205)]
        store.append(lease, fills)
        assert [e.data["trade_id"] for e in store.entries("swing-1")] == [str(i) for i in range(205)]
        with pytest.raises(InvariantError, match="second fill"):
            store.append(lease, [Entry("fill", 9, 5, {"trade_id": "0"})])

    def test_what_was_written_at_once_may_not_be_twice_either(self, store):
        store.add_bot(live.bot(live.deployed()))
        lease = store.acquire("swing-1", "one", 0, 10)
        for entry in (Entry("fill", 1, 5, {"trade_id": "t"}), Entry("intent", 1, 5, {"client_id": "a"})):
            with pytest.raises(InvariantError, match="written"):
                store.append(lease, [entry, entry])

    def test_no_intent_reaches_back_behind_the_last_decision(self, store):
        store.add_bot(live.bot(live.deployed()))
        lease = store.acquire("swing-1", "one", 0, 10)
        store.append(lease, [Entry("intent", 2, 5, {"client_id": "a"}), Entry("decision", 2, 5, {})])
        for again in (Entry("intent", 2, 5, {"client_id": "a"}), Entry("intent", 1, 5, {"client_id": "b"})):
            with pytest.raises(InvariantError, match="second intent"):
                store.append(lease, [again])
        store.append(lease, [Entry("intent", 2, 5, {"client_id": "b"})])

    def test_a_bot_that_was_taken_back_leaves_nothing_to_its_successor(self, store, other):
        store.add_bot(live.bot(live.deployed()))
        lease = store.acquire("swing-1", "one", 0, 10)
        store.append(lease, [Entry("note", i, 5, {"text": "x" * 50 + str(i**9)}) for i in range(100)])
        assert other.bot("swing-1").run_id == "1-swing"
        store.remove_bot("swing-1")
        store.add_bot(dataclasses.replace(live.bot(live.deployed()), run_id="2-swing"))
        assert other.bot("swing-1").run_id == "2-swing"
        assert list(other.entries("swing-1")) == []

    def test_an_account_travels_with_the_bot(self, store, other):
        store.add_bot(live.bot(live.deployed()))
        store.keep_account("swing-1", b"account")
        lease = store.acquire("swing-1", "one", 0, 10)
        other.set_status("swing-1", "paused", "asked", expected="running")
        store.append(lease, [Entry("decision", 1, 5, {})])
        assert other.account("swing-1") == b"account"


@pytest.mark.parametrize("data", [b"\x02\x00\x00", b"\x01\xff\xff"])
def test_what_another_version_packed_is_refused_not_misread(data):
    with pytest.raises(InvariantError, match="does not fit this version"):
        items.unpack_entries(data, 1)
    with pytest.raises(InvariantError, match="does not fit this version"):
        items.unpack_snapshot("swing-1", data)
