"""What every FleetStore must keep: subclass it and give a `store` fixture."""

import pytest

from botyard.errors import InvariantError, NotFound, RetryableError, UserError
from botyard.ports import FleetStore
from botyard.records.fleet import Entry, Snapshot
from botyard.testing.bots import live


def _decision(bar_ms: int) -> Entry:
    return Entry("decision", bar_ms, 5, {"equity": "1", "row": [float("inf"), -0.0]})


def _snapshot(last_bar_ms: int) -> Snapshot:
    return Snapshot("swing-1", last_bar_ms, 0, 1, "c", b"\x00\x01", b"\xff", '{"a": 1}')


class FleetStoreSuite:
    """The contract."""

    @pytest.fixture
    def bot(self, store: FleetStore) -> FleetStore:
        """Return the store with one bot in it."""
        store.add_bot(live.bot(live.deployed()))
        return store

    def test_bots_are_listed_in_order_of_registration(self, store: FleetStore) -> None:
        for name in ("b", "a", "c"):
            store.add_bot(live.bot(live.deployed(), name=name))
        assert [bot.name for bot in store.bots()] == ["b", "a", "c"]
        assert store.bot("a") == live.bot(live.deployed(), name="a")

    def test_a_name_is_taken_once(self, bot: FleetStore) -> None:
        with pytest.raises(UserError):
            bot.add_bot(live.bot(live.deployed()))

    def test_an_unknown_bot_is_answered_with_those_there_are(self, bot: FleetStore) -> None:
        with pytest.raises(NotFound, match="swing-1"):
            bot.bot("nobody")

    def test_a_status_moves_only_from_the_expected_one_and_is_journaled(self, bot: FleetStore) -> None:
        bot.set_status("swing-1", "paused", "asked", expected="running", at_ms=7)
        assert (bot.bot("swing-1").status, bot.bot("swing-1").reason) == ("paused", "asked")
        with pytest.raises(RetryableError):
            bot.set_status("swing-1", "killing", "asked", expected="running")
        assert [(e.kind, e.at_ms, e.data["to"]) for e in bot.entries("swing-1")] == [("status", 7, "paused")]

    def test_one_holder_at_a_time_and_fences_that_grow(self, bot: FleetStore) -> None:
        first = bot.acquire("swing-1", "one", 1000, 60)
        assert first is not None
        assert bot.acquire("swing-1", "two", 1059, 60) is None
        assert bot.acquire("swing-1", "one", 1059, 60) is None
        second = bot.acquire("swing-1", "two", 1060, 60)
        assert second is not None
        assert second.fence > first.fence
        bot.release(first)  # lost already: nothing happens
        assert bot.acquire("swing-1", "three", 1061, 60) is None
        bot.release(second)
        third = bot.acquire("swing-1", "three", 1061, 60)
        assert third is not None
        assert third.fence > second.fence

    def test_a_write_with_an_old_fence_changes_nothing(self, bot: FleetStore) -> None:
        old = bot.acquire("swing-1", "one", 0, 10)
        new = bot.acquire("swing-1", "two", 10, 10)
        assert old is not None
        assert new is not None
        with pytest.raises(RetryableError):
            bot.append(old, [_decision(1)], _snapshot(1))
        assert list(bot.entries("swing-1")) == []
        assert bot.snapshot("swing-1") is None
        bot.append(new, [_decision(1)])

    def test_a_journal_is_numbered_and_read_from_anywhere(self, bot: FleetStore) -> None:
        lease = bot.acquire("swing-1", "one", 0, 10)
        assert lease is not None
        bot.append(lease, [_decision(1), Entry("note", 1, 5, {"text": "ü"})])
        bot.append(lease, [_decision(2)], _snapshot(2))
        assert [e.sequence for e in bot.entries("swing-1")] == [1, 2, 3]
        assert [e.bar_ms for e in bot.entries("swing-1", after=2)] == [2]
        assert next(bot.entries("swing-1", after=1)).data == {"text": "ü"}

    def test_a_snapshot_says_which_entry_it_includes(self, bot: FleetStore) -> None:
        lease = bot.acquire("swing-1", "one", 0, 10)
        assert lease is not None
        bot.append(lease, [_decision(1), _decision(2)], _snapshot(2))
        bot.append(lease, [_decision(3)])
        kept = bot.snapshot("swing-1")
        assert kept is not None
        assert (kept.sequence, kept.state, kept.book, kept.ledger) == (2, b"\x00\x01", b"\xff", '{"a": 1}')

    @pytest.mark.parametrize(
        "entry",
        [
            _decision(1),
            Entry("intent", 1, 5, {"client_id": "a"}),
            Entry("fill", 1, 5, {"trade_id": "t"}),
        ],
    )
    def test_what_may_be_there_once_is_there_once(self, bot: FleetStore, entry: Entry) -> None:
        lease = bot.acquire("swing-1", "one", 0, 10)
        assert lease is not None
        bot.append(lease, [entry])
        with pytest.raises(InvariantError):
            bot.append(lease, [Entry("note", 9, 9), entry])
        assert len(list(bot.entries("swing-1"))) == 1

    def test_numbers_come_back_bit_for_bit(self, bot: FleetStore) -> None:
        lease = bot.acquire("swing-1", "one", 0, 10)
        assert lease is not None
        bot.append(lease, [_decision(1)])
        assert str(next(bot.entries("swing-1")).data["row"]) == "[inf, -0.0]"

    def test_a_bot_that_never_traded_can_be_taken_back(self, bot: FleetStore) -> None:
        bot.remove_bot("swing-1")
        assert bot.bots() == []
        bot.add_bot(live.bot(live.deployed()))
        assert list(bot.entries("swing-1")) == []

    def test_a_bot_that_traded_cannot(self, bot: FleetStore) -> None:
        lease = bot.acquire("swing-1", "one", 0, 10)
        assert lease is not None
        bot.append(lease, [Entry("fill", 1, 5, {"trade_id": "t"})])
        with pytest.raises(InvariantError):
            bot.remove_bot("swing-1")
