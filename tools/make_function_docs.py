"""Write docs/functions.md from the catalogue: `python tools/make_function_docs.py`."""

from pathlib import Path

from botyard.language.catalog import FAMILIES
from botyard.language.reference import Entry, entries

PATH = Path(__file__).parents[1] / "docs" / "functions.md"
HEAD = """# Functions of the spec language

Made from the catalogue by `tools/make_function_docs.py`; `botyard functions NAME` prints the same. A *window* is a whole
number of bars or an int parameter; `= 20` is the default. "Known from bar n" counts bars of the inputs, this one
included: before that the value is NaN, and a comparison with it is false. A NaN into a function with memory gives NaN
and leaves its memory untouched.
"""


def page() -> str:
    """Write the page."""
    found = entries()
    lines = [HEAD]
    for family in FAMILIES:
        name = family.__name__.rpartition(".")[2]
        mine = [entry for entry in found if entry.family == name]
        title = (family.__doc__ or "").splitlines()[0].rstrip(".")
        lines += [f"## {title}", ""]
        lines += [" · ".join(f"[{e.name}](#{e.name})" for e in mine), ""]
        for entry in mine:
            lines += _section(entry)
    return "\n".join(lines).rstrip() + "\n"


def _section(e: Entry) -> list[str]:
    rows = [
        ("Gives", e.gives),
        ("Formula", e.formula),
        ("Between", e.between),
        ("Known from bar", e.warm_up),
        ("Example", f"`{e.example}`"),
        ("Differs", e.differs),
        ("Source", e.source),
    ]
    listed = [f"- {label}: {text}" for label, text in rows if text]
    return [f"### {e.name}", "", f"`{e.signature}`: {e.meaning}.", "", *listed, ""]


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
