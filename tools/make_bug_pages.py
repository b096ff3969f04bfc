"""Write docs/bugs.md from the catalogue of bugs and from what `make mutants` caught."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "bugs.md"
CAUGHT = ROOT / "tests" / "mutants" / "caught.json"

HEAD = """# The bug catalogue

Fifty ways in which a backtest and a live bot part: how each shows, how Botyard prevents it, and the tests that guard
against it. `botyard bugs` lists them, `botyard bugs N` shows one.

A guard that was never seen to bark proves little. `make mutants` plants one bug per entry in a copy of the tree, such
as a fill at the close that decided or a resend after a time-out, and looks whether the test fails that passed without
it. **Caught: {caught} of {planted} planted bugs; {guarded} of {entries} entries are guarded.** The patches are in
`tests/mutants/planted.toml`. It takes some minutes on two cores, and goes on where it was interrupted.

This page is made by `python tools/make_bug_pages.py`.
"""


def page() -> str:
    """Return the page."""
    sys.path.insert(0, str(ROOT / "src"))
    from botyard.apps.bugs import catalogue

    found = json.loads(CAUGHT.read_text(encoding="utf-8"))
    bugs = catalogue()
    caught = set(found["caught"])
    guarded = sum(not bug.open for bug in bugs)
    parts = [HEAD.format(caught=len(caught), planted=found["planted"], guarded=guarded, entries=len(bugs))]
    for bug in bugs:
        parts.append(f"\n## {bug.number}. {bug.title}\n")
        parts.append(f"**How it shows.** {bug.shows}\n")
        parts.append(f"**What prevents it.** {bug.prevents}\n")
        tests = "".join(f"\n- `tests/{test}`" for test in bug.tests)
        if tests:
            parts.append(f"**Guarded by**\n{tests}\n")
        if bug.number in caught:
            parts.append("A planted bug of this kind is caught.\n")
        if bug.open:
            parts.append(f"**Open:** {bug.open}.\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
