"""Kill the process at every await and write of a tick, restart, 200 seeds: own venue fills = ledger = target."""

import dataclasses

import pytest

from botyard.records.market import Costs
from botyard.testing.bots import live
from botyard.testing.chaos import books
from botyard.testing.chaos.exchange import ExchangeWorld, fund, listen
from botyard.testing.chaos.fates import DEATHS, FATES, Fates, at, by_chance, never
from botyard.testing.chaos.paper import PaperWorld
from botyard.testing.ports.memory_fleet import MemoryFleet

WORLD = dataclasses.replace(live.rules(), costs=Costs(funding_bps=50.0))  # large, so that a bar paid twice shows
DEPLOYED = live.deployed(WORLD)
BARS = live.made_up_bars(70, seed=93)  # enters, scales out, exits, stops out, hits a target, goes short, reverses
SHORT = BARS[20:56]
SEEDS = range(200)
LONG, FIRST, N_BARS = live.made_up_bars(140), 60, 70


def played(folder, bars, fates):
    world = PaperWorld(folder, MemoryFleet(), DEPLOYED, bars, fates)
    world.play.through(bars, live.BAR_MS)
    result = books.decisions(world.store.entries(world.name)), world.fills()
    found, play = world.faults(), world.play
    world.close()
    return result, found, play


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    result, found, play = played(tmp_path_factory.mktemp("calm"), BARS, Fates(never))
    assert found == []
    assert len(result[1]) >= 10
    return result, play.fates.calls


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    result, _, play = played(tmp_path_factory.mktemp("short"), SHORT, Fates(never))
    assert result[1]
    return result, play.fates.calls


@pytest.mark.parametrize("when", DEATHS)
def test_a_tick_that_dies_at_any_call_loses_and_doubles_nothing(tmp_path, short, when):
    expected, calls = short
    assert calls > 200
    for number in range(1 if when == "die_before" else 2, calls, 11):
        result, found, play = played(tmp_path / str(number), SHORT, Fates(at(number, when)))
        assert (found, play.lives) == ([], 2), f"died at call {number}"
        assert result == expected, f"died at call {number}"


def test_two_hundred_seeds_of_deaths(tmp_path, short):
    expected, _ = short
    deaths = 0
    for seed in SEEDS:
        result, found, play = played(tmp_path / str(seed), SHORT, Fates(by_chance(seed, 0.02, DEATHS)))
        assert found == [], f"seed {seed}"
        assert result == expected, f"seed {seed}"
        deaths += play.fates.deaths
    assert deaths > 5 * len(SEEDS)


def test_deaths_and_failing_calls_together(tmp_path, calm):
    expected, _ = calm
    for seed in range(12):
        result, found, play = played(tmp_path / str(seed), BARS, Fates(by_chance(seed, 0.04, FATES)))
        assert found == [], f"seed {seed}"
        assert result == expected, f"seed {seed}"
        assert min(play.fates.deaths, play.fates.failures) > 5


@pytest.fixture(scope="module", params=["binance", "binanceusdm"])
def at_exchange(request):
    with listen(LONG, FIRST) as exchange:
        fund(exchange)
        world = ExchangeWorld(exchange, MemoryFleet(), LONG, FIRST, market=request.param)
        world.through(N_BARS)
        assert world.faults() == []
        assert len(world.orders) >= 10
        yield exchange, request.param, books.decisions(world.store.entries(world.name))


def test_the_same_at_an_exchange_that_does_not_say_what_it_never_saw(at_exchange):
    exchange, market, expected = at_exchange
    halts = []
    for seed in range(10):
        exchange.rewind(LONG[FIRST].open_ms + 500)
        fund(exchange)
        world = ExchangeWorld(
            exchange, MemoryFleet(), LONG, FIRST, market=market, fates=Fates(by_chance(seed, 0.05, FATES))
        )
        world.through(N_BARS)
        assert world.faults() == [], f"seed {seed}"
        assert books.decisions(world.store.entries(world.name)) == expected, f"seed {seed}"
        assert world.play.lives > 5
        halts += world.play.resumed
    assert halts
    assert all("the venue does not know it" in reason for reason in halts)
