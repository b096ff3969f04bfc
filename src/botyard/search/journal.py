"""A finished study as an Optuna journal: the file that `optuna-dashboard FILE` opens and Optuna loads again."""

import json
from typing import TYPE_CHECKING, Any

from botyard.records.spec import Spec
from botyard.search import space
from botyard.search.study import StudyResult, Trial, load_optuna

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial


def journal_bytes(spec: Spec, result: StudyResult, name: str) -> bytes:
    """Write a study down as the lines of an Optuna journal file. Times in it are those of the writing."""
    optuna = load_optuna()
    log = _Log()
    storage = optuna.storages.JournalStorage(log)
    study = optuna.create_study(storage=storage, study_name=name, direction="maximize")
    study.set_user_attr("idea", spec.idea)
    study.set_user_attr("seed", result.seed)
    distributions = {name: space.distribution(p) for name, p in space.free_parameters(spec).items()}
    study.add_trials([_frozen(trial, distributions) for trial in result.trials])
    return b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in log.lines)


class _Log:
    """A journal backend in memory: writing a file line by line would wait for the disk at each of 200 trials."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def read_logs(self, log_number_from: int) -> list[dict[str, Any]]:
        return self.lines[log_number_from:]

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        self.lines.extend(logs)


def _frozen(trial: Trial, distributions: "dict[str, BaseDistribution]") -> "FrozenTrial":
    figures = {
        "trades": trial.trades,
        "sharpe": trial.sharpe,
        "net_return": trial.net_return,
        "max_drawdown": trial.max_drawdown,
    }
    optuna = load_optuna()
    frozen: FrozenTrial = optuna.trial.create_trial(
        state=optuna.trial.TrialState.PRUNED if trial.value is None else optuna.trial.TrialState.COMPLETE,
        params=trial.parameters,
        distributions={name: distributions[name] for name in trial.parameters},
        value=trial.value,
        user_attrs=figures if trial.value is not None else {"infeasible": True},
    )
    return frozen
