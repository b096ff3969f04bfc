"""The written-down ideas, fact by fact; what altered ideas do; nothing of an idea is passed over."""

import json
import re
from pathlib import Path

import pytest

from botyard.records.design import Clarification, Refusal
from botyard.stages.designer.design import Draft, draft
from botyard.stages.designer.facts import found_facts, judge
from botyard.stages.designer.reading.tokens import tokenise

IDEAS = Path(__file__).parents[3] / "ideas"


def rows(name):
    return [json.loads(line) for line in (IDEAS / name).read_text(encoding="utf-8").splitlines()]


DEV = rows("dev_facts.jsonl")
UNSEEN = rows("unseen.jsonl")
THIRD = rows("third.jsonl")
COMPILING = [r for r in DEV + UNSEEN if isinstance(draft(r["idea"], "5m"), Draft)]
ids = {"ids": lambda row: row["id"]}


def outcome(row):
    answer = draft(row["idea"], "5m")
    return judge(row["expect"], row["facts"], answer.spec if isinstance(answer, Draft) else answer)


@pytest.mark.parametrize("row", DEV, **ids)
def test_a_dev_idea_holds_fact_by_fact(row):
    score = outcome(row)
    assert score.outcome in ("right", "clarified", "refused"), score.wrong


@pytest.mark.parametrize("row", UNSEEN, **ids)
def test_no_unseen_idea_is_silently_wrong(row):
    score = outcome(row)
    assert score.outcome in ("right", "clarified", "refused", "needlessly asked"), score.wrong


def test_most_unseen_ideas_compile():
    wanted = [r for r in UNSEEN if r["expect"] == "compile"]
    assert sum(outcome(r).outcome == "right" for r in wanted) >= 0.9 * len(wanted)


@pytest.mark.parametrize("row", THIRD, **ids)
def test_no_third_idea_is_silently_wrong(row):
    score = outcome(row)
    assert score.outcome in ("right", "clarified", "refused", "needlessly asked"), score.wrong


def test_three_quarters_of_the_third_ideas_compile():
    wanted = [r for r in THIRD if r["expect"] == "compile"]
    assert sum(outcome(r).outcome == "right" for r in wanted) >= 0.75 * len(wanted)


def numbers_of(spec):
    text = " ".join([*spec.series.values(), *(t.expression for t in spec.state_machine.transitions), *spec.assumptions])
    found = {float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)}
    found |= {abs(float(p.default)) for p in spec.parameters.values()}
    sizing = spec.sizing
    found |= {round(float(v) * 100, 9) for v in (sizing.of_equity, sizing.per_trade) if v is not None}
    return found | {float(n) for n in re.findall(r"\d+", spec.timeframe)}


@pytest.mark.parametrize("row", COMPILING, **ids)
def test_each_number_of_the_idea_is_in_the_spec(row):
    spec = draft(row["idea"], "5m").spec
    known = numbers_of(spec)
    for token in tokenise(row["idea"]):
        # small counts of candles are written out, half and twice are words
        if token.kind in ("number", "percent") and not re.search(r"candles|red ones", row["idea"]):
            assert abs(token.value) in known, token.text


@pytest.mark.parametrize("row", COMPILING, **ids)
def test_an_altered_number_changes_the_answer(row):
    before = draft(row["idea"], "5m").spec
    for match in re.finditer(r"(?<![\w.:])\d+(?:\.\d+)?(?![\w.:]|\s*(?:m|min|h)\b)", row["idea"]):
        altered = row["idea"][: match.start()] + str(int(float(match.group())) + 7) + row["idea"][match.end() :]
        answer = draft(altered, "5m")
        assert (
            not isinstance(answer, Draft)
            or found_facts(answer.spec) != found_facts(before)
            or answer.spec.sizing != before.sizing
        )


@pytest.mark.parametrize("row", COMPILING, **ids)
def test_an_unknown_word_anywhere_leads_to_a_question_that_names_it(row):
    words = row["idea"].split(" ")
    for place in range(int(row["id"][1:]) % 9, len(words) + 1, 9):
        answer = draft(" ".join([*words[:place], "wibble", *words[place:]]), "5m")
        assert isinstance(answer, Clarification | Refusal)
        if isinstance(answer, Clarification):
            assert any("wibble" in q.text for q in answer.questions)


@pytest.mark.parametrize("row", COMPILING, **ids)
def test_a_number_from_nowhere_is_never_passed_over(row):
    words = row["idea"].split(" ")
    before = found_facts(draft(row["idea"], "5m").spec)
    for place in range(len(row["id"]) + int(row["id"][1:]) % 9 - 3, len(words) + 1, 9):
        answer = draft(" ".join([*words[:place], "777", *words[place:]]), "5m")
        if isinstance(answer, Draft):
            assert found_facts(answer.spec) != before
            assert 777.0 in numbers_of(answer.spec)
