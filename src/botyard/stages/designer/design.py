"""From an idea to a spec, a question or a refusal, by rules alone.

1. reading/tokens.py        the idea in pieces
2. answering/refusals.py    what is never built
3. answering/questions.py   words that nobody knows are asked about
4. reading/clauses.py       phrases to clauses (with measures, conditions, times, risk)
5. settling/resolve.py      "it", open numbers and sides, to a plan
6. building/build.py        the plan as a spec
7. building/coverage.py     whether every number and measure of the idea is in it
"""

from dataclasses import dataclass

from botyard.errors import UserError
from botyard.records.design import Clarification, Question, Refusal
from botyard.records.spec import Spec
from botyard.stages.designer.answering.questions import (
    LEAVE_OUT,
    about_phrase,
    about_place,
    about_words,
    answered,
)
from botyard.stages.designer.answering.refusals import refusal
from botyard.stages.designer.building.build import build
from botyard.stages.designer.building.coverage import unused
from botyard.stages.designer.reading.clauses import read
from botyard.stages.designer.reading.combinators import Source, TooLongError
from botyard.stages.designer.reading.lexicon import INSTRUMENTS
from botyard.stages.designer.reading.tokens import Token, clean, mended, tokenise
from botyard.stages.designer.settling.plan import OTHERS, AskError
from botyard.stages.designer.settling.resolve import resolve

MOST_TOKENS = 400
MOST_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Draft:
    """A spec with what the person should know about it."""

    spec: Spec
    notices: tuple[str, ...]


def draft(idea: str, timeframe: str) -> Draft | Clarification | Refusal:
    """Read an idea; a clarification asks everything in one go.

    Raises: UserError when it is empty.
    """
    answer = _draft(idea, timeframe)
    questions = list(answer.questions) if isinstance(answer, Clarification) else []
    for _ in range(MOST_ROUNDS if questions else 0):
        trial = idea
        for question in questions:
            if question.choices:
                trial = answered(trial, question, question.choices[0])
        more = _draft(trial, timeframe) if trial.strip() else None
        known = {q.about for q in questions}
        new = [q for q in more.questions if q.about not in known] if isinstance(more, Clarification) else []
        new = [
            q for q in new if LEAVE_OUT not in q.choices and (q.about in clean(idea) or q.about in ("exit", "entry"))
        ]
        if not new:
            break
        questions += new
    return Clarification(idea, tuple(questions)) if questions else answer


def _draft(idea: str, timeframe: str) -> Draft | Clarification | Refusal:
    if not idea.strip():
        raise UserError('the idea is empty; say when to enter and when to leave, such as "fast ema crosses slow ema"')
    refused = refusal(idea, clean(idea))
    if refused is not None:
        return refused
    text, tokens = clean(idea), tokenise(idea)
    unknown = about_words(text, tokens)
    if unknown:
        return Clarification(idea, unknown)
    if len(tokens) > MOST_TOKENS:
        return _too_long(idea)
    source = Source(tokens)
    try:
        clauses = read(source)
        if not clauses:
            return Clarification(idea, about_place(text, tokens, source.furthest, _is_read))
        plan = resolve(clauses, timeframe)
        if any(t.text in INSTRUMENTS for t in tokens):
            plan.assume("the instrument is chosen by ranking, not by its name in the idea")
        for token in tokens:
            said = text[token.start : token.end]
            if token.kind == "word" and said != token.text == mended(said):
                plan.assume(f'"{said}" is read as "{token.text}"')
        spec = build(plan, idea)
        lost = unused(tokens, clauses, plan, spec)
        if lost:
            return Clarification(idea, lost)
    except AskError as e:
        return Clarification(idea, tuple(about_phrase(text, q) for q in e.questions))
    except (TooLongError, RecursionError):
        return _too_long(idea)
    return Draft(spec, tuple(plan.notices))


def _is_read(tokens: tuple[Token, ...]) -> bool:
    return bool(tokens) and bool(read(Source(tokens)))


def _too_long(idea: str) -> Clarification:
    return Clarification(idea, (Question("length", "The idea is too long to be read by rules. What are its entry, exit and stop, in one sentence each?", OTHERS),))  # fmt: skip
