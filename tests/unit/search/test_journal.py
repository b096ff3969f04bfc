import optuna
import pytest

from botyard.records.spec import Parameter, Spec, StateMachine
from botyard.search.journal import journal_bytes
from botyard.search.study import StudyResult, Trial
from botyard.testing.research_records import METRICS

SPEC = Spec(
    "made-up",
    "an idea",
    "5m",
    StateMachine("flat", {"flat": 0}, ()),
    parameters={
        "fast": Parameter("int", 12, 4, 60),
        "slow": Parameter("int", 48, 20, 300, log=True),
        "trail": Parameter("float", 3.0, 1.0, 8.0, step=0.25),
        "band": Parameter("float", 0.1, 0.01, 1.0, log=True),
        "switch": Parameter("bool", default=True),
        "kept": Parameter("int", 5, 1, 9, fixed=True),
    },
)
TRIALS = (
    Trial({"fast": 12, "slow": 48, "trail": 3.0, "band": 0.1, "switch": True}, 0.5, 0.5, 0.1, -0.2, 44),
    Trial({"fast": 60, "slow": 20, "trail": 1.25, "band": 0.2, "switch": False}, None),
    Trial({"fast": 5, "slow": 300, "trail": 8.0, "band": 1.0, "switch": False}, 1.25, 1.25, 0.2, -0.1, 31),
)


@pytest.fixture
def study(tmp_path):
    result = StudyResult("BTC/USDT", 7, TRIALS, dict(TRIALS[2].parameters), METRICS)
    path = tmp_path / "BTC_USDT.journal"
    path.write_bytes(journal_bytes(SPEC, result, "made-up BTC/USDT"))
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(path)))
    return optuna.load_study(study_name=None, storage=storage)


def test_optuna_opens_it_with_every_trial_in_order(study):
    assert study.study_name == "made-up BTC/USDT"
    assert study.direction == optuna.study.StudyDirection.MAXIMIZE
    assert [t.params for t in study.trials] == [t.parameters for t in TRIALS]
    assert [t.state.name for t in study.trials] == ["COMPLETE", "PRUNED", "COMPLETE"]


def test_the_best_trial_is_the_best_trial(study):
    assert study.best_value == 1.25
    assert study.best_params == TRIALS[2].parameters


def test_trials_carry_their_figures_and_ranges(study):
    assert study.trials[0].user_attrs == {"trades": 44, "sharpe": 0.5, "net_return": 0.1, "max_drawdown": -0.2}
    assert study.trials[1].user_attrs == {"infeasible": True}
    assert study.trials[0].distributions["slow"] == optuna.distributions.IntDistribution(20, 300, log=True)
    assert study.trials[0].distributions["trail"] == optuna.distributions.FloatDistribution(1.0, 8.0, step=0.25)
