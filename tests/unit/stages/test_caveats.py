import dataclasses

import pytest

from botyard.records.ranking import Ranking
from botyard.records.research import Fold, StudySummary
from botyard.stages.researcher.caveats import warnings
from botyard.testing.research_records import METRICS, SPEC

STUDY = StudySummary("BTC/USDT", 200, 1, 1.5, {"fast": 17, "slow": 90}, 0.4, "x.journal", METRICS)
FOLD = Fold(1, 1, 2, "BTC/USDT", {}, 1.5, 1.2, 0.1, 40)


def _ranking(kind: str) -> Ranking:
    return Ranking((), (1.0,), kind, 0, 1, 9)


def _warnings(*, kind="point_in_time", study=STUDY, folds=(FOLD,), tested=METRICS, touched=0.0, spec=SPEC):
    return warnings(spec, _ranking(kind), study, folds, tested, touched)


def _study(**changes):
    return dataclasses.replace(STUDY, metrics=dataclasses.replace(METRICS, **changes))


def test_there_is_nothing_to_say_where_nothing_is_wrong():
    assert _warnings() == ()


@pytest.mark.parametrize(
    "changes, word",
    [
        ({"kind": "synthetic"}, "made up"),
        ({"kind": "survivor"}, "delisted"),
        ({"study": _study(sharpe=3.1)}, "did not hold"),
        ({"study": _study(sharpe=-1.17)}, "-1.17 after costs"),
        ({"study": _study(trades=12)}, "12 in sample"),
        ({"tested": dataclasses.replace(METRICS, trades=7)}, "7 in the whole walk-forward"),
        ({"folds": ()}, "no walk-forward"),
        ({"folds": (FOLD, dataclasses.replace(FOLD, index=2, symbol=""))}, "in fold 2"),
        ({"study": _study(ambiguous_share=0.05)}, "5.0 %"),
        ({"touched": 0.125}, "12.5 %"),
        ({"spec": dataclasses.replace(SPEC, parameters={})}, "nothing to optimise"),
        ({"study": dataclasses.replace(STUDY, best_parameters={"fast": 40, "slow": 90})}, "fast = 40"),
    ],
)
def test_each_shortcoming_has_its_sentence(changes, word):
    (found,) = _warnings(**changes)
    assert word in found
