"""A small parser that finds every reading: rules over tokens, remembered by place, no left recursion."""

from collections.abc import Callable
from typing import Any

from botyard.stages.designer.reading.lexicon import FILLERS, INSTRUMENTS, PHRASES
from botyard.stages.designer.reading.tokens import Kind, Token

_SKIPPED = FILLERS | INSTRUMENTS

Results = list[tuple[Any, int]]
"""Each reading: its value and the place after it."""

MOST_STEPS = 400_000


class TooLongError(Exception):
    """The idea has more readings than can be looked at; say it in fewer words."""


class Source:
    """The tokens of one idea, what has been read where, and how far any rule came."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self.tokens = tokens
        self.texts = tuple(t.text if t.kind in ("word", "mark") else "" for t in tokens)
        self.furthest = 0
        self.memory: dict[tuple[int, int], Results] = {}
        self._steps = 0

    def past_fillers(self, i: int) -> list[int]:
        """Give the places where the next telling token may be: here, and after each filler word."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise TooLongError
        places = [i]
        while i < len(self.tokens) and self.tokens[i].kind == "word" and self.tokens[i].text in _SKIPPED:
            i += 1
            places.append(i)
        return places

    def reached(self, i: int) -> None:
        """Remember the furthest place that any rule understood up to."""
        self.furthest = max(self.furthest, i)


class Rule:
    """A function from a place to all readings from there."""

    def __init__(self, read: Callable[[Source, int], Results]) -> None:
        self._read = read

    def __call__(self, source: Source, i: int) -> Results:
        """Give all readings from a place, remembered."""
        key = (id(self), i)
        known = source.memory.get(key)
        if known is None:
            known = _distinct(self._read(source, i))
            source.memory[key] = known
        return known


def _distinct(results: Results) -> Results:
    if len(results) < 2:
        return results
    seen: set[tuple[Any, int]] = set()
    kept: Results = []
    for result in results:
        if result not in seen:
            seen.add(result)
            kept.append(result)
    return kept


def word(kind: str) -> Rule:
    """Any phrase of the lexicon's kind; the value is what the lexicon gives it."""
    phrases = PHRASES[kind]
    sizes: dict[str, list[int]] = {}  # of the phrases that begin with a word, the longest first
    for phrase in sorted(phrases, key=len, reverse=True):
        if len(phrase) not in sizes.setdefault(phrase[0], []):
            sizes[phrase[0]].append(len(phrase))

    def read(source: Source, i: int) -> Results:
        found: Results = []
        for start in source.past_fillers(i):
            for size in sizes.get(source.texts[start], ()) if start < len(source.texts) else ():
                texts = source.texts[start : start + size]
                if texts in phrases:
                    source.reached(start + size)
                    found.append((phrases[texts], start + size))
        return found

    return Rule(read)


def token(kind: Kind, value: Callable[[Token], Any] = lambda t: t.value) -> Rule:
    """One token of this kind, after fillers."""

    def read(source: Source, i: int) -> Results:
        for place in source.past_fillers(i):
            if place < len(source.tokens) and source.tokens[place].kind == kind:
                source.reached(place + 1)
                return [(value(source.tokens[place]), place + 1)]
        return []

    return Rule(read)


def seq(*rules: Rule, to: Callable[..., Any] | None = None) -> Rule:
    """All rules one after another; `to` gets their values. A `to` that returns None rejects the reading."""

    def read(source: Source, i: int) -> Results:
        partial: list[tuple[tuple[Any, ...], int]] = [((), i)]
        for rule in rules:
            partial = [((*values, v), k) for values, j in partial for v, k in rule(source, j)]
            if not partial:
                return []
        if to is None:
            return list(partial)
        made = [(to(*values), j) for values, j in partial]
        return [(value, j) for value, j in made if value is not None]

    return Rule(read)


def alt(*rules: Rule) -> Rule:
    """Any of the rules, the first ones preferred."""
    return Rule(lambda source, i: [r for rule in rules for r in rule(source, i)])


def opt(rule: Rule, default: Any = None) -> Rule:
    """Give the rule, or nothing."""
    return Rule(lambda source, i: [*rule(source, i), (default, i)])


def apply(rule: Rule, to: Callable[[Any], Any]) -> Rule:
    """Give the rule with its value changed; None rejects the reading."""

    def read(source: Source, i: int) -> Results:
        made = [(to(value), j) for value, j in rule(source, i)]
        return [(value, j) for value, j in made if value is not None]

    return Rule(read)


def unless_next(words: frozenset[str], kinds: frozenset[str] = frozenset()) -> Rule:
    """Nothing, but only where none of these words and no token of these kinds comes next."""

    def read(source: Source, i: int) -> Results:
        for place in source.past_fillers(i):
            following = source.tokens[place] if place < len(source.tokens) else None
            if following is not None and (following.text in words or following.kind in kinds):
                return []
        return [(None, i)]

    return Rule(read)


def later(rule: Callable[[], Rule]) -> Rule:
    """Give a rule that is defined further down."""
    return Rule(lambda source, i: rule()(source, i))  # noqa: PLW0108 # not defined yet when this runs


def many(rule: Rule, joint: Rule | None = None) -> Rule:
    """One or more, as a tuple, with the joint between."""

    def read(source: Source, i: int) -> Results:
        found: Results = []
        for first, j in rule(source, i):
            places = [j] if joint is None else [k for _, k in joint(source, j)]
            for k in places:
                if k > i:
                    found.extend(((first, *rest), m) for rest, m in self_rule(source, k))
            found.append(((first,), j))
        return found

    self_rule = Rule(read)
    return self_rule
