"""Golden bars: real ones first, then made-up ones until every transition has fired, and no silence where none did."""

import copy

import numpy as np
import pytest

from botyard.engine.backtest import backtest
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.records.schema import load_spec
from botyard.stages.deployer import golden as golden_module
from botyard.stages.deployer.golden import build_golden, transition_labels
from botyard.stages.deployer.made_up import made_up_bars
from botyard.stages.deployer.silent import silent_transitions
from botyard.testing.bundles import CONTRACT_MODEL, CONTRACT_RULES, EVERYTHING
from botyard.testing.specs import EMA_CROSS


def test_real_bars_come_first_and_made_up_ones_fill_up(plain):
    first, *others = plain.golden.segments
    assert (first.kind, len(first.bars)) == ("real", 2_000)
    assert {s.kind for s in others} == {"made-up"}
    assert plain.golden.n_bars >= 5_000


def test_every_transition_has_fired(everything):
    assert len(everything.golden.fired) == 10
    assert min(everything.golden.fired) >= 3
    assert everything.golden.labels[:3] == ("arm", "disarm", "enter_long")


def test_rows_are_the_engines(everything):
    for segment in everything.golden.segments:
        again = backtest(
            everything.program, segment.bars, CONTRACT_RULES, record_orders=True, trade_from=segment.trade_from
        )
        assert np.array_equal(segment.rows, again.orders)


def test_real_bars_begin_with_a_seed_that_trades_nothing(everything):
    first, *others = everything.golden.segments
    seed = first.trade_from
    assert 0 < seed == everything.compiled.seed_bars
    lots = first.rows[:seed, [1, *range(5, first.rows.shape[1], 4)]]
    assert not lots.any()
    assert first.rows[seed:, 1].any()
    assert {s.trade_from for s in others} == {0}


def test_a_seed_takes_half_of_the_real_bars_at_most(everything):
    real = made_up_bars(CONTRACT_MODEL, 3, 5_000)
    golden = build_golden(everything.program, CONTRACT_RULES, real, 100_000)
    assert golden.segments[0].trade_from == len(golden.segments[0].bars) // 2


def test_enough_real_bars_are_enough(plain):
    golden = build_golden(plain.program, CONTRACT_RULES, made_up_bars(CONTRACT_MODEL, 3, 9_000))
    assert [(s.kind, len(s.bars)) for s in golden.segments] == [("real", 5_000)]
    assert golden.tried == 0


def test_what_cannot_fire_is_counted_as_nothing(monkeypatch, code_cache):
    monkeypatch.setattr(golden_module, "MOST_PATHS", 12)
    spec = copy.deepcopy(EMA_CROSS)
    spec["state_machine"]["transitions"].append(
        {"from": "long", "to": "flat", "signal": "time_exit", "when": "close > 1000000000"}
    )
    golden = build_golden(
        load_program(compile_spec(load_spec(spec)), code_cache), CONTRACT_RULES, made_up_bars(CONTRACT_MODEL, 0, 2_000)
    )
    assert golden.fired[-1] == 0
    assert golden.tried == 12


def test_transitions_without_an_order_are_known():
    assert silent_transitions(load_spec(EVERYTHING)) == {0, 1}
    assert silent_transitions(load_spec(EMA_CROSS)) == frozenset()


def test_labels_tell_equal_signals_apart():
    spec = copy.deepcopy(EMA_CROSS)
    spec["state_machine"]["transitions"] += [
        {"from": "long", "to": "flat", "signal": "time_exit", "when": "bars_in_position > 90"},
        {"from": "long", "to": "flat", "signal": "time_exit", "when": "hour == 23"},
    ]
    assert transition_labels(load_spec(spec)) == (
        "enter_long",
        "exit_long",
        "stop",
        "time_exit long>flat #1",
        "time_exit long>flat #2",
    )


@pytest.mark.parametrize(
    "row, words",
    [
        ([-1.0, 0.0, 0.0, 0.0, 0.0, 0.0], "no signal, no resting order"),
        ([0.0, 250.0, 0.0, 0.0, 0.0, 0.0], "enter_long to 250 lots, no resting order"),
        ([-1.0, 0.0, 2.0, 59.5, 2.0, 0.0], "no signal, sell stop at 59.5 for stop to 0 lots"),
        ([7.0, 1.0, 9.0, 59.5, 2.0, 0.0], "transition 7 to 1 lots, order of kind 9 at 59.5 for stop to 0 lots"),
    ],
)
def test_a_row_in_words(plain, row, words):
    assert plain.golden.words(np.array(row)) == words
