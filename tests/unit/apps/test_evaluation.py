"""Counting what became of ideas: each outcome, going on after an interruption, files that are wrong."""

import json

import pytest

from botyard.apps.evaluation import by_model, by_rules, designer_of, evaluate, figures, kept_path, read_ideas
from botyard.errors import UserError
from botyard.records.design import Clarification, Question, Refusal
from botyard.records.spec import Spec, StateMachine, Transition
from botyard.testing.progress import RecordedProgress

LONG = {"enter_long": "close > 1", "exit_long": "close < 1", "timeframe": "5m"}


def spec(entry, leave="close < 1"):
    machine = StateMachine(
        initial="flat",
        states={"flat": 0, "long": 1},
        transitions=(
            Transition(("flat",), "long", "enter_long", when=entry),
            Transition(("long",), "flat", "exit_long", when=leave),
        ),
    )
    return Spec(name="x", idea="x", timeframe="5m", state_machine=machine)


ANSWERS = {
    "good": spec("close > 1"),
    "bad": spec("close > 2"),
    "asked": Clarification("x", (Question("x", "What is x?"),)),
    "asked for nothing": Clarification("x", (Question("x", "What is x?"),)),
    "refused": Refusal("x", "look_ahead", "no"),
    "compiled, to be refused": spec("close > 1"),
    "unjudged": spec("close > 3"),
}
ROWS = [
    {"id": "1", "idea": "good", "facts": LONG},
    {"id": "2", "idea": "bad", "facts": LONG},
    {"id": "3", "idea": "asked", "expect": "clarify", "facts": {}},
    {"id": "4", "idea": "asked for nothing", "facts": LONG},
    {"id": "5", "idea": "refused", "expect": "refuse", "facts": {"reason": "look_ahead"}},
    {"id": "6", "idea": "compiled, to be refused", "expect": "refuse"},
    {"id": "7", "idea": "unjudged"},
]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "ideas.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def test_every_outcome_is_counted(file, tmp_path):
    judged = evaluate(
        read_ideas(file), "5m", lambda idea, _: (ANSWERS[idea], 0.25), tmp_path / "kept", RecordedProgress()
    )
    counted = figures(judged)
    assert [j.outcome for j in judged] == [
        "right", "silently wrong", "clarified", "needlessly asked", "refused", "silently wrong", "not judged",
    ]  # fmt: skip
    assert (counted.ideas, counted.compiled, counted.right, counted.not_judged) == (7, 4, 1, 1)
    assert (counted.clarified, counted.refused, counted.silently_wrong) == (2, 1, 2)
    assert counted.cost_usd == 7 * 0.25
    assert sum(counted.outcomes.values()) == 7
    assert "enter_long is 'close > 2'" in judged[1].notes[0]


def test_an_interrupted_evaluation_goes_on_where_it_stopped(file, tmp_path):
    asked = []

    def ask(idea, _):
        asked.append(idea)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return ANSWERS[idea], 0.5

    kept = tmp_path / "deep" / "kept.jsonl"
    with pytest.raises(KeyboardInterrupt):
        evaluate(read_ideas(file), "5m", ask, kept, RecordedProgress())
    with kept.open("a") as torn:
        torn.write('{"id": "3", "ide')
    judged = evaluate(read_ideas(file), "5m", ask, kept, RecordedProgress())
    assert asked == [
        "good",
        "bad",
        "asked",
        "asked",
        "asked for nothing",
        "refused",
        "compiled, to be refused",
        "unjudged",
    ]
    assert [j.id for j in judged] == [row["id"] for row in ROWS]
    assert not kept.exists()


def test_starting_anew_asks_again(file, tmp_path):
    kept = tmp_path / "kept"
    kept.write_text(
        '{"id": "1", "idea": "good", "expect": "compile", "became": "refused", "outcome": "needlessly refused", "notes": [], "seconds": 0.0, "cost_usd": 0.0}\n'
    )
    judged = evaluate(
        read_ideas(file), "5m", lambda idea, _: (ANSWERS[idea], 0.0), kept, RecordedProgress(), start_anew=True
    )
    assert judged[0].outcome == "right"


@pytest.mark.parametrize(
    "text, wrong",
    [
        ("", "holds no idea"),
        ("nothing\n", "line 1 is no JSON"),
        ('{"id": "1"}\n', 'line 1 needs texts "id" and "idea"'),
        ('{"id": "1", "idea": "x", "expect": "maybe"}\n', "one of compile, clarify, refuse"),
        ('{"id": "1", "idea": "x", "facts": 3}\n', '"facts" must be an object'),
        ('{"id": "1", "idea": "x"}\n{"id": "1", "idea": "y"}\n', "the id 1 twice"),
    ],
)
def test_a_wrong_file_names_its_line(tmp_path, text, wrong):
    path = tmp_path / "ideas.jsonl"
    path.write_text(text)
    with pytest.raises(UserError, match=wrong):
        read_ideas(path)


def test_a_changed_file_begins_anew(file):
    before = kept_path(file, "5m", "rules")
    assert kept_path(file, "1h", "rules") != before
    file.write_text(json.dumps(ROWS[0]))
    assert kept_path(file, "5m", "rules") != before


def test_the_rules_answer():
    answer, cost = by_rules("buy when rsi(14) drops under 30 and sell above 60", "5m")
    assert isinstance(answer, Spec)
    assert cost == 0.0


def test_a_model_answers_what_the_rules_ask_about_and_its_cost_is_told(monkeypatch):
    spent = [0.0]
    asked = Clarification("x", (Question("x", "What is x?"),))

    def run(idea, timeframe, model):
        assert (timeframe, model) == ("1h", "the model")
        spent[0] += 0.25
        return asked

    monkeypatch.setattr("botyard.stages.designer.run", run)
    assert by_model("the model", lambda: spent[0])("fade the flurble", "1h") == (asked, 0.25)


def test_the_setting_chooses_the_designer(monkeypatch):
    monkeypatch.delenv("BOTYARD_MODEL", raising=False)
    assert designer_of("", 1.0) == ("rules", by_rules)
    monkeypatch.setenv("BOTYARD_MODEL", "openai:tiny@http://127.0.0.1:9")
    assert designer_of("rules", 1.0) == ("rules", by_rules)
    assert designer_of("", 1.0)[0] == "openai:tiny"
    with pytest.raises(UserError, match="names no model"):
        designer_of("tiny", 1.0)
