"""A spec said again in plain English, for the reader to hold beside the idea.

1. phrases.py    the words for inputs, functions and comparisons
2. speaker.py    expressions
3. sentences.py  series, transitions, size and limits, a sentence each
"""

from botyard.language.words.sentences import describe

__all__ = ["describe"]
