"""Write docs/coverage.md from tests/coverage: `python tools/make_coverage.py`.

verdicts.jsonl has a line per description: what it needs, the verdict and, where it is not a plain yes, why. A
description that can be said has a spec in specs/, or the expressions in which its rules would be said (`sketch`).
unseen.jsonl has a line per description that was tried as one that the language had not seen: how it went at first, how
it goes now, and its spec, where that is not in specs/.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from botyard.language.catalog import ACCOUNT_INPUTS, CLOCK_INPUTS, FUNCTIONS, POSITION_INPUTS, SPECIAL_FORMS

ROOT = Path(__file__).parents[1]
PATH = ROOT / "docs" / "coverage.md"
DATA = ROOT / "tests" / "coverage"
WORDS = frozenset({*FUNCTIONS, *SPECIAL_FORMS, *CLOCK_INPUTS, *POSITION_INPUTS, *ACCOUNT_INPUTS})

NEEDS = {
    "bars": "bars of one instrument",
    "ticks": "prices within a bar",
    "data": "data from outside, or several instruments",
    "none": "no trades at all",
}
VERDICTS = {"yes": "yes", "mostly": "mostly", "no": "no"}

HEAD = """# What the language can say

Made from `tests/coverage/` by `tools/make_coverage.py`. The descriptions are the 194 of a public collection of real
requests (QuantCode-Bench, MIT licence); `#` is the number there. The words are ours.

- **yes**: every rule that decides a trade can be said.
- **mostly**: something is left out or read in one of several ways; the last column says what. It is a piece that the
  description calls optional, cuts off, leaves without numbers or contradicts, or that no bar can tell.
- **no**: the last column says why not.

A number that stands in bold has a complete spec in `tests/coverage/specs/`, which is compiled and walked over real bars
until it has taken every way that it has. The others that can be said name the words that their rules need.
"""


UNSEEN = """## Unseen when tried

55 more descriptions of public strategies, from some forty places, put down in our own words before any was tried; where a source
left a number open, one was put in.
All need nothing but bars of one instrument, save for a rank among other stocks. Each was then written as a spec with
`docs/language.md` and `botyard functions` alone, compiled, and run on real bars, up to a year; five did not trade there, since they
wait for gaps or for more than a year of history. Some are written for the long side only: the short side is the same, mirrored.
What was in the way of the first 40 was mended before the other 15 were looked for. The writer knew the language and
its source, and judged alone; read the figures so.

- **exact**: every rule that decides a trade was said, and, where it traded, was followed.
- **detour**: by a roundabout way, or with something left out.
- **no**: refused, or accepted and not what was meant.
"""
TRIED = {"exact": "exact", "detour": "detour", "no": "no"}


def unseen() -> list[dict[str, Any]]:
    """Read how the unseen ones went."""
    return [json.loads(line) for line in (DATA / "unseen.jsonl").read_text(encoding="utf-8").splitlines()]


def verdicts() -> list[dict[str, Any]]:
    """Read the verdicts."""
    return [json.loads(line) for line in (DATA / "verdicts.jsonl").read_text(encoding="utf-8").splitlines()]


def specs() -> dict[int, list[dict[str, Any]]]:
    """Read the specs, by the description they belong to; 0 where there is none."""
    found: dict[int, list[dict[str, Any]]] = {}
    for path in sorted((DATA / "specs").glob("*.json")):
        found.setdefault(int(path.stem.partition("-")[0]), []).append(json.loads(path.read_text(encoding="utf-8")))
    return found


def expressions(spec: dict[str, Any]) -> Iterable[str]:
    """Every expression of a spec."""
    yield from spec["series"].values()
    for move in spec["state_machine"]["transitions"]:
        yield from (move[key] for key in ("when", "stop", "limit", "if") if key in move)
    for value in (*spec["state_machine"]["states"].values(), *spec["sizing"].values()):
        if isinstance(value, str):
            yield value


def words(texts: Iterable[str], own: Iterable[str] = ()) -> list[str]:
    """Words of the language in some expressions, without the ones that every bar has, and without a spec's own."""
    plain = re.sub(r'"[^"]*"', "", " ".join(texts))
    return sorted(set(re.findall(r"[A-Za-z_]\w*", plain)) & WORDS - set(own))


def page() -> str:
    """Write the page."""
    rows, written = verdicts(), specs()
    seen = [HEAD, *_totals(rows), "", *_table(rows, written)]
    return "\n".join([*seen, "", UNSEEN, *_first_time(unseen()), "", *_tried(unseen(), written)]) + "\n"


def _totals(rows: list[dict[str, Any]]) -> list[str]:
    counts = Counter((row["needs"], row["verdict"]) for row in rows)
    lines = ["| needs | yes | mostly | no | together |", "|---|---:|---:|---:|---:|"]
    for needs, meaning in NEEDS.items():
        each = [counts[needs, verdict] for verdict in VERDICTS]
        lines.append(f"| {meaning} | {' | '.join(map(str, each))} | {sum(each)} |")
    total = [sum(counts[needs, verdict] for needs in NEEDS) for verdict in VERDICTS]
    lines.append(f"| all | {' | '.join(map(str, total))} | {sum(total)} |")
    bars = [row["verdict"] for row in rows if row["needs"] == "bars"]
    said = len(bars) - bars.count("no")
    share = f"{said} of the {len(bars)} that need nothing but bars of one instrument can be said: {100 * said / len(bars):.1f} %"
    return [*lines, "", f"{share}, {100 * bars.count('yes') / len(bars):.1f} % without anything left out."]


def _table(rows: list[dict[str, Any]], written: dict[int, list[dict[str, Any]]]) -> list[str]:
    lines = ["| # | what it wants | verdict | words of the language | left out, or why not |", "|---:|---|---|---|---|"]
    for row in rows:
        own = written.get(row["id"], [])
        number = f"**{row['id']}**" if own else str(row["id"])
        says = "; ".join(spec["idea"] for spec in own) if own else row["says"]
        texts = [text for spec in own for text in expressions(spec)] or row.get("sketch", [])
        named = " ".join(f"`{word}`" for word in words(texts, [name for spec in own for name in spec["series"]]))
        lines.append(f"| {number} | {says} | {row['verdict']} | {named} | {row.get('why', '')} |")
    return lines


def _first_time(rows: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| set | exact at first | detour | no | said now | with something left out | not at all |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    names = {1: "the first 40", 2: "15 more, after the mending"}
    for which, name in names.items():
        mine = [row for row in rows if row["set"] == which]
        counts = [sum(row["first"] == first for row in mine) for first in TRIED]
        counts += [sum(row["now"] == now for row in mine) for now in VERDICTS]
        lines.append(f"| {name} | {' | '.join(map(str, counts))} |")
    return lines


def _tried(rows: list[dict[str, Any]], written: dict[int, list[dict[str, Any]]]) -> list[str]:
    lines = ["| # | what it wants | told in | at first | what was in the way | now |", "|---:|---|---|---|---|---|"]
    for row in rows:
        (spec,) = written.get(row["id"], [row.get("spec")])
        number = f"**{row['id']}**" if "spec" not in row else str(row["id"])
        now = row["now"] + (f": {row['why']}" if "why" in row else "")
        lines.append(
            f"| {number} | {spec['idea']} | {row['source']} | {row['first']} | {row.get('lacked', '')} | {now} |"
        )
    return lines


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
