import pytest

from botyard.records.ranking import RankedInstrument
from botyard.search.ranking import Screening, chosen_at, excluded, rank, shortcoming


def _row(symbol: str, score: float | None, trades: int = 100, reason: str = "") -> RankedInstrument:
    return RankedInstrument(symbol, None, score, 0.1, 0.5, -0.1, trades, 0.4, reason)


def test_qualified_ones_come_first_by_score_and_carry_their_rank():
    found = rank([_row("A", 0.2), _row("B", -1.0), _row("C", 1.5), _row("D", 9.0, trades=29)])
    assert [(c.symbol, c.rank) for c in found] == [("C", 1), ("A", 2), ("D", None), ("B", None)]


def test_equal_scores_are_ordered_by_symbol():
    assert [c.symbol for c in rank([_row("B", 1.0), _row("A", 1.0)])] == ["A", "B"]


def test_every_exclusion_says_why():
    found = {
        c.symbol: c.reason for c in rank([_row("A", 1.0), _row("B", -0.25), _row("C", 2.0, trades=29), _row("D", None)])
    }
    assert found["A"] == ""
    assert "-0.25" in found["B"]
    assert "29" in found["C"]
    assert "30" in found["C"]
    assert "undefined" in found["D"]


def test_a_reason_given_before_is_kept():
    (found,) = rank([excluded("A", "no bars", synthetic=True)])
    assert (found.rank, found.reason, found.synthetic) == (None, "no bars", True)


@pytest.mark.parametrize(
    "trades, score, fraction, qualifies",
    [
        (30, 0.01, 1.0, True),
        (29, 5.0, 1.0, False),
        (30, 0.0, 1.0, False),
        (10, 1.0, 2 / 6, True),
        (9, 1.0, 2 / 6, False),
    ],
)
def test_a_part_of_the_period_needs_its_part_of_the_trades(trades, score, fraction, qualifies):
    assert (shortcoming(trades, score, fraction) == "") is qualifies


def test_at_a_cut_the_three_best_of_then_are_chosen():
    rows = [
        Screening("A", _row("A", 9.0), scores=(0.5, 1.0), trades=(20, 30), passes=9),
        Screening("B", _row("B", 9.0), scores=(2.0, -1.0), trades=(20, 30), passes=9),
        Screening("C", _row("C", 9.0), scores=(None, 3.0), trades=(0, 30), passes=9),
        Screening("D", _row("D", 9.0), scores=(1.0, 2.0), trades=(9, 30), passes=9),
        Screening("E", _row("E", 9.0), scores=(0.1, 0.2), trades=(20, 30), passes=9),
        Screening("F", _row("F", 9.0), scores=(0.2, 0.1), trades=(20, 30), passes=9),
    ]
    assert chosen_at(rows, 0, 2 / 6) == ("B", "A", "F")
    assert chosen_at(rows, 1, 5 / 6) == ("C", "D", "A")
