"""From an idea to a spec, a question or a refusal, by rules alone.

1. tokens.py       the idea in pieces
2. refusals.py     what is never built
3. questions.py    words that nobody knows are asked about
4. clauses.py      phrases to clauses (with measures, conditions, times, risk)
5. resolve.py      "it", open numbers and sides, to a plan
6. build.py        the plan as a spec
7. coverage.py     whether every number and measure of the idea is in it
"""

from dataclasses import dataclass

from botyard.errors import UserError
from botyard.records.design import Clarification, Question, Refusal
from botyard.records.spec import Spec
from botyard.stages.designer.build import build
from botyard.stages.designer.clauses import read
from botyard.stages.designer.combinators import Source, TooLongError
from botyard.stages.designer.coverage import unused
from botyard.stages.designer.lexicon import INSTRUMENTS
from botyard.stages.designer.plan import AskError
from botyard.stages.designer.questions import ENTRY_CHOICES, about_place, about_words
from botyard.stages.designer.refusals import refusal
from botyard.stages.designer.resolve import resolve
from botyard.stages.designer.tokens import clean, tokenise

MOST_TOKENS = 400


@dataclass(frozen=True, slots=True)
class Draft:
    """A spec with what the person should know about it."""

    spec: Spec
    notices: tuple[str, ...]


def draft(idea: str, timeframe: str) -> Draft | Clarification | Refusal:
    """Read an idea.

    Raises: UserError when it is empty.
    """
    if not idea.strip():
        raise UserError('the idea is empty; say when to enter and when to leave, such as "fast ema crosses slow ema"')
    refused = refusal(idea, clean(idea))
    if refused is not None:
        return refused
    tokens = tokenise(idea)
    unknown = about_words(tokens)
    if unknown:
        return Clarification(idea, unknown)
    if len(tokens) > MOST_TOKENS:
        return _too_long(idea)
    source = Source(tokens)
    try:
        clauses = read(source)
        if not clauses:
            return Clarification(idea, about_place(source))
        plan = resolve(clauses, timeframe)
        if any(t.text in INSTRUMENTS for t in tokens):
            plan.assume("the instrument is chosen by ranking, not by its name in the idea")
        spec = build(plan, idea)
        lost = unused(tokens, clauses, plan, spec)
        if lost:
            return Clarification(idea, lost)
    except AskError as e:
        return Clarification(idea, e.questions)
    except (TooLongError, RecursionError):
        return _too_long(idea)
    return Draft(spec, tuple(plan.notices))


def _too_long(idea: str) -> Clarification:
    return Clarification(idea, (Question("length", "The idea is too long to be read by rules. What are its entry, exit and stop, in one sentence each?", ENTRY_CHOICES),))  # fmt: skip
