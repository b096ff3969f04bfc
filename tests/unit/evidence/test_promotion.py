import math

import numpy as np
import pytest

from botyard.engine.backtest import TRADE
from botyard.engine.bars import Bars
from botyard.evidence import promotion
from botyard.evidence.promotion import FillCosts
from botyard.records.fleet import Entry
from botyard.records.verdict import Verdict
from botyard.testing.bots import live

INSTRUMENT = live.rules().instrument
DAY = 86_400_000


@pytest.mark.parametrize(
    ("deviation", "needed"), [(0.0, 40), (7.0, 40), (10.0, 68), (20.0, 271)]
)  # (1.645 · 20 / 2)² = 270.6
def test_how_many_fills_are_needed(deviation, needed):
    assert FillCosts(1, 0.0, deviation).needed == needed


@pytest.mark.parametrize(
    ("costs", "is_real", "is_met"),
    [
        (FillCosts(40, 0.5, 5.0), True, True),  # 0.5 + 1.645 · 5 / √40 = 1.80
        (FillCosts(40, 0.8, 5.0), True, False),  # 2.10
        (FillCosts(39, -9.0, 5.0), True, False),
        (FillCosts(40, 0.5, 5.0), False, False),
        (FillCosts(60, -5.0, 10.0), True, False),  # 68 are needed
        (FillCosts(0, 0.0, 0.0), True, False),
    ],
)
def test_fills_bound_the_excess_cost(costs, is_real, is_met):
    found = promotion.fills_condition(costs, is_real=is_real)
    assert found.is_met is is_met
    assert "40" in found.text or "68" in found.text


def order(name, kind, side, ticks, at, *, mid=None):
    intent = {"client_id": name, "order": {"kind": kind, "ticks": ticks}}
    sent = {"client_id": name} | ({} if mid is None else {"mid": mid})
    return [
        Entry("intent", 1, 1, intent),
        Entry("submitted", 1, 1, sent),
        Entry("fill", 2, 2, {"client_id": name, "side": side, "ticks": at}),
    ]


def test_what_fills_cost_beyond_the_expected_slippage():
    journal = [
        *order("a", "market", "buy", None, 10_003, mid=100.0),  # 3 bps above the mid
        *order("b", "market", "sell", None, 9_999, mid=100.0),  # 1 bps below
        *order("c", "stop", "sell", 10_000, 9_990),  # 10 bps below its level
        *order("d", "limit", "buy", 10_000, 10_000),
        *order("e", "market", "buy", None, 12_000),  # no mid is known
        Entry("fill", 3, 3, {"client_id": "liquidation", "side": "sell", "ticks": 5_000}),
    ]
    found = promotion.fill_costs(journal, INSTRUMENT, slippage_bps=2.0)
    excess = np.array([1.0, -1.0, 8.0])
    assert found.fills == 3
    assert found.mean_bps == pytest.approx(excess.mean(), abs=1e-6)
    assert found.deviation_bps == pytest.approx(np.std(excess, ddof=1), abs=1e-6)
    assert found.bound_bps == pytest.approx(excess.mean() + 1.645 * np.std(excess, ddof=1) / math.sqrt(3), abs=1e-6)


def decision(bar_ms, row=(-1.0, 0.0), equity=10_000.0):
    return Entry("decision", bar_ms, bar_ms, {"row": list(row), "model_equity": equity, "words": "flat"})


TIMES = (1, 2, 3)
ORDERS = np.array([[-1.0, 0.0], [0.0, 5.0], [-1.0, float("nan")]])
EQUITY = np.array([10_000.0, 10_000.0, 10_001.0])
LIVED = [decision(t, row, e) for t, row, e in zip(TIMES, ORDERS.tolist(), EQUITY.tolist(), strict=True)]


def test_equal_decisions_are_equal_bit_by_bit():
    assert promotion.replay_condition(LIVED, TIMES, ORDERS, EQUITY).is_met


@pytest.mark.parametrize(
    ("journal", "why"),
    [
        ([], "no live bar yet"),
        (LIVED[:2], "2 bars where the replay has 3"),
        ([LIVED[0], decision(2, (0.0, 6.0)), LIVED[2]], "Decision 2 of 3 differs"),
        ([*LIVED[:2], decision(3, ORDERS[2].tolist(), 10_001.000000000002)], "Decision 3 of 3 differs"),
    ],
)
def test_any_other_decision_is_named(journal, why):
    found = promotion.replay_condition(journal, TIMES, ORDERS, EQUITY)
    assert not found.is_met
    assert why in found.text


@pytest.mark.parametrize(("days", "is_met"), [(13.9, False), (14, True)])
def test_grace_proves_the_implementation_and_says_so(days, is_met):
    found = promotion.grace_condition([decision(0), decision(int(days * DAY))])
    assert found.is_met is is_met
    assert "not the edge" in found.text


@pytest.mark.parametrize(
    ("outcome", "label", "deployed", "is_met"),
    [
        ("pass", "survivor", "a", True),
        ("pass", "synthetic", "a", False),
        ("pass", "survivor", "b", False),
        ("fail", "survivor", "a", False),
        ("not enough data", "survivor", "a", False),
        ("not assessed", "survivor", "a", False),
    ],
)
def test_only_a_pass_on_real_bars_of_this_very_run_counts(outcome, label, deployed, is_met):
    verdict = Verdict(outcome, "said", 1.0, candidate_list=label)
    assert promotion.verdict_condition(verdict, "a", deployed).is_met is is_met


def trade(entry, entry_bar, left, exit_bar, *, short=False):
    row = np.zeros(1, dtype=TRADE)
    row["lots"], row["entry_price"], row["exit_price"] = -5.0 if short else 5.0, entry, left
    row["entry_bar"], row["exit_bar"] = entry_bar, exit_bar
    row["return"] = (left / entry - 1.0) * (-1.0 if short else 1.0)
    return row


def flat_bars(**changed):
    columns = {name: np.full(8, 100.0) for name in ("open", "high", "low", "close")}
    for name, (bar, value) in changed.items():
        columns[name][bar] = value
    return Bars(np.arange(8), **columns, volume=np.ones(8))


@pytest.mark.parametrize(
    ("bars", "one", "ended", "mean"),
    [
        (flat_bars(), trade(100.0, 1, 110.0, 5), 0, 0.10),
        (flat_bars(low=(3, 89.0)), trade(100.0, 1, 110.0, 5), 1, -0.10),  # filled at its level, 90
        (flat_bars(low=(3, 70.0), open=(3, 80.0)), trade(100.0, 1, 110.0, 5), 1, -0.20),  # through it: at the open
        (flat_bars(low=(5, 80.0)), trade(100.0, 1, 110.0, 5), 0, 0.10),  # it was out at that bar's open
        (flat_bars(low=(5, 80.0)), trade(100.0, 1, 85.0, 5), 1, -0.15),  # out below the level: the same
        (flat_bars(high=(2, 111.0)), trade(100.0, 1, 90.0, 5, short=True), 1, -0.10),
    ],
)
def test_a_disaster_stop_ends_what_reached_it(bars, one, ended, mean):
    found = promotion.disaster_condition(0.1, bars, one, 0.0)
    assert f"ends {ended} of 1 trades: {mean:+.2%} a trade with it, {one['return'][0]:+.2%} without" in found.text
    assert found.is_met is not (mean < 0 < one["return"][0])


def decided(first_day, days, start, end):
    at = [first_day * DAY, (first_day + days) * DAY]
    return [Entry("decision", ms, ms, {"model_equity": equity}) for ms, equity in zip(at, (start, end), strict=True)]


@pytest.mark.parametrize(
    ("lived", "asked_day", "is_met", "said"),
    [
        (decided(100, 31, 1000.0, 1050.0), 100, True, "31.0 days, 30 are needed, and its model made +5.00%"),
        (decided(100, 29, 1000.0, 1050.0), 100, False, "29.0 days"),
        (decided(100, 31, 1000.0, 990.0), 100, False, "made -1.00%"),
        ([*decided(0, 90, 1000.0, 5000.0), *decided(100, 1, 5000.0, 5001.0)], 100, False, "1.0 days"),
        ([], 100, False, "0.0 days"),
    ],
)
def test_what_a_model_may_remember_is_no_exam(lived, asked_day, is_met, said):
    found = promotion.exam_condition(lived, asked_day * DAY)
    assert found.is_met is is_met
    assert said in found.text
