import dataclasses

import pytest

from botyard.errors import DataError
from botyard.language import compile_spec
from botyard.records.spec import Parameter, Transition
from botyard.stages import selector
from botyard.testing.code_cache import CODE_CACHE
from botyard.testing.markets.made_up import MadeUpMarket, made_up_bars
from botyard.testing.progress import RecordedProgress
from botyard.testing.research_records import SPEC, made_up_design

TREND, WALK = 0.4, 0.0


def _market(**changes):
    held = {
        "AAA/USDT": made_up_bars(4000, seed=0, trend=WALK),
        "BBB/USDT": made_up_bars(4000, seed=2, trend=TREND),
        "CCC/USDT": made_up_bars(40, seed=3, trend=TREND),
        "DDD/USDT": made_up_bars(300, seed=4, trend=TREND),
    }
    return MadeUpMarket(**{"held": held, "broken": ("EEE/USDT",), **changes})


def _short_spec():
    machine = SPEC.state_machine
    states = {"flat": 0, "short": -1}
    transitions = (
        Transition(("flat",), "short", "enter_short", when="crosses_below(ema_fast, ema_slow)"),
        Transition(("short",), "flat", "exit_short", when="crosses_above(ema_fast, ema_slow)"),
    )
    return dataclasses.replace(SPEC, state_machine=dataclasses.replace(machine, states=states, transitions=transitions))


@pytest.fixture(scope="module")
def ranking():
    return selector.run(made_up_design(), _market(), RecordedProgress(), cache_dir=CODE_CACHE)


def test_every_candidate_is_in_the_table(ranking):
    assert {c.symbol for c in ranking.candidates} == {"AAA/USDT", "BBB/USDT", "CCC/USDT", "DDD/USDT", "EEE/USDT"}


def test_the_one_that_trends_is_ranked_first_for_a_trend_follower(ranking):
    assert ranking.chosen[0] == "BBB/USDT"
    best = ranking.candidates[0]
    assert best.rank == 1
    assert best.trades >= 30
    assert best.score > 0


def test_each_exclusion_has_its_reason(ranking):
    reasons = {c.symbol: c.reason for c in ranking.candidates if c.rank is None}
    assert "too short: 40 bars" in reasons["CCC/USDT"]
    assert "too few trades" in reasons["DDD/USDT"]
    assert "cut short" in reasons["EEE/USDT"]
    assert all(reasons.values())


def test_the_ranking_says_what_it_covered(ranking):
    bars = made_up_bars(4000, seed=0)
    assert ranking.from_ms == bars.open_ms[0]
    assert ranking.until_ms == bars.open_ms[-1] + 3_600_000
    assert len(ranking.horizons) == 8
    assert ranking.passes == 3 * 9  # three had bars enough: eight horizons and the net pass
    assert ranking.candidate_list == "survivor"


def test_a_list_as_of_its_date_is_labelled_so():
    market = MadeUpMarket({"AAA/USDT": made_up_bars(400, seed=1)}, is_point_in_time=True)
    found = selector.run(made_up_design(), market, RecordedProgress(), cache_dir=CODE_CACHE)
    assert found.candidate_list == "point_in_time"


def test_made_up_instruments_are_labelled_so():
    market = _market(synthetic=True)
    found = selector.run(made_up_design(), market, RecordedProgress(), cache_dir=CODE_CACHE)
    assert found.candidate_list == "synthetic"
    assert all(c.synthetic for c in found.candidates)


def test_spot_has_no_shorts_and_says_how_to_get_them():
    found = selector.run(made_up_design(_short_spec()), _market(), RecordedProgress(), cache_dir=CODE_CACHE)
    assert found.chosen == ()
    assert all("--kind perpetual" in c.reason for c in found.candidates)


def test_perpetuals_have_shorts():
    found = selector.run(
        made_up_design(_short_spec()), _market(kind="perpetual"), RecordedProgress(), cache_dir=CODE_CACHE
    )
    assert found.passes == 3 * 9


def test_absolute_prices_cannot_be_ranked_but_one_instrument_can_be_traded(monkeypatch):
    compiled = dataclasses.replace(compile_spec(SPEC), uses_absolute_prices=True)
    monkeypatch.setattr(selector, "compile_spec", lambda _: compiled)
    several = selector.run(made_up_design(), _market(), RecordedProgress(), cache_dir=CODE_CACHE)
    assert all("absolute prices" in c.reason for c in several.candidates)
    alone = MadeUpMarket({"BBB/USDT": made_up_bars(4000, seed=2, trend=TREND)})
    (only,) = selector.run(made_up_design(), alone, RecordedProgress(), cache_dir=CODE_CACHE).candidates
    assert "absolute prices" not in only.reason


def test_a_spec_without_windows_has_one_pass_and_the_net_one():
    parameters = {name: dataclasses.replace(p, low=p.default, high=p.default) for name, p in SPEC.parameters.items()}
    spec = dataclasses.replace(SPEC, parameters={**parameters, "x": Parameter("float", 1.0, 0.5, 2.0)})
    market = MadeUpMarket({"BBB/USDT": made_up_bars(500, seed=2)})
    found = selector.run(made_up_design(spec), market, RecordedProgress(), cache_dir=CODE_CACHE)
    assert found.horizons == (1.0,)
    assert found.passes == 2


def test_an_empty_market_is_the_askers_business():
    with pytest.raises(DataError, match="data import"):
        selector.run(made_up_design(), MadeUpMarket(), RecordedProgress(), cache_dir=CODE_CACHE)


def test_progress_counts_the_candidates():
    progress = RecordedProgress()
    selector.run(made_up_design(), _market(), progress, cache_dir=CODE_CACHE)
    assert progress.totals == {"selector": 5}
    assert progress.done == {"selector": 5}
