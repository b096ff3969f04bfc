"""Cut an idea into tokens: words, numbers, percentages, times of day, durations and marks."""

import re
from dataclasses import dataclass
from typing import Literal

from botyard.stages.designer.reading.lexicon import VOCABULARY
from botyard.stages.designer.reading.spelling import SPELLING

Kind = Literal["word", "number", "percent", "time", "span", "mark"]

_UNITS = {
    "m": "m", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "d": "d", "day": "d", "days": "d",
    "w": "w", "wk": "w", "week": "w", "weeks": "w",
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "ms": "s", "millisecond": "s", "milliseconds": "s",
}  # fmt: skip
UNIT_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10080}

_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_NUMBER = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\.\d+|\d+"
_PATTERN = re.compile(
    rf"(?P<time>(?:[01]?\d|2[0-3]):[0-5]\d(?:\s*[ap]m\b)?|(?:1[0-2]|0?[1-9])\s*[ap]m\b)"
    rf"|(?P<span>(?:{_NUMBER})[\s-]*(?:{_UNIT})(?![\w%]))"
    rf"|(?P<percent>(?<![\w)])[-+]?(?:{_NUMBER})\s*(?:%(?![kdr]\b)|percents?\b|pct\b))"
    rf"|(?P<number>(?<![\w).])[-+](?:{_NUMBER})|(?:{_NUMBER}))"
    r"|(?P<word>%[kdr]\b|[^\W\d_]+(?:'[^\W\d_]+)?)"
    r"|(?P<mark>->|=>|<=|>=|==|!=|≤|≥|→|--|[^\s\w]|_)",
)
_WORD_NUMBERS = {
    "zero": 0,
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip
_TIMES = {"noon": 720, "midday": 720, "midnight": 0}
_QUOTES = str.maketrans(
    {0x2019: "'", 0x2018: "'", 0x60: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: ",", 0x2212: "-", 0xA0: " "}
)
_SHORT_NOT = re.compile(r"\b(do|does|is|are|was|has|have|should|would|wo|ca|did)n'?t\b")
_SPELL_MINUTES = re.compile(
    r"\b(one|two|three|four|five|ten|fifteen|twenty|thirty|fifty)[\s-]+(?=(?:minute|hour|day|week|min)s?\b)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of the idea; `start` and `end` are columns of the text as it was cleaned."""

    kind: Kind
    text: str
    start: int
    end: int
    value: float = 0.0  # number; percent in percent; time in minutes of the day; count of a span
    unit: str = ""  # of a span: m h d w s


def clean(idea: str) -> str:
    """Lower case, plain quotes and dashes, contracted "not" spelled out."""
    text = " ".join(idea.translate(_QUOTES).lower().split())
    text = _SHORT_NOT.sub(lambda m: {"wo": "will", "ca": "can"}.get(m[1], m[1]) + " not", text)
    text = re.sub(r"\bain'?t\b", "is not", text)
    text = re.sub(r"\bcannot\b", "can not", text)
    text = re.sub(r"\bit's\b", "it is", text)
    text = re.sub(r"(?<=[a-z0-9])-(?=[a-z])", " ", text)
    text = re.sub(
        r"\b(?:longs? (?:and|&|or|\+) shorts?|longs? ?/ ?shorts?|shorts? (?:and|&|or|\+) longs?|shorts? ?/ ?longs?)\b",
        "both sides",
        text,
    )
    text = re.sub(r"(?<=s)'(?=[\s,.;]|$)", "", text)  # candles' high
    text = _SPELL_MINUTES.sub(lambda m: f"{1 if m[1] == 'one' else _WORD_NUMBERS[m[1]]} ", text)
    return re.sub(r"\bw/(?=\s|\d|[a-z])", "with ", text)


def tokenise(idea: str) -> tuple[Token, ...]:
    """Tokens in order; nothing but white space is left out."""
    text = clean(idea)
    tokens: list[Token] = []
    for match in _PATTERN.finditer(text):
        tokens.extend(_token(match))
    return tuple(tokens)


def _token(match: re.Match[str]) -> list[Token]:
    kind, text, start, end = match.lastgroup, match.group(), match.start(), match.end()
    if kind == "time":
        return [Token("time", text, start, end, _minutes(text))]
    if kind == "span":
        number = re.match(_NUMBER, text)
        digits = number.group() if number else "0"
        unit = _UNITS[text[len(digits) :].strip(" -")]
        return [Token("span", text, start, end, _float(digits), unit)]
    if kind == "percent":
        digits = re.sub(r"\s*(%|percents?|pct)$", "", text)
        return [Token("percent", text, start, end, _float(digits))]
    if kind == "number":
        return [Token("number", text, start, end, _float(text))]
    if kind == "word":
        return _word(text, start, end)
    return [Token("mark", {"≤": "<=", "≥": ">=", "→": "->", "=>": "->"}.get(text, text), start, end)]


def _word(text: str, start: int, end: int) -> list[Token]:
    text = text.removesuffix("'s")
    text = text.replace("'", "")
    if text in _WORD_NUMBERS:
        return [Token("number", text, start, end, float(_WORD_NUMBERS[text]))]
    if text in _TIMES:
        return [Token("time", text, start, end, float(_TIMES[text]))]
    return [Token("word", word, start, end) for word in SPELLING.get(text, mended(text)).split()]


def mended(text: str) -> str:
    """Give the one known word that an unknown one is with two neighbours swapped or a letter doubled; else the word.

    A slip of the fingers is put right only where there is no other word that it could be.
    """
    if len(text) < 4 or text in VOCABULARY or text in SPELLING:
        return text
    swapped = {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)}
    single = {text[:i] + text[i + 1 :] for i in range(len(text) - 1) if text[i] == text[i + 1]}
    doubled = {text[:i] + text[i] + text[i:] for i in range(len(text))}
    found = (swapped | single | doubled) & VOCABULARY
    return found.pop() if len(found) == 1 else text


def _float(text: str) -> float:
    return float(text.replace(",", ""))


def _minutes(text: str) -> float:
    half = re.search(r"[ap]m$", text)
    hour, _, minute = re.sub(r"\s*[ap]m$", "", text).partition(":")
    hours = int(hour)
    if half:
        hours = hours % 12 + (12 if half.group() == "pm" else 0)
    return float(hours * 60 + int(minute or 0))
