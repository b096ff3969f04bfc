"""What stands at the top: the idea, and the rules in words."""

import re
import textwrap

from botyard.language.words import describe
from botyard.records.spec import Spec

WIDTH = 120


def docstring(spec: Spec) -> str:
    """Write the module's docstring: the idea, then the spec's own account of its logic, else its rules in plain words."""
    idea = _clean(spec.idea).rstrip(".") or "an idea not recorded"
    first = f"{spec.name}: {idea}."
    logic = _clean(spec.logic)
    rules = re.split(r"(?<=\.) (?=[A-Z])", logic) if logic else [_clean(sentence) for sentence in describe(spec)]
    rules = [rule for rule in rules if rule.rstrip(".") != idea]
    parts = [first] if len(first) + 3 <= WIDTH else [f"{spec.name}.", *textwrap.wrap(f"{idea}.", WIDTH)]
    lines = [line for rule in rules for line in textwrap.wrap(rule, WIDTH, subsequent_indent="    ")]
    if len(parts) > 1:
        parts.insert(1, "")
    if not lines and len(parts) == 1:
        return _quoted(first)
    return _quoted("\n".join([*parts, *(["", *lines] if lines else []), ""]))


def _clean(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text).replace('"', "'").strip()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\")
    return f'"""{escaped}"""'
