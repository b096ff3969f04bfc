import dataclasses
import xml.etree.ElementTree as ET
from collections import Counter

import pytest

from botyard.apps.calibration import calibrate, pictures, plan, report, tally, truth
from botyard.apps.calibration.asking import Answer, Answers
from botyard.apps.calibration.run import Setting, Spent
from botyard.errors import UserError

SETTING = Setting("the rule", 100, 8760, "0123456789abcdef")


def answers(question, *outcomes, sharpe=2.0, symbol="AAA/USDT:USDT", edge_in=()):
    found = tuple(
        Answer(idea, outcome, in_sample_sharpe=sharpe, walk_forward_sharpe=-0.5, symbol=symbol)
        for idea, outcome in zip(question.ideas, outcomes, strict=True)
    )
    return Answers(question, found, edge_in, 6.0)


def some_findings():
    """120 universes without an edge of which 1 passes; of the planted ones every other; of 4 asked ten ideas, one."""
    no_edge = [
        answers(q, "pass" if i == 5 else "fail", sharpe=0.5 if i % 4 == 0 else 2.0)
        for i, q in enumerate(plan.questions("no-edge", "fresh", 120))
    ]
    power = [
        answers(q, "pass" if i % 2 else "fail", edge_in=("AAA/USDT:USDT",) if i % 4 else ())
        for i, q in enumerate(plan.questions("power", "fresh", 4))
    ]
    registry = [
        answers(q, *["fail"] * 9, "pass" if i == 0 else "fail")
        for i, q in enumerate(plan.questions("registry", "fresh", 4))
    ]
    truths = [
        truth.Truth(t.edge, t.wanted, t.wanted + 0.01, 146_000, 9.0)
        for t in truth.tasks(years=400, cache_dir=None).values()
    ]
    spent = {group: Spent(1500.0, 6.25) for group in plan.GROUPS}
    return report.Findings("fresh", SETTING, no_edge, power, registry, truths, spent)


def test_seeds_of_design_and_fresh_universes_and_of_groups_are_apart():
    seen = Counter()
    for seeds in ("design", "fresh"):
        for group in plan.GROUPS:
            seen.update({q.seed for q in plan.questions(group, seeds, 500)})
    assert set(seen.values()) == {1}
    with pytest.raises(UserError, match="5000"):
        plan.questions("no-edge", "fresh", 5001)


def test_names_are_unique_and_a_longer_list_begins_like_a_shorter_one():
    for group in plan.GROUPS:
        long, short = plan.questions(group, "fresh", 40), plan.questions(group, "fresh", 10)
        assert len({q.name for q in long}) == len(long)
        assert long[: len(short)] == short


def test_kinds_ideas_edges_and_sharpes_take_turns():
    asked = plan.questions("no-edge", "fresh", 80)
    assert set(Counter((q.kind, q.ideas[0]) for q in asked).values()) == {2}
    assert set(Counter(q.ideas[0] for q in plan.questions("registry", "fresh", 80)).values()) == {8}
    assert {len(set(q.ideas)) for q in plan.questions("registry", "fresh", 8)} == {10}
    planted = Counter((q.edge.kind, q.true_sharpe, q.edge_symbols) for q in plan.questions("power", "fresh", 10))
    assert {width: {n for (*_, w), n in planted.items() if w == width} for width in (8, 2)} == {8: {10}, 2: {5}}
    assert len(planted) == 16


def test_a_universe_counts_once_however_many_of_its_ideas_pass():
    question = plan.questions("registry", "fresh", 1)[0]
    row = tally.row("all", [answers(question, *["pass"] * 3, *["fail"] * 7), answers(question, *["fail"] * 10)])
    assert (row.passed.count, row.passed.of) == (1, 2)
    assert row.in_sample_sharpe == 2.0


def test_no_instrument_and_not_enough_data_are_no_passes():
    question = plan.questions("no-edge", "fresh", 1)[0]
    none = Answers(question, (Answer(question.ideas[0], "no instrument"),), (), 0.1)
    row = tally.row("all", [none, answers(question, "not enough data")])
    assert (row.passed.count, row.naive.count, row.passed.of) == (0, 1, 2)


def test_goals_are_held_against_what_was_counted():
    found = {name: (said, is_met) for name, _, said, is_met in report.goals(some_findings())}
    assert found["false promotion"][0].startswith("0.8 % (1 of 120; 0.0–4.6 %)")
    assert not found["false promotion"][1]  # the upper bound is too high with so few
    assert found["power at a true Sharpe of 1"] == ("50.0 % (4 of 8; 15.7–84.3 %)", True)
    assert not found["power at a true Sharpe of 3"][1]
    assert found["universes that ever pass, 10 ideas each"] == ("25.0 % (1 of 4; 0.6–80.6 %)", False)


def test_the_report_says_counts_seeds_and_how_to_do_it_again():
    text = report.markdown(some_findings())
    for said in (
        "Of 120 made-up universes without any edge, 1 passed the verdict; the naive rule (an in-sample Sharpe above 1) promoted 90",
        "4 further universes without an edge were asked 10 different ideas",
        "40 runs in all",
        "Of the first ideas 0.0 % (0 of 4; 0.0–60.2 %) passed, of all later ones 2.8 % (1 of 36; 0.1–14.5 %)",
        "no edge 3,000,000–3,000,119",
        "--seeds fresh --trials 100 --no-edge 120 --power 4 --registry 4",
        "1.51 ± 0.05",
        "`the rule`",
        "no edge 12 processor minutes, 25 by the clock at a mean load of 6.2; power 5 processor minutes",
    ):
        assert said in text
    assert "design universes:**" not in text
    assert "design universes:**" in report.markdown(dataclasses.replace(some_findings(), seeds="design"))


def test_what_was_not_asked_is_left_out(tmp_path):
    found = dataclasses.replace(some_findings(), power=(), registry=(), truths=())
    calibrate.write(found, tmp_path / "evidence.md")
    assert "Planted" not in (tmp_path / "evidence.md").read_text()
    assert [p.name for p in (tmp_path / "images").iterdir()] == [report.NO_EDGE_PICTURE]


def test_pictures_are_the_same_bytes_each_time_and_say_what_was_found():
    drawn = pictures.draw(some_findings())
    assert drawn == pictures.draw(some_findings())
    assert set(drawn) == {report.NO_EDGE_PICTURE, report.POWER_PICTURE}
    text = " ".join(ET.fromstring(drawn[report.NO_EDGE_PICTURE]).itertext())
    assert "Without an edge 0.8 % pass; the naive rule promotes 75.0 %" in text
    assert "edge in 2 of 8" in " ".join(ET.fromstring(drawn[report.POWER_PICTURE]).itertext())
