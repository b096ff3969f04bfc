import pytest

from botyard.bot.guards import disaster_stop
from botyard.bot.guards.disaster_stop import covered, level, unprotecting
from botyard.bot.intents import Want
from botyard.bot.ledger import Working
from botyard.records.fleet import Order


def stop(ticks, lots=10, *, side="sell", kind="stop", reduce_only=True):
    return Want(3, "rest", kind, side, lots, ticks, reduce_only)


def shown(wants):
    return [(w.kind, w.side, w.lots, w.ticks, w.transition) for w in wants]


def test_a_naked_position_is_covered_a_tenth_from_its_entry():
    assert shown(covered([], 10, 1000.0)) == [("stop", "sell", 10, 900, disaster_stop.TRANSITION)]
    assert shown(covered([], -10, 1000.0)) == [("stop", "buy", 10, 1100, disaster_stop.TRANSITION)]
    assert level(10, 1000.5) == 901, "never farther than a tenth"
    assert level(-10, 1000.5) == 1100


def test_a_nearer_stop_of_the_strategy_is_enough_and_a_farther_one_gives_way():
    near, far = stop(950), stop(700)
    assert covered([near], 10, 1000.0) == [near]
    assert shown(covered([far], 10, 1000.0)) == shown(covered([], 10, 1000.0))
    near, far = stop(1050, side="buy"), stop(1300, side="buy")
    assert covered([near], -10, 1000.0) == [near]
    assert shown(covered([far], -10, 1000.0)) == shown(covered([], -10, 1000.0))


def test_what_a_stop_leaves_open_is_covered_and_targets_and_entries_cover_nothing():
    others = [stop(950, lots=4), stop(1200, kind="limit"), stop(1100, side="buy", reduce_only=False)]
    found = covered(others, 10, 1000.0)
    assert found[:-1] == others
    assert shown(found[-1:]) == [("stop", "sell", 6, 900, disaster_stop.TRANSITION)]


@pytest.mark.parametrize(("mode", "due"), [("paper", False), ("testnet", True), ("mainnet", True)])
def test_it_is_due_where_orders_leave_the_machine(mode, due):
    assert disaster_stop.is_due(mode) is due


def working(name, kind, ticks, lots=5):
    return Working(Order(name, "MADE/UP", "sell", kind, lots, ticks, 0, reduce_only=True), 0, is_sent=True)


def test_a_halted_bot_keeps_the_nearest_stops_up_to_what_it_holds():
    loose, tight, target = working("a", "stop", 90), working("b", "stop", 95), working("c", "limit", 120)
    assert unprotecting([loose, tight, target], 5) == [loose, target]
    assert unprotecting([loose, tight, target], 0) == [loose, tight, target]
    assert unprotecting([loose, tight, target], 10) == [target], "half by its own stop, half by the other"
