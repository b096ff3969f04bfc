"""Decisions in words: each line is a true sentence about the bar."""

import pytest

from botyard.bot import words
from botyard.bot.model import Model
from botyard.testing.bots import live

WORLD = live.rules()
BARS = live.made_up_bars(70, seed=93)


@pytest.fixture(scope="module")
def told():
    """Every bar's words, with the model as it stood: (words, state, pending, resting)."""
    what = live.deployed(WORLD)
    model = Model(what.strategy, what.settings.parameters, WORLD)
    found = []
    for bar in BARS:
        model.step(bar)
        text = words.decision(model, WORLD.instrument, model.lots)
        found.append((text, model.state_name, model.pending, model.resting, model.fills))
    return found


def test_before_the_longest_window_is_full_it_says_how_long(told):
    assert told[0][0] == "flat; warming up, 19 more bars"
    assert told[18][0] == "flat; warming up, 1 more bar"


def test_a_flat_bot_says_what_rests_and_that_no_entry_condition_is_true(told):
    text, state, pending, resting, _ = told[19]
    assert (state, pending) == ("flat", None)
    level = resting[0].ticks / 100
    assert text == f"flat; enter short rests at {level:.10g} (sell stop); no entry condition is true"


def test_what_fired_is_named_with_what_it_leads_to(told):
    text, state, pending, *_ = next(one for one in told if one[2] is not None)
    assert text.startswith(f"{state}; enter long fired: long {pending[1] / 1000:.10g} MADE at the next open")
    assert "no entry condition" not in text


def test_a_bot_in_a_position_says_where_its_stop_rests(told):
    text, _, _, resting, _ = next(one for one in told if one[1] == "long" and one[2] is None and not one[4])
    stop = next(r for r in resting if r.kind == "stop")
    assert text.startswith(f"long; stop rests at {stop.ticks / 100:.10g} (sell stop); target rests at ")
    assert text.endswith("; no exit condition is true")


def test_fills_come_first(told):
    text, state, _, _, fills = next(one for one in told if one[4])
    assert text.startswith(f"enter long: bought {fills[0].lots / 1000:.10g} MADE at {fills[0].price:.10g}; {state}")


def test_in_the_seed_an_entry_is_refused_for_being_too_early():
    what = live.deployed(WORLD)
    model = Model(what.strategy, what.settings.parameters, WORLD, live_from_ms=BARS[-1].open_ms + 1)
    said = set()
    for bar in BARS:
        model.step(bar)
        said.add(words.decision(model, WORLD.instrument, 0).partition(" refused: ")[2])
        assert (model.lots, model.equity) == (0, 10_000.0)
    assert said == {"", "not live yet: these bars only warm the strategy up"}


def test_a_change_of_state_without_an_order_is_told():
    source = live.STRATEGY.replace('("enter_long", "when", (0,), 1)', '("arm", "when", (0,), 0)').replace(
        "decide(s, 0.0, 1.0)", "s[BARS_IN_STATE] = 0.0"
    )
    what = live.deployed(WORLD, source=source)
    model = Model(what.strategy, what.settings.parameters, WORLD)
    said = []
    for bar in BARS:
        model.step(bar)
        said.append(words.decision(model, WORLD.instrument, model.lots))
    assert any("flat began anew" in text for text in said)
