import hashlib
import multiprocessing
from dataclasses import replace

import numpy as np
import pytest

from botyard.errors import NotFound, UserError
from botyard.market import demo, demo_paths, open_market, store
from botyard.market.demo import SYMBOLS
from botyard.market.demo_paths import DAY_MS, START_MS

NOW = START_MS + 500 * DAY_MS + 7 * 3_600_000 + 123_456
AMBER, HARBOR = "DEMO-AMBER/USDT", "DEMO-HARBOR/USDT"


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    return open_market(tmp_path_factory.mktemp("home"), "demo", NOW)


@pytest.fixture(scope="module")
def returns():
    span = (START_MS + 100 * DAY_MS, START_MS + 400 * DAY_MS)
    return np.array([np.diff(np.log(demo_paths.bars(symbol, 5, *span).close)) for symbol in SYMBOLS])


def test_twelve_symbols_are_labelled_synthetic(market):
    series = market.series()
    assert len(series) == 12
    assert all(info.instrument.synthetic and info.instrument.symbol.startswith("DEMO-") for info in series)
    assert all("synthetic" in info.source for info in series)
    assert sum(symbol.spell_drift == 0.0 for symbol in SYMBOLS) == 10


def test_every_machine_makes_these_bits():
    # pinned: a change here is another market, and needs another GENERATION
    bars = demo_paths.bars(SYMBOLS[0], 5, START_MS + 300 * DAY_MS, START_MS + 301 * DAY_MS)
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(column).tobytes() for column in bars.columns())).hexdigest()
    assert digest[:16] == "c1d9845a12562011"


def test_the_window_is_a_year_up_to_the_last_closed_bar(market):
    bars = market.bars(AMBER, "5m")
    assert bars.open_ms[-1] + 300_000 == NOW // 300_000 * 300_000
    assert 365 * 288 <= len(bars) < 366 * 288
    assert set(np.diff(bars.open_ms)) == {300_000}
    assert market.until_ms == NOW // 300_000 * 300_000


def test_nothing_is_withheld(market):
    assert market.bars(AMBER, "1h") == market.bars(AMBER, "1h", research=False)
    assert market.feed == "live"


def test_bars_are_possible_and_on_the_grid(market):
    for symbol in market.symbols():
        bars = market.bars(symbol, "1h")
        assert np.all(bars.high >= np.maximum(bars.open, bars.close))
        assert np.all(bars.low <= np.minimum(bars.open, bars.close))
        assert np.all(bars.low > 0)
        assert np.all(bars.volume > 0)
        tick = market.rules(symbol).instrument.tick
        ticks = np.rint(bars.close * tick.denominator / tick.numerator)
        assert np.array_equal(ticks * tick.numerator / tick.denominator, bars.close)


@pytest.mark.parametrize("timeframe", ["1m", "3m", "15m", "30m", "2h", "4h", "1d"])
def test_other_lengths_agree_with_five_minutes(market, timeframe):
    bars, five = market.bars(HARBOR, timeframe), market.bars(HARBOR, "5m")
    bars = bars.slice_ms(int(five.open_ms[0]), int(five.open_ms[-1]))
    same, of_five, of_bars = np.intersect1d(five.open_ms, bars.open_ms, return_indices=True)
    assert len(same) > 300
    assert np.array_equal(five.open[of_five], bars.open[of_bars])


def test_one_minute_bars_add_up_to_five_minutes_bit_for_bit():
    span = (START_MS + 40 * DAY_MS, START_MS + 60 * DAY_MS)
    symbol = SYMBOLS[3]
    assert demo_paths.bars(symbol, 1, *span).resample(1, 5) == demo_paths.bars(symbol, 5, *span)


def test_time_going_on_extends_what_is_stored(tmp_path):
    first = open_market(tmp_path, "demo", NOW)
    first.bars(AMBER, "5m")
    columns = store.series_folder(first.folder, AMBER, "5m") / "close.f64"
    inode = columns.stat().st_ino
    later = open_market(tmp_path, "demo", NOW + 3 * DAY_MS)
    extended = later.bars(AMBER, "5m")
    assert columns.stat().st_ino == inode  # appended, not written anew
    assert extended == open_market(tmp_path / "other", "demo", NOW + 3 * DAY_MS).bars(AMBER, "5m")


def test_going_back_in_time_serves_the_same_bars(tmp_path):
    open_market(tmp_path, "demo", NOW).bars(AMBER, "5m")
    before = open_market(tmp_path, "demo", NOW - 90 * DAY_MS).bars(AMBER, "5m")
    assert before == open_market(tmp_path / "other", "demo", NOW - 90 * DAY_MS).bars(AMBER, "5m")


def test_a_long_absence_makes_the_window_anew(tmp_path):
    open_market(tmp_path, "demo", NOW).bars(AMBER, "5m")
    later = open_market(tmp_path, "demo", NOW + 400 * DAY_MS)
    assert later.bars(AMBER, "5m") == open_market(tmp_path / "other", "demo", NOW + 400 * DAY_MS).bars(AMBER, "5m")


def test_a_broken_append_is_cut_off(tmp_path):
    market = open_market(tmp_path, "demo", NOW)
    market.bars(AMBER, "5m")
    with (store.series_folder(market.folder, AMBER, "5m") / "volume.f64").open("ab") as file:
        file.write(b"half a bar")
    later = open_market(tmp_path, "demo", NOW + DAY_MS)
    assert later.bars(AMBER, "5m") == open_market(tmp_path / "other", "demo", NOW + DAY_MS).bars(AMBER, "5m")


def _length(home):
    return len(open_market(home, "demo", NOW).bars(HARBOR, "5m"))


def test_processes_that_open_it_at_once_agree(tmp_path):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        lengths = pool.map(_length, [tmp_path] * 2)
    assert lengths[0] == lengths[1] == _length(tmp_path)


def test_the_data_hash_tells_spans_symbols_and_lengths_apart(tmp_path):
    market, later = open_market(tmp_path, "demo", NOW), open_market(tmp_path, "demo", NOW + 300_000)
    hashes = {
        market.data_hash([AMBER], "5m"), market.data_hash([HARBOR], "5m"), market.data_hash([AMBER], "1h"),
        later.data_hash([AMBER], "5m"), market.data_hash([AMBER, HARBOR], "5m"),
    }  # fmt: skip
    assert len(hashes) == 5
    assert market.data_hash([AMBER], "5m") == open_market(tmp_path / "x", "demo", NOW).data_hash([AMBER], "5m")


def test_what_is_not_there_is_named(market):
    with pytest.raises(NotFound, match="DEMO-AMBER/USDT"):
        market.bars("BTC/USDT", "5m")
    with pytest.raises(UserError, match="5m"):
        market.bars(AMBER, "7m")


def test_before_its_beginning_there_is_no_market(tmp_path):
    with pytest.raises(UserError, match="2024-01-01"):
        open_market(tmp_path, "demo", START_MS - 1)


def test_tails_are_fat_and_volatility_clusters(returns):
    kurtosis = (returns**4).mean(axis=1) / (returns**2).mean(axis=1) ** 2
    assert np.all(kurtosis > 4.0)
    sizes = np.abs(returns)
    for lag in (1, 12, 288):
        assert all(np.corrcoef(row[:-lag], row[lag:])[0, 1] > 0.03 for row in sizes), lag


def test_symbols_move_together_but_not_alike(returns):
    correlations = np.corrcoef(returns)[np.triu_indices(12, 1)]
    assert 0.15 < correlations.min() < correlations.max() < 0.8


def test_there_is_a_season_in_the_day(returns):
    by_hour = [np.mean(np.abs(returns[:, (np.arange(returns.shape[1]) // 12) % 24 == hour])) for hour in (4, 15)]
    assert by_hour[1] > 1.3 * by_hour[0]


def test_neighbouring_returns_say_nothing_of_each_other(returns):
    for row in returns:
        assert abs(np.corrcoef(row[:-1], row[1:])[0, 1]) < 0.02


def _follow(symbol, number):
    # gross profit of following the last two days' direction, in daily deviations
    other = replace(symbol, name=f"{symbol.name}#{number}", common=f"common#{number}")
    close = demo_paths.bars(other, 5, START_MS, START_MS + 360 * DAY_MS).close[::288]
    profit = np.sign(close[2:-1] - close[:-3]) * np.diff(close)[2:] / close[2:-1]
    return profit / profit.std()


def test_the_two_planted_symbols_reward_following_and_the_others_do_not():
    planted = np.concatenate(
        [_follow(symbol, number) for symbol in SYMBOLS if symbol.spell_drift for number in range(4)]
    )
    plain = np.concatenate([_follow(replace(SYMBOLS[0], beta=0.0), number) for number in range(8)])
    assert planted.mean() * np.sqrt(len(planted)) > 4.0  # standard errors above zero
    assert abs(plain.mean()) * np.sqrt(len(plain)) < 3.0


def test_holding_earns_nothing_on_average():
    ends = []
    for number in range(400):
        symbol = replace(SYMBOLS[0], name=f"hold#{number}", beta=0.0)
        ends.append(float(np.exp(demo_paths._day_levels(symbol, START_MS // DAY_MS, 250)[-1])))
    assert abs(np.mean(ends) - 1.0) < 3 * np.std(ends) / np.sqrt(len(ends))


def test_instruments_are_perpetuals_with_costs(market):
    rules = market.rules(HARBOR)
    assert rules.instrument.has_shorts
    assert (rules.costs.taker_bps, rules.costs.slippage_bps, rules.costs.funding_bps) == (5.0, 2.0, 1.0)


def test_symbols_are_unlike_real_ones():
    assert len({symbol.name for symbol in SYMBOLS}) == 12
    assert demo.demo_instrument(SYMBOLS[0]).base == "DEMO-AMBER"
