"""The search space of a spec: which parameters are free, and the horizons that scale its windows."""

import math
from typing import TYPE_CHECKING

import numpy as np

from botyard.engine.program import Program
from botyard.errors import UserError
from botyard.records.spec import Parameter, Spec

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution

Value = float | int | bool
Values = dict[str, Value]

N_HORIZONS = 8


def free_parameters(spec: Spec) -> dict[str, Parameter]:
    """Return the parameters that a study searches: not fixed, and with more than one value."""
    return {name: p for name, p in spec.parameters.items() if not p.fixed and _has_choice(p)}


def default_values(spec: Spec) -> Values:
    """Return every parameter's default, the fixed ones too."""
    return {name: p.default for name, p in spec.parameters.items()}


def suggest(trial: "optuna.Trial", name: str, parameter: Parameter) -> Value:
    """Ask an Optuna trial for a value of one free parameter.

    Numbers are asked for between half a step below the range and half a step above, and snapped to their grid: TPE
    takes three times as long over whole numbers, and finds no better ones.
    """
    if parameter.type == "bool":
        return bool(trial.suggest_categorical(name, [False, True]))
    low, high = _bounds(parameter)
    half = _step(parameter) / 2
    if parameter.log and low <= half:
        half = 0.0
    return _on_grid(parameter, trial.suggest_float(name, low - half, high + half, log=parameter.log))


def distribution(parameter: Parameter) -> "BaseDistribution":
    """Return a free parameter's range and grid in Optuna's terms, for the journal."""
    from optuna import distributions

    if parameter.type == "bool":
        return distributions.CategoricalDistribution([False, True])
    low, high = _bounds(parameter)
    if parameter.type == "int":
        step = 1 if parameter.log else int(_step(parameter))  # Optuna has no log grid
        return distributions.IntDistribution(int(low), int(_on_grid(parameter, high)), log=parameter.log, step=step)
    if parameter.log or parameter.step is None:
        return distributions.FloatDistribution(low, high, log=parameter.log)
    return distributions.FloatDistribution(low, float(_on_grid(parameter, high)), step=_step(parameter))


def is_feasible(program: Program, values: Values) -> bool:
    """Whether a parameter set keeps the spec's ranges, window capacities and constraints."""
    try:
        program.vector(values)
    except UserError:
        return False
    return True


def horizons(spec: Spec, window_parameters: tuple[str, ...]) -> tuple[float, ...]:
    """Return the multiples by which the windows are scaled: 8, log-spaced, as far as every range reaches.

    Inside that span nothing is clipped, so that windows keep their proportions and their constraints.
    A spec without windows that could be scaled has the one horizon 1.
    """
    windows = _scalable(spec, window_parameters)
    if not windows:
        return (1.0,)
    shortest = max(_bounds(p)[0] / float(p.default) for p in windows.values())
    longest = min(_bounds(p)[1] / float(p.default) for p in windows.values())
    if longest <= shortest:
        return (1.0,)
    return tuple(shortest * (longest / shortest) ** (i / (N_HORIZONS - 1)) for i in range(N_HORIZONS))


def horizon_values(spec: Spec, window_parameters: tuple[str, ...], horizon: float) -> Values:
    """Return the defaults with each window scaled, rounded to its step and kept inside its range."""
    values = default_values(spec)
    for name, parameter in _scalable(spec, window_parameters).items():
        values[name] = _on_grid(parameter, float(parameter.default) * horizon)
    return values


def nearby(spec: Spec, values: Values, random: np.random.Generator, *, share: float = 0.1) -> Values:
    """Return a parameter set within a share of each free range around `values`; what is yes or no stays."""
    moved = dict(values)
    for name, parameter in free_parameters(spec).items():
        if parameter.type == "bool":
            continue
        low, high = _bounds(parameter)
        by = random.uniform(-share, share)
        at = float(values[name])
        if parameter.log and low > 0.0:
            moved[name] = _on_grid(parameter, at * (high / low) ** by)
        else:
            moved[name] = _on_grid(parameter, at + (high - low) * by)
    return moved


def _scalable(spec: Spec, window_parameters: tuple[str, ...]) -> dict[str, Parameter]:
    windows = {name: spec.parameters[name] for name in window_parameters}
    return {name: p for name, p in windows.items() if _has_choice(p) and p.default > 0}


def _has_choice(parameter: Parameter) -> bool:
    low, high = _bounds(parameter)
    return parameter.type == "bool" or low < high


def _bounds(parameter: Parameter) -> tuple[float, float]:
    low = parameter.default if parameter.low is None else parameter.low
    high = parameter.default if parameter.high is None else parameter.high
    return float(low), float(high)


def _step(parameter: Parameter) -> float:
    if parameter.step is not None:
        return float(parameter.step)
    return 1.0 if parameter.type == "int" else 0.0


def _on_grid(parameter: Parameter, wanted: float) -> float | int:
    low, high = _bounds(parameter)
    step = _step(parameter)
    if step == 0.0:
        return max(low, min(wanted, high))
    most = math.floor((high - low) / step + 1e-9)
    value = low + step * max(0, min(math.floor((wanted - low) / step + 0.5), most))
    return int(value) if parameter.type == "int" else float(f"{value:.12g}")  # 0.3, not 0.30000000000000004
