"""Lists of phrases, written as "one|two words|three"."""

from typing import Any

Phrases = dict[tuple[str, ...], Any]


def same(phrases: str, value: Any = True) -> Phrases:
    """Give phrases that all mean the same."""
    return {tuple(p.split()): value for p in phrases.split("|")}


def table(**rows: str) -> Phrases:
    """Give phrases by what they mean."""
    return {tuple(p.split()): value for value, phrases in rows.items() for p in phrases.split("|")}
