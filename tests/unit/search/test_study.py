import math

import pytest

from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.search.study import objective, run_study
from botyard.testing.code_cache import CODE_CACHE
from botyard.testing.markets.made_up import MadeUpMarket, made_up_bars
from botyard.testing.research_records import SPEC, with_parameters

MARKET = MadeUpMarket({"AAA/USDT": made_up_bars(1500, seed=1, trend=0.3)})


@pytest.fixture(scope="module")
def program():
    return load_program(compile_spec(SPEC), CODE_CACHE)


def _study(program, **changes):
    arguments = {"trials": 25, "seed": 3, "min_trades": 5, **changes}
    return run_study(program, MARKET.held["AAA/USDT"], MARKET.rules("AAA/USDT"), **arguments)


@pytest.fixture(scope="module")
def result(program):
    return _study(program)


def test_the_first_trial_is_at_the_defaults(result):
    assert result.trials[0].parameters == {"fast": 12, "slow": 48}


def test_it_makes_as_many_trials_as_asked_for(result):
    assert len(result.counted) == 25


def test_every_counted_trial_keeps_the_constraint_and_its_range(result):
    for trial in result.counted:
        assert trial.parameters["fast"] < trial.parameters["slow"]
        assert 4 <= trial.parameters["fast"] <= 40
        assert 20 <= trial.parameters["slow"] <= 160


def test_a_set_that_breaks_the_constraint_is_kept_but_has_no_value(program):
    trials = _study(program, trials=80, seed=5).trials
    broken = [t for t in trials if t.parameters["fast"] >= t.parameters["slow"]]
    assert broken
    assert all(t.value is None for t in broken)


def test_the_best_is_the_highest_value_and_its_metrics_are_its_own(result):
    assert result.best.value == max(t.value for t in result.counted)
    assert result.best_parameters == result.best.parameters
    assert result.metrics.sharpe == result.best.sharpe
    assert result.metrics.trades == result.best.trades


def test_the_best_is_never_worse_than_the_defaults(result):
    assert result.best.value >= result.trials[0].value


def test_equal_seeds_give_equal_results_and_others_do_not(program, result):
    assert _study(program) == result
    assert _study(program, seed=4).trials != result.trials


def test_progress_adds_up_to_the_trials(program):
    told = []
    _study(program, tell=told.append)
    assert sum(told) == 25


def test_a_spec_without_free_parameters_gets_one_trial_at_its_own_values():
    program = load_program(compile_spec(with_parameters(fixed=True)), CODE_CACHE)
    result = _study(program)
    assert [t.parameters for t in result.trials] == [{}]
    assert result.best_parameters == {"fast": 12, "slow": 48}
    assert result.best.value is not None


@pytest.mark.parametrize(
    "sharpe, trades, value",
    [
        (1.5, 30, 1.5),
        (-2.0, 30, -2.0),
        (1.5, 29, -1.0 - 1 / 30),
        (-2.0, 15, -3.5),
        (9.0, 0, -2.0),
        (math.nan, 40, -1.0),
    ],
)
def test_few_trades_cost_more_than_any_sharpe_gains(sharpe, trades, value):
    assert objective(sharpe, trades, 30) == pytest.approx(value)
