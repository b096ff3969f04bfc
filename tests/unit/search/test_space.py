import itertools
from collections import Counter

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.records.spec import Parameter, Spec, StateMachine
from botyard.search import space


def _spec(**parameters: Parameter) -> Spec:
    return Spec("made-up", "an idea", "5m", StateMachine("flat", {"flat": 0}, ()), parameters=parameters)


FAST = Parameter("int", 12, 4, 60)
SLOW = Parameter("int", 48, 20, 300, log=True)


def test_fixed_values_and_single_values_are_not_searched():
    spec = _spec(
        free=FAST,
        stated=Parameter("int", 12, 4, 60, fixed=True),
        single=Parameter("float", 2.0, 2.0, 2.0),
        unbounded=Parameter("float", 2.0),
        switch=Parameter("bool", default=True),
    )
    assert list(space.free_parameters(spec)) == ["free", "switch"]


def test_horizons_reach_as_far_as_every_range_and_are_log_spaced():
    found = space.horizons(_spec(fast=FAST, slow=SLOW), ("fast", "slow"))
    assert found[0] == pytest.approx(20 / 48)  # slow's range ends first on this side
    assert found[-1] == pytest.approx(60 / 12)  # and fast's on that one
    assert len(found) == 8
    ratios = [b / a for a, b in itertools.pairwise(found)]
    assert ratios == pytest.approx([ratios[0]] * 7)


def test_a_spec_without_windows_has_one_horizon():
    assert space.horizons(_spec(level=Parameter("float", 30.0, 10.0, 50.0)), ()) == (1.0,)


def test_a_window_at_both_ends_of_nothing_leaves_one_horizon():
    assert space.horizons(_spec(low=Parameter("int", 4, 4, 60), high=Parameter("int", 60, 4, 60)), ("low", "high")) == (
        1.0,
    )


def test_the_horizon_of_one_is_the_defaults():
    spec = _spec(fast=FAST, slow=SLOW, level=Parameter("float", 30.5, 10.0, 50.0))
    assert space.horizon_values(spec, ("fast", "slow"), 1.0) == {"fast": 12, "slow": 48, "level": 30.5}


def test_a_horizon_scales_windows_and_nothing_else():
    spec = _spec(fast=FAST, slow=SLOW, level=Parameter("float", 30.5, 10.0, 50.0))
    assert space.horizon_values(spec, ("fast", "slow"), 2.0) == {"fast": 24, "slow": 96, "level": 30.5}


@given(
    low=st.integers(1, 50),
    width=st.integers(1, 400),
    step=st.integers(1, 9),
    at=st.integers(0, 100),
    part=st.floats(0, 1),
)
def test_scaled_windows_stay_on_their_grid_inside_their_range(low, width, step, at, part):
    high = low + width
    default = low + min(at, width // step) * step
    parameter = Parameter("int", default, low, high, step=step)
    spec = _spec(n=parameter)
    horizons = space.horizons(spec, ("n",))
    horizon = horizons[0] + part * (horizons[-1] - horizons[0])
    value = space.horizon_values(spec, ("n",), horizon)["n"]
    assert isinstance(value, int)
    assert low <= value <= high
    assert (value - low) % step == 0
    assert abs(value - default * horizon) <= step


PARAMETERS = {
    "whole": Parameter("int", 12, 4, 60),
    "by threes": Parameter("int", 10, 4, 21, step=3),
    "log": Parameter("int", 48, 20, 300, log=True),
    "log from one": Parameter("int", 1, 1, 300, log=True),
    "float": Parameter("float", 2.0, 0.5, 4.0),
    "stepped": Parameter("float", 0.1, 0.1, 1.04, step=0.1),
    "log float": Parameter("float", 0.1, 0.01, 1.0, log=True),
    "switch": Parameter("bool", default=True),
}


@pytest.mark.parametrize("parameter", PARAMETERS.values(), ids=PARAMETERS)
def test_what_a_study_asks_for_is_on_the_grid_that_the_journal_states(parameter):
    distribution = space.distribution(parameter)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    for _ in range(300):
        value = space.suggest(study.ask(), "x", parameter)
        assert distribution._contains(distribution.to_internal_repr(value))
        assert isinstance(value, {"int": int, "float": float, "bool": bool}[parameter.type])


@pytest.mark.parametrize("parameter", [PARAMETERS["whole"], PARAMETERS["by threes"], PARAMETERS["stepped"]])
def test_every_value_of_a_grid_is_asked_for_about_as_often(parameter):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    counts = Counter(space.suggest(study.ask(), "x", parameter) for _ in range(4000))
    values = int((parameter.high - parameter.low) / (parameter.step or 1) + 1e-9) + 1
    assert len(counts) == values
    assert min(counts.values()) > 0.5 * 4000 / values


def test_stepped_values_are_the_nearest_to_their_decimals():
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    values = {space.suggest(study.ask(), "x", PARAMETERS["stepped"]) for _ in range(300)}
    assert values == {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0}
