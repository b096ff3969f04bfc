"""What stands at the top: the idea, and the rules in words."""

import re
import textwrap

from botyard.language.words import describe
from botyard.records.spec import Spec

WIDTH = 120


def docstring(spec: Spec) -> str:
    """Write the module's docstring: the idea, then the spec's own account of its logic, else its rules in plain words."""
    idea = _safe(spec.idea).rstrip(".") or "an idea not recorded"
    first = f"{spec.name}: {idea}."
    logic = _safe(spec.logic)
    rules = re.split(r"(?<=\.) (?=[A-Z])", logic) if logic else [_safe(sentence) for sentence in describe(spec)]
    rules = [rule for rule in rules if rule.rstrip(".") != idea]
    parts = [first] if len(first) + 3 <= WIDTH else [f"{spec.name}.", *textwrap.wrap(f"{idea}.", WIDTH)]
    lines = [line for rule in rules for line in textwrap.wrap(rule, WIDTH, subsequent_indent="    ")]
    if len(parts) > 1:
        parts.insert(1, "")
    if not lines and len(parts) == 1:
        return f'"""{first}"""'
    text = "\n".join([*parts, *(["", *lines] if lines else [])])
    return f'"""{text}\n"""'


def _safe(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown.replace("\\", "\\\\").replace('"', "'").strip()
