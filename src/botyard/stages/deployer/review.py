"""The deployment review: a model says what the bot will do, and each sentence is held against the spec's facts."""

import json
from typing import Literal

from botyard.language.words import describe
from botyard.ports import LanguageModel
from botyard.records.conversation import Reply, Tool
from botyard.records.deployment import Dropped, Review, Statement
from botyard.records.market import TradingRules
from botyard.records.research import Research
from botyard.records.schema import dump_spec
from botyard.stages.deployer.facts import Facts, facts_of, unsupported
from botyard.stages.deployer.talk import converse, prompt

TRIES = 3
MOST_STATEMENTS = 12  # in one list
MOST_CHARS = 400  # of one statement

Part = Literal["does", "compared", "risks"]
PARTS: tuple[Part, ...] = ("does", "compared", "risks")

_LIST = {"type": "array", "items": {"type": "string"}}
TOOL = Tool(
    name="review",
    description="The review of the bot, in plain sentences.",
    schema={"type": "object", "properties": dict.fromkeys(PARTS, _LIST), "required": list(PARTS)},
)


def review(research: Research, rules: TradingRules, mode: str, model: LanguageModel) -> Review:
    """Let the model review the bot; what the spec does not bear out is sent back, and dropped after three tries."""
    judge = _Judge(facts_of(research, rules, mode))
    talk = converse(model, "review", prompt("review.md"), _question(research, rules, mode), TOOL, judge, tries=TRIES)
    return Review(
        model=talk.model,
        spec_hash=research.spec_hash,
        statements=tuple(judge.good),
        dropped=tuple(judge.bad),
        tries=talk.calls,
        stopped="" if judge.good and not judge.bad else talk.stopped,
    )


class _Judge:
    """Sorts the last answer's statements into those that hold and those that do not."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.good: list[Statement] = []
        self.bad: list[Dropped] = []

    def __call__(self, reply: Reply) -> str:
        read = _statements(reply)
        if isinstance(read, str):
            return read
        self.good, self.bad = [], []
        for statement in read:
            wrong = unsupported(statement.text, self._facts, may_cite_idea=statement.part == "compared")
            if wrong:
                self.bad.append(Dropped(statement.text, "; ".join(wrong)))
            else:
                self.good.append(statement)
        if not self.bad:
            return ""
        lines = [f"- {d.text!r}: {d.why}" for d in self.bad]
        return "The facts do not bear out:\n" + "\n".join(lines) + "\nCall review again, whole, with these put right."


def _statements(reply: Reply) -> list[Statement] | str:
    """Read the answer, or say what is wrong with its form."""
    if reply.tool != TOOL.name:
        return "Answer by calling review."
    found = []
    for part in PARTS:
        texts = reply.arguments.get(part)
        if not isinstance(texts, list) or not texts or not all(isinstance(t, str) and t.strip() for t in texts):
            return f"{part} must be a list of sentences, at least one."
        if len(texts) > MOST_STATEMENTS or any(len(t) > MOST_CHARS for t in texts):
            return f"{part} holds too much: at most {MOST_STATEMENTS} sentences of {MOST_CHARS} characters."
        found += [Statement(part, " ".join(t.split())) for t in texts]
    return found


def _question(research: Research, rules: TradingRules, mode: str) -> str:
    spec = research.spec
    idea = spec.idea.replace("<", "(").replace(">", ")")  # data cannot close its own tag
    plain = dump_spec(spec).replace("</", "<\\/")
    facts = {
        "instrument": research.symbol,
        "mode": mode,
        "initial_cash": rules.initial_cash,
        "verdict": research.verdict.outcome,
        "walk_forward_sharpe": research.verdict.expected_sharpe,
        "in_words": list(describe(spec)),
    }
    return f"<idea>\n{idea}\n</idea>\n\nFacts:\n{json.dumps(facts, indent=1, ensure_ascii=False)}\n\nThe spec:\n{plain}"
