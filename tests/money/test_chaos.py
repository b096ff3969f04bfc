"""The short form of `make chaos`: bots that die and fail at any call, on paper and at the exchange, audited."""

import pytest

from botyard.testing.bots import live
from botyard.testing.chaos import run

BARS = live.made_up_bars(700, seed=5)
SEED = 11


@pytest.mark.parametrize("kind", ["paper", "binance", "binanceusdm"])
def test_whatever_dies_and_fails_the_books_add_up_and_the_decisions_are_the_same(kind):
    if kind == "paper":
        tally = run.paper(BARS, 2, 250, SEED, lambda _text: None)
    else:
        tally = run.at_exchange(BARS, 2, 80, SEED, kind, lambda _text: None)
    assert tally.wrong == []
    assert tally.bars == tally.stretches * (250 if kind == "paper" else 80)
    assert tally.deaths > 10
    assert tally.failures > 10
    assert tally.fills > 5
    assert tally.ticks > tally.bars


def test_the_audit_sees_a_fill_that_nobody_booked(monkeypatch):
    faults = run.books.faults
    monkeypatch.setattr(run.books, "faults", lambda journal, *rest: faults(_without_a_fill(journal), *rest))
    tally = run.paper(BARS, 1, 120, SEED, lambda _text: None)
    assert any("the journal has" in wrong for wrong in tally.wrong)
    assert any("equity" in wrong for wrong in tally.wrong)


def _without_a_fill(journal):
    first = next(e for e in journal if e.kind == "fill")
    return [e for e in journal if e is not first]
