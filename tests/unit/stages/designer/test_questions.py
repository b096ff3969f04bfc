"""Questions name the words that they are about, and every choice, put into the idea, makes it a strategy."""

import itertools

import pytest

from botyard.records.design import Clarification
from botyard.stages.designer.answering.questions import LEAVE_OUT, answered
from botyard.stages.designer.design import Draft, draft
from botyard.stages.designer.facts import found_facts


def asked(idea):
    answer = draft(idea, "5m")
    assert isinstance(answer, Clarification), answer
    return answer.questions


@pytest.mark.parametrize(
    ("idea", "about"),
    [
        (
            "buy the dip when it looks oversold and sell when it feels toppy",
            ["the dip when it looks oversold", "when it feels toppy"],
        ),
        ("buy low sell high", ["low", "high"]),
        ("buy on a big dip, like 5%, and sell when it recovers", ["on a big dip, like 5%", "when it recovers"]),
        (
            "buy when the trend is strong and get out when it weakens",
            ["when the trend is strong", "when it weakens"],
        ),
        (
            "buy when rsi is low and momentum picks up, exit with a reasonable stop",
            ["momentum picks up", "a reasonable stop", "when rsi is low"],
        ),
        ("buy support and sell resistance", ["support", "resistance"]),
        ("buy when ema 9 crosses ema 21 with confirmation, cut losers fast", ["with confirmation", "cut losers fast"]),
        ("buy when it is cheap, sell when it is expensive", ["when it is cheap", "when it is expensive"]),
        ("buy pullbacks in an uptrend, exit after 10 bars", ["pullbacks in an uptrend"]),
        ("buy when rsi is below 30, use a tight stop", ["use a tight stop", "exit"]),
        ("buy when rsi(14) < 30 and stop 2%", ["exit"]),
        ("buy when price crosses above 200, exit after 5 bars", ["200"]),
    ],
)
def test_every_choice_put_into_the_idea_compiles(idea, about):
    questions = asked(idea)
    assert [q.about for q in questions] == about
    assert all(2 <= len(q.choices) <= 3 for q in questions)
    for choices in itertools.product(*(q.choices for q in questions)):
        filled = idea
        for question, choice in zip(questions, choices, strict=True):
            filled = answered(filled, question, choice)
        assert isinstance(draft(filled, "5m"), Draft), filled


def test_a_choice_says_what_it_says():
    idea = "buy the dip when it looks oversold and sell when it feels toppy"
    dip, top = asked(idea)
    filled = answered(answered(idea, dip, dip.choices[1]), top, top.choices[0])
    facts = found_facts(draft(filled, "5m").spec)
    assert (facts["enter_long"], facts["exit_long"]) == ("rsi(close, 14) < 30", "rsi(close, 14) > 70")


def test_a_slip_is_asked_about_with_the_words_that_it_may_be():
    (question,) = asked("buy when rsi(14) crosees above 30, sell when it is above 60")
    assert question.about == "crosees"
    assert "crosses" in question.choices


def test_words_that_nobody_knows_can_be_left_out():
    idea = "buy when rsi(14) is below 30 with flurble wuzzle, sell when rsi(14) is above 60"
    (question,) = asked(idea)
    assert question.about == "flurble, wuzzle"
    assert isinstance(draft(answered(idea, question, LEAVE_OUT), "5m"), Clarification | Draft)


@pytest.mark.parametrize(
    ("idea", "words"),
    [
        ("buy when rsi(14) is below 30 sideways chart of, sell when rsi(14) is above 60", None),
        ("buy when rsi(14) is below 30 whatever happens 777, sell when rsi(14) is above 60", "777"),
        ("buy when rsi(14) is below 30 breakeven, sell when rsi(14) is above 60", "breakeven"),
    ],
)
def test_not_understood_names_few_words(idea, words):
    questions = asked(idea)
    assert words is None or any(q.about == words or words in q.about for q in questions)
    assert all(len(q.about.split()) <= 6 for q in questions)
