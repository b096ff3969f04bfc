import math

import numpy as np
import pytest

from botyard.apps.calibration import universes
from botyard.apps.calibration.planted import SPELL_HOURS, Edge, plant
from botyard.engine.bars import HOUR_MS, Bars
from botyard.testing.markets.made_up import made_up_bars

HOURS = 24 * 365


def draw(kind, seed=1, n_symbols=8, n_hours=HOURS):
    return universes.moves(kind, np.random.default_rng(seed), n_symbols=n_symbols, n_hours=n_hours)


def autocorrelation(x):
    return np.corrcoef(x[:-1], x[1:])[0, 1]


@pytest.mark.parametrize("kind", ["gbm", "garch"])
def test_nothing_is_earned_by_holding_or_by_following_the_last_hour(kind):
    found = draw(kind, n_symbols=40)
    ratios = found.returns.mean(axis=1) / found.returns.std(axis=1) * math.sqrt(HOURS)
    assert abs(ratios.mean()) < 4 * math.sqrt(universes.CORRELATION)  # forty of them move together
    followed = np.sign(found.returns[:, :-1]) * found.returns[:, 1:]
    assert abs(followed.mean() / followed.std() * math.sqrt(HOURS)) < 4


@pytest.mark.parametrize("kind", ["gbm", "garch"])
def test_symbols_are_correlated_and_as_volatile_as_drawn(kind):
    found = draw(kind)
    correlations = np.corrcoef(found.returns)[np.triu_indices(8, 1)]
    assert correlations.mean() == pytest.approx(universes.CORRELATION, abs=0.08)
    annual = found.returns.std(axis=1) * math.sqrt(universes.HOURS_PER_YEAR)
    assert annual == pytest.approx((found.usual * math.sqrt(universes.HOURS_PER_YEAR))[:, 0], rel=0.3)


def test_garch_has_fat_tails_and_clusters_and_normal_returns_have_none():
    for kind, fat in (("gbm", False), ("garch", True)):
        x = draw(kind, n_hours=4 * HOURS).returns[0]
        kurtosis = ((x - x.mean()) ** 4).mean() / x.var() ** 2
        clusters = np.corrcoef(np.abs(x[:-24]), np.abs(x[24:]))[0, 1]
        assert (kurtosis > 4.5) == fat
        assert (clusters > 0.05) == fat


def test_a_rising_market_rises_by_a_sharpe_of_one():
    even, rising = draw("garch", n_symbols=3), draw("drift", n_symbols=3)
    extra = (rising.returns - even.returns).mean(axis=1) * universes.HOURS_PER_YEAR
    assert extra == pytest.approx(even.usual[:, 0] * math.sqrt(universes.HOURS_PER_YEAR))


def test_bars_hold_together():
    random = np.random.default_rng(3)
    for bars in universes.bars(draw("garch", n_symbols=2, n_hours=500), random):
        check(bars, 500)


def test_a_high_is_where_a_brownian_bridge_would_be():
    random = np.random.default_rng(5)
    found = draw("gbm", n_symbols=1, n_hours=60_000)
    bars = universes.bars(found, random)[0]
    range_ = np.log(bars.high / bars.low).mean() / found.deviations.mean()
    assert range_ == pytest.approx(math.sqrt(8 / math.pi), rel=0.02)  # Feller 1951: E range of a Brownian motion


def check(bars: Bars, n: int):
    assert len(bars) == n
    assert np.all(np.diff(bars.open_ms) == HOUR_MS)
    assert np.all(bars.high >= np.maximum(bars.open, bars.close))
    assert np.all(bars.low <= np.minimum(bars.open, bars.close))
    assert np.all(bars.low > 0)
    assert np.all(bars.volume > 0)


@pytest.fixture(scope="module")
def source():
    base = made_up_bars(3000, seed=1, trend=0.5)
    other = made_up_bars(3100, seed=2, trend=0.5)
    mixed = Bars(*other.columns()[:4], 0.5 * (other.close + np.resize(base.close, 3100)), other.volume)
    high, low = np.maximum(mixed.high, mixed.close), np.minimum(mixed.low, mixed.close)
    return {"AAA": base, "BBB": Bars(mixed.open_ms, mixed.open, high, low, mixed.close, mixed.volume)}


def test_real_hours_are_moves_over_the_hours_that_all_have(source):
    real = universes.real_hours(source)
    assert real.close.shape == (2, 2999)
    bars = source["AAA"]
    assert real.close[0, 0] == pytest.approx(bars.close[1] / bars.close[0] - 1)
    assert real.high[0, 7] == pytest.approx(bars.high[8] / bars.close[7] - 1)


def test_turned_hours_keep_sizes_and_correlation_and_lose_direction(source):
    real = universes.real_hours(source)
    made = universes.real_bars(real, np.random.default_rng(4), n_symbols=2, n_hours=20_000)
    for bars in made:
        check(bars, 20_000)
    moves = np.array([bars.close[1:] / bars.close[:-1] - 1 for bars in made])
    assert np.abs(moves).mean(axis=1) == pytest.approx(np.abs(real.close).mean(axis=1), rel=0.06)
    assert np.corrcoef(moves)[0, 1] == pytest.approx(np.corrcoef(real.close)[0, 1], abs=0.08)
    assert autocorrelation(real.close[0]) > 0.08  # the source trends
    assert abs(autocorrelation(moves[0])) < 4 / math.sqrt(20_000)


def test_equal_seeds_make_equal_universes(source):
    real = universes.real_hours(source)
    one, same, other = (
        universes.real_bars(real, np.random.default_rng(seed), n_symbols=2, n_hours=300) for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other
    assert np.array_equal(draw("garch", 7).returns, draw("garch", 7).returns)


@pytest.mark.parametrize("kind", ["momentum", "reversion"])
def test_an_edge_is_in_the_chosen_symbols_only(kind):
    plain = draw("garch")
    found = plant(plain, Edge(kind, 0.3), np.random.default_rng(1), (2, 5))
    touched = np.any(found.returns != plain.returns, axis=1)
    assert np.flatnonzero(touched).tolist() == [2, 5]


def test_momentum_lasts_for_spells_and_reversion_comes_back():
    still = universes.Moves(np.zeros((1, 200_000)), np.ones((1, 200_000)), np.full((1, 1), 0.01))
    trend = plant(still, Edge("momentum", 0.1), np.random.default_rng(1), (0,)).returns[0]
    common, own_part = 0.001 * math.sqrt(0.6), 0.001 * math.sqrt(0.4)
    assert np.unique(np.abs(trend).round(9)) == pytest.approx([common - own_part, common + own_part])
    common_sign = np.sign(trend)  # it outweighs the own one
    assert 200_000 / np.count_nonzero(np.diff(common_sign)) == pytest.approx(SPELL_HOURS, rel=0.1)
    stray = np.cumsum(plant(still, Edge("reversion", 0.1), np.random.default_rng(1), (0,)).returns[0])
    assert autocorrelation(stray) == pytest.approx(math.exp(-1 / 12), abs=0.01)
    assert stray.std() == pytest.approx(0.001 * math.sqrt(12), rel=0.05)
