"""Moving a bot between homes: it lives in one place at any time, and comes with its whole history, whatever dies."""

import dataclasses

import pytest

from botyard.apps.aws.control.moving import move
from botyard.errors import UserError
from botyard.records.fleet import BotRecord, Entry, Snapshot
from botyard.testing.ports.memory_fleet import MemoryFleet

BOT = BotRecord(
    name="swing-1", run_id="1-swing", symbol="BTC/USDT", venue="paper", timeframe="5m", mode="paper", status="running",
    reason="", bundle="here", spec_hash="s", code_hash="c", deployment_hash="d", allocated_quote=1000.0, feed="live",
    seed_ms=0, live_from_ms=0, created_ms=0,
)  # fmt: skip
JOURNAL = [Entry("decision", 300_000 * n, n, {"words": f"bar {n}"}) for n in range(1, 451)]


class DiedError(Exception):
    """The process that moved it is gone."""


class Home:
    """A home in memory that dies at one of its calls."""

    def __init__(self, label):
        self.label = label
        self.fleet = MemoryFleet()
        self.accounts, self.bundles, self.awake = {}, {}, set()
        self.left = None

    def _step(self):
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise DiedError

    @property
    def store(self):
        self._step()
        return self.fleet

    def check(self, bot, bundle):
        assert bundle == b"zip"

    def shut_out(self, name):
        self._step()

    def bundle(self, bot):
        return self.bundles[bot.bundle]

    def keep_bundle(self, bot, data):
        self._step()
        self.bundles[self.label] = data
        return self.label

    def account(self, bot):
        return self.accounts[bot.name]

    def keep_account(self, bot, data):
        self._step()
        self.accounts[bot.name] = data

    def settle_in(self, bot):
        self._step()
        self.awake.add(bot.name)

    def move_out(self, bot):
        self._step()
        self.awake.discard(bot.name)

    @property
    def is_alive(self):
        return any(bot.status != "killed" for bot in self.fleet.bots())


def write(fleet, entries, snapshot=None):
    lease = fleet.acquire("swing-1", "a tick", 0, 60_000)
    fleet.append(lease, entries, snapshot)
    fleet.release(lease)


@pytest.fixture
def homes():
    ours, theirs = Home("ours"), Home("theirs")
    ours.fleet.add_bot(BOT)
    write(ours.fleet, JOURNAL[:430], Snapshot("swing-1", JOURNAL[429].bar_ms, 0, 4, "c", b"state", b"book", "{}"))
    write(ours.fleet, JOURNAL[430:])
    ours.accounts["swing-1"], ours.bundles["here"], ours.awake = b"cash", b"zip", {"swing-1"}
    return ours, theirs


def lines(home):
    return [(e.sequence, e.kind, e.bar_ms, e.data.get("words")) for e in home.fleet.entries("swing-1")]


def test_it_comes_with_journal_snapshot_account_and_bundle(homes):
    ours, theirs = homes
    assert "lives in theirs now, running" in move("swing-1", ours, theirs)
    assert (ours.is_alive, theirs.is_alive) == (False, True)
    assert ours.fleet.bot("swing-1").reason == "moved to theirs; it was running"
    moved = theirs.fleet.bot("swing-1")
    assert dataclasses.replace(moved, bundle="here", reason="") == BOT
    assert lines(theirs)[:451] == lines(ours)
    assert [n for n, *_ in lines(theirs)] == list(range(1, 453))
    assert theirs.fleet.snapshot("swing-1") == ours.fleet.snapshot("swing-1")
    assert (theirs.accounts["swing-1"], theirs.bundles[moved.bundle]) == (b"cash", b"zip")
    assert (ours.awake, theirs.awake) == (set(), {"swing-1"})


def test_it_comes_back_with_what_happened_there(homes):
    ours, theirs = homes
    move("swing-1", ours, theirs)
    write(theirs.fleet, [Entry("decision", 300_000 * 451, 451, {"words": "there"})])
    theirs.accounts["swing-1"] = b"more cash"
    theirs.fleet.set_status("swing-1", "paused", "by a person", expected="running")
    ours.bundles["theirs"] = b"zip"
    move("swing-1", theirs, ours)
    assert ours.fleet.bot("swing-1").status == "paused"
    assert ours.accounts["swing-1"] == b"more cash"
    assert lines(ours)[: len(lines(theirs))] == lines(theirs)


def test_a_halted_bot_arrives_halted_for_the_same_reason(homes):
    ours, theirs = homes
    ours.fleet.set_status("swing-1", "halted", "the venue holds 3; look: twice", expected="running")
    move("swing-1", ours, theirs)
    assert (theirs.fleet.bot("swing-1").status, theirs.fleet.bot("swing-1").reason) == (
        "halted",
        "the venue holds 3; look: twice",
    )


@pytest.mark.parametrize("who", ["ours", "theirs"])
def test_wherever_it_dies_it_lives_once_at_most_and_the_next_try_goes_on(homes, who):
    ours, theirs = homes
    dying = ours if who == "ours" else theirs
    for step in range(100):
        dying.left = step
        try:
            move("swing-1", ours, theirs)
        except DiedError:
            assert not (ours.is_alive and theirs.is_alive), step
            continue
        break
    assert step > 3
    dying.left = None
    assert (ours.is_alive, theirs.is_alive) == (False, True)
    assert [n for n, *_ in lines(theirs)] == list(range(1, 453))
    assert (ours.awake, theirs.awake) == (set(), {"swing-1"})


def test_a_way_back_that_was_cut_short_is_not_turned_round(homes):
    ours, theirs = homes
    move("swing-1", ours, theirs)
    theirs.accounts["swing-1"] = b"more cash"
    ours.bundles["theirs"] = b"zip"
    dying = theirs
    for step in range(100):
        dying.left = step
        try:
            move("swing-1", theirs, ours)
        except DiedError:
            dying.left = None
            if theirs.fleet.bot("swing-1").status == "killed" and not ours.is_alive:
                with pytest.raises(UserError, match="on its way to ours"):
                    move("swing-1", ours, theirs)
            continue
        break
    assert (ours.is_alive, theirs.is_alive) == (True, False)
    assert ours.accounts["swing-1"] == b"more cash"


@pytest.mark.parametrize("how", ["killed", "lives there", "another bot", "ended there"])
def test_what_may_not_be_moved_stays_as_it_is(homes, how):
    ours, theirs = homes
    if how == "killed":
        ours.fleet.set_status("swing-1", "killed", "flat", expected="running")
    elif how == "lives there":
        theirs.fleet.add_bot(BOT)
    elif how == "another bot":
        theirs.fleet.add_bot(dataclasses.replace(BOT, deployment_hash="other"))
    else:
        move("swing-1", ours, theirs)
        theirs.fleet.set_status("swing-1", "killed", "flat, no orders", expected="running")
    before = [(b.status, b.reason) for home in homes for b in home.fleet.bots()]
    with pytest.raises(UserError):
        move("swing-1", ours, theirs)
    assert [(b.status, b.reason) for home in homes for b in home.fleet.bots()] == before
