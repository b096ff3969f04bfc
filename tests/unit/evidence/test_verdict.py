import dataclasses
import math

import numpy as np
import pytest

from botyard.evidence.facts import Facts
from botyard.evidence.verdict import Evidence, judge, p_threshold
from botyard.records import codec
from botyard.records.verdict import Verdict

FACTS = Facts(
    effective_trials=30.0,
    trials=600,
    earlier_runs=0,
    tested_trades=80,
    stressed_sharpe=1.1,
    neighbours_positive=0.85,
    candidate_list="survivor",
    overfitting=0.375,
)


def returns(sharpe, n=365, seed=0):
    """Daily returns of exactly this annual Sharpe."""
    noise = np.random.default_rng(seed).standard_normal(n)
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    return 0.01 * (noise + sharpe / math.sqrt(365))


def evidence(*, inside=5.0, outside=2.0, pooled=4.0, market=0.5, exposure=0.4, days=365, **facts):
    tested = 2 * days // 3
    return Evidence(
        chosen=returns(inside, days),
        tested=returns(outside, tested, seed=1),
        hold=returns(market, tested, seed=2),
        exposure=exposure,
        pooled=returns(pooled, tested, seed=3),
        expected_sharpe=outside,
        period_days=days,
        facts=dataclasses.replace(FACTS, **facts),
    )


def outcome(**changes):
    return judge(evidence(**changes), seed=1).outcome


def test_a_great_search_that_held_passes():
    assert outcome() == "pass"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"inside": 2.0}, "fail"),  # luck shows as much
        ({"inside": 3.7, "pooled": 4.5}, "pass"),  # a DSR of 0.95, and the pooled walk-forward is significant
        ({"inside": 3.7, "pooled": 0.5}, "fail"),  # a DSR of 0.95 alone is too little
        ({"inside": 2.9, "pooled": 4.0}, "pass"),  # a DSR of 0.8, and a p-value that makes up for it
        ({"inside": 2.9, "pooled": 2.2}, "fail"),
        ({"inside": 2.0, "pooled": 9.0}, "fail"),  # a p-value alone is too little
        ({"outside": -0.1}, "fail"),
        ({"outside": 1.0, "market": 5.0, "exposure": 0.9}, "fail"),  # it was the market
        ({"effective_trials": 1e9}, "fail"),
        ({"days": 109, "inside": 20.0, "outside": 20.0}, "not enough data"),
        ({"days": 110, "inside": 20.0, "outside": 20.0}, "pass"),
        (
            {"stressed_sharpe": -3.0, "neighbours_positive": 0.0, "tested_trades": 1, "overfitting": 1.0},
            "pass",
        ),  # never evidence
    ],
)
def test_the_rule(changes, expected):
    assert outcome(**changes) == expected


@pytest.mark.parametrize(("ratio", "p"), [(0.8, 0.011961), (0.95, 0.072814), (0.51, 0.0010528)])
def test_the_threshold_makes_normal_scores_add_up(ratio, p):
    assert p_threshold(ratio, 1) == pytest.approx(p, rel=1e-3)
    assert p_threshold(ratio, 10) == pytest.approx(p / 100, rel=1e-3)


def test_no_p_value_makes_up_for_a_search_that_luck_explains():
    assert p_threshold(0.5, 1) == 0.0


def test_what_passed_at_first_may_not_pass_when_asked_often():
    assert outcome(inside=3.7, pooled=3.0) == "pass"
    assert outcome(inside=3.7, pooled=3.0, earlier_runs=9) == "fail"


def test_a_walk_forward_that_never_traded_fails():
    idle = dataclasses.replace(
        evidence(), tested=np.zeros(243), pooled=np.zeros(243), exposure=0.0, expected_sharpe=None
    )
    verdict = judge(idle, seed=1)
    assert verdict.outcome == "fail"
    assert verdict.expected_sharpe is None
    assert "nothing was found worth trading" in verdict.sentence
    assert verdict.figures["p_pooled"].value is None


def test_a_search_whose_equity_never_moved_fails():
    verdict = judge(dataclasses.replace(evidence(), chosen=np.zeros(365)), seed=1)
    assert verdict.outcome == "fail"
    assert verdict.figures["deflated_sharpe"].value is None


def test_nothing_at_all_is_not_enough_data():
    none = np.empty(0)
    empty = Evidence(none, none, none, 0.0, none, None, 0, dataclasses.replace(FACTS, effective_trials=0.0))
    assert judge(empty, seed=1).outcome == "not enough data"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Pass: the search's Sharpe of 5.00 beats the best of 30 trials without an edge"),
        ({"candidate_list": "synthetic"}, "Pass, on made-up bars: "),
        ({"outside": -1.3}, "the Sharpe was -1.30, give or take 1.2"),
        ({"outside": 1.0, "market": 5.0, "exposure": 0.9}, "market's doing"),
        (
            {"inside": 1.0},
            "the search's own Sharpe of 1.00 is no more than the best of 30 trials without an edge shows",
        ),
        ({"inside": 3.0, "pooled": 0.0}, "luck explains it as well"),
        ({"days": 45}, "45 days cannot tell skill from luck, at least 110 are needed"),
    ],
)
def test_the_sentence_says_what_decided(changes, said):
    verdict = judge(evidence(**changes), seed=1)
    assert said in verdict.sentence
    assert verdict.sentence.endswith("It may trade on paper only.") == (verdict.outcome != "pass")


def test_reasons_tell_conditions_trials_power_and_hygiene():
    told = " ".join(judge(evidence(outside=0.5, earlier_runs=2), seed=1).reasons)
    for said in (
        "Met: The deflated Sharpe ratio is",
        "600 different trials were made, worth 30 independent ones; 2 earlier runs",
        "passes a true Sharpe of 1 about 26 times of 100",
        "showing it would take 25 years",
        "doubled costs and every fill one bar later, the in-sample Sharpe is 1.10",
        "85 % earn money",
        "38 % put the best of one half into the lower half",
        "closed 80 trades.",
    ):
        assert said in told


def test_few_trades_are_told():
    assert "closed 12 trades: too few" in " ".join(judge(evidence(tested_trades=12), seed=1).reasons)


def test_every_figure_has_its_source_and_the_record_survives_json():
    verdict = judge(evidence(), seed=1)
    assert all(figure.source for figure in verdict.figures.values())
    assert [c.name for c in verdict.conditions] == ["more than luck", "walk-forward", "beyond the market"]
    assert len(verdict.null) == 101
    assert codec.load(Verdict, codec.dump(verdict)) == verdict


def test_equal_evidence_gives_an_equal_verdict():
    assert judge(evidence(), seed=1) == judge(evidence(), seed=1)
    assert judge(evidence(), seed=1).null != judge(evidence(), seed=2).null
