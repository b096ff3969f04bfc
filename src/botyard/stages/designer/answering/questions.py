"""What to ask when an idea cannot be read whole: vague phrases, unknown words, and the place where reading stopped.

A choice is put where the words that it is about stand in the idea, or after the idea where they do not: see answered().
"""

import re
from collections.abc import Callable
from difflib import get_close_matches

from botyard.records.design import Question
from botyard.stages.designer.answering.vague import Found, vague
from botyard.stages.designer.reading.lexicon import VOCABULARY
from botyard.stages.designer.reading.measures import TIMEFRAMES, frame_of
from botyard.stages.designer.reading.tokens import Token, clean
from botyard.stages.designer.settling.plan import INSTEAD, OTHERS

LEAVE_OUT = "leave it out"
_NEAR = 4

IsRead = Callable[[tuple[Token, ...]], bool]
"""Whether tokens make clauses."""


def answered(idea: str, question: Question, choice: str) -> str:
    """Give the idea with one choice put in."""
    if choice.startswith(INSTEAD):
        return choice.removeprefix(INSTEAD)
    text = clean(idea)
    words = question.about.split(", ") if choice == LEAVE_OUT else [question.about]
    said = "" if choice == LEAVE_OUT else choice
    if not all(w and re.search(rf"(?<!\w){re.escape(w)}(?!\w)", text) for w in words):
        return f"{text.rstrip(' .,')}, {said}"
    for word in words:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _: said, text, count=1)
    return " ".join(text.split())


def about_words(text: str, tokens: tuple[Token, ...]) -> tuple[Question, ...]:
    """Ask about words that are in no list, and about the vague phrases; none when all words are known."""
    unknown = [t for t in tokens if t.kind == "word" and t.text not in VOCABULARY]
    if not unknown:
        return ()
    phrases = [f for f in vague(text) if not f.is_plain or any(_overlap(f, t) for t in unknown)]
    questions = [f.question for f in phrases]
    rest = [t for t in unknown if not any(_overlap(f, t) for f in phrases)]
    said: list[str] = []
    for word in dict.fromkeys(t.text for t in rest):
        close = get_close_matches(word, sorted(VOCABULARY), n=2, cutoff=0.8) if len(word) > 4 else []
        close = [c for c in close if c[0] == word[0]]
        if close:
            questions.append(Question(word, f'Is "{word}" meant as "{" or ".join(close)}"?', (*close, LEAVE_OUT)))
        else:
            said.append(word)
    if said:
        words = ", ".join(f'"{w}"' for w in said[:8]) + (", …" if len(said) > 8 else "")
        numbers = _numbers_near(tokens, set(said))
        close_by = f" (with {numbers})" if numbers else ""
        text = f"What does {words}{close_by} mean for the strategy? Say it with prices, indicators, times or numbers, or leave it out."
        questions.append(Question(", ".join(said[:8]), text, (LEAVE_OUT, *OTHERS)))
    return tuple(questions)


def about_place(text: str, tokens: tuple[Token, ...], furthest: int, is_read: IsRead) -> tuple[Question, ...]:
    """Ask about the place where reading stopped, when all words are known but do not make a rule."""
    odd = [t for t in tokens if t.kind == "span" and t.unit in "mh" and frame_of(t) is None]
    if odd:
        return tuple(Question(t.text, f"{t.text} is no bar length. Which one instead?", tuple(TIMEFRAMES.values())) for t in odd)  # fmt: skip
    place = min(furthest, max(len(tokens) - 1, 0))
    near = tokens[max(0, place - _NEAR) : place + _NEAR]
    phrases = [f for f in vague(text) if not f.is_plain or any(_overlap(f, t) for t in near)]
    if phrases:
        return tuple(f.question for f in phrases)
    if not tokens or furthest >= len(tokens):
        return (Question("the end", "The idea stops in the middle of a rule. What follows?", OTHERS),)
    start, end = _culprit(tokens, place, is_read) or (place, min(place + 6, len(tokens)))
    words = text[tokens[start].start : tokens[end - 1].end]
    before = " ".join(t.text for t in tokens[max(0, start - _NEAR) : start])
    after = f' after "{before}"' if before else ""
    return (Question(words, f'Not understood: "{words}"{after}. Say this part in other words, one rule at a time.', (LEAVE_OUT, *OTHERS)),)  # fmt: skip


def about_phrase(text: str, question: Question) -> Question:
    """Give the phrase's own question where a question is about a vague word."""
    for found in vague(text):
        if question.about and question.about in found.question.about:
            return found.question
    return question


def _culprit(tokens: tuple[Token, ...], place: int, is_read: IsRead) -> tuple[int, int] | None:
    """Give the fewest words around the place without which the rest can be read."""
    for size, reach in ((1, 2), (2, 1), (3, 0)):
        for start in sorted(range(place - reach, place + reach + 1), key=lambda i: abs(i - place)):
            if start >= 0 and start + size <= len(tokens) and is_read(tokens[:start] + tokens[start + size :]):
                return start, start + size
    return None


def _overlap(found: Found, token: Token) -> bool:
    return found.start < token.end and token.start < found.end


def _numbers_near(tokens: tuple[Token, ...], words: set[str]) -> str:
    places = [i for i, t in enumerate(tokens) if t.text in words]
    near = [
        t.text for i, t in enumerate(tokens) if t.kind in ("number", "percent") and any(abs(i - p) <= 3 for p in places)
    ]
    return ", ".join(dict.fromkeys(near))
