import dataclasses
import math

import numpy as np
import pytest
from scipy.special import ndtr

from botyard.evidence import bootstrap
from botyard.evidence.earned import Earned
from botyard.evidence.facts import Facts
from botyard.evidence.luck import together
from botyard.evidence.verdict import Evidence, judge
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


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch):
    monkeypatch.setattr(bootstrap, "RESAMPLES", 1999)


def returns(sharpe, n=365, seed=0):
    """Daily returns of exactly this annual Sharpe."""
    noise = np.random.default_rng(seed).standard_normal(n)
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    return 0.01 * (noise + sharpe / math.sqrt(365))


def evidence(*, inside=4.0, outside=2.0, pooled=2.5, idea=1.5, market=0.5, exposure=0.4, days=365, **facts):
    tested = 2 * days // 3
    still = np.zeros(tested)
    return Evidence(
        chosen=returns(inside, days),
        tested=Earned(returns(outside, tested, seed=1), returns(market, tested, seed=2), exposure),
        pooled=Earned(returns(pooled, tested, seed=3), still, 0.0),
        idea=Earned(returns(idea, days, seed=4), np.zeros(days), 0.0),
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
        ({"inside": 1.0, "pooled": 9.0, "idea": 9.0}, "fail"),  # luck's best shows more than this search
        ({"pooled": 0.0}, "fail"),  # it did not hold on days that the search had not seen
        ({"pooled": 0.0, "idea": 4.0}, "pass"),  # but much of one makes up for little of another
        ({"idea": -0.5}, "fail"),  # tuned it is splendid, as it was said it loses
        ({"idea": 0.0, "inside": 6.0, "pooled": 4.0}, "pass"),
        ({"idea": -3.0, "inside": 6.0, "pooled": 4.0}, "fail"),
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


def test_three_times_a_half_is_a_half_and_scores_add_up():
    assert together(0.5, 0.5, 0.5) == pytest.approx(0.5)
    # normal scores 1.2816, 1.6449 and 0.5244: 3.4509 over √6 is 1.4088, and the normal table says 0.07945
    assert together(0.1, 0.05, 0.3) == pytest.approx(0.07945, abs=2e-5)
    assert together(0.3, 0.1, 0.05) == pytest.approx(together(0.1, 0.05, 0.3))
    assert 0.0 < together(0.0, 1e-4, 1e-4) < 1e-6  # certainty has an end
    assert together(1.0, 0.0, 0.5) == pytest.approx(0.5, abs=1e-5)


def test_without_an_edge_the_sum_of_correlated_scores_is_significant_as_often_as_it_says():
    common, *own = np.random.default_rng(8).standard_normal((4, 20_000))
    p = ndtr(-(common + np.array(own)) / math.sqrt(2.0)).T
    assert np.mean([together(*row) < 0.05 for row in p]) == pytest.approx(0.05, abs=0.006)


def test_what_the_market_did_is_taken_out_of_the_idea_and_of_the_walk_forward_on_all():
    rising = returns(3.0, 243, seed=5)
    ridden = Earned(rising, rising, 1.0)
    verdict = judge(dataclasses.replace(evidence(), pooled=ridden), seed=1)
    assert verdict.outcome == "fail"
    assert verdict.figures["p_pooled"].value is None  # nothing moves but with the market
    assert verdict.figures["p_together"].value == 1.0


def test_what_passed_at_first_may_not_pass_when_asked_often():
    assert outcome(earlier_runs=1) == "pass"
    assert outcome(earlier_runs=9) == "fail"
    thresholds = [judge(evidence(earlier_runs=n), seed=1).figures["p_threshold"].value for n in (0, 1, 9)]
    assert thresholds == pytest.approx([0.05, 0.0125, 0.0005])


def test_a_walk_forward_that_never_traded_fails():
    still = np.zeros(243)
    idle = dataclasses.replace(
        evidence(), tested=Earned(still, still, 0.0), pooled=Earned(still, still, 0.0), expected_sharpe=None
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
    nothing = Earned(none, none, 0.0)
    empty = Evidence(none, nothing, nothing, nothing, None, 0, dataclasses.replace(FACTS, effective_trials=0.0))
    assert judge(empty, seed=1).outcome == "not enough data"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Pass: the search's Sharpe of 4.00 beats the best of 30 trials without an edge"),
        ({"candidate_list": "synthetic"}, "Pass, on made-up bars: "),
        ({"outside": -1.3}, "the Sharpe was -1.30, give or take 1.2"),
        ({"outside": 1.0, "market": 5.0, "exposure": 0.9}, "market's doing"),
        (
            {"inside": 1.0},
            "the search's own Sharpe of 1.00 is no more than the best of 30 trials without an edge shows",
        ),
        (
            {"inside": 3.0, "pooled": 0.0, "idea": -0.4},
            "untuned, on all instruments and beyond the market, the idea's Sharpe is -0.40: luck explains it as well",
        ),
        ({"days": 45}, "45 days cannot tell skill from luck, at least 110 are needed"),
    ],
)
def test_the_sentence_says_what_decided(changes, said):
    verdict = judge(evidence(**changes), seed=1)
    assert said in verdict.sentence
    assert verdict.sentence.endswith("It may trade on paper only.") == (verdict.outcome != "pass")


def test_reasons_tell_conditions_trials_power_and_hygiene():
    told = " ".join(judge(evidence(inside=5.0, pooled=4.0, outside=0.5, earlier_runs=2), seed=1).reasons)
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
