"""Print what the rule-based designer makes of files of ideas: compiled, right, clarified, refused, silently wrong.

python tools/idea_report.py tests/ideas/dev_facts.jsonl tests/ideas/unseen.jsonl
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from botyard.stages.designer.design import Draft, draft
from botyard.stages.designer.facts import judge

GOOD = ("right", "clarified", "refused")


def report(path: Path, timeframe: str, *, is_long: bool) -> Counter[str]:
    """Count outcomes of one file, and print each idea that did not come out as it should."""
    counts: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answer = draft(row["idea"], timeframe)
        score = judge(row["expect"], row["facts"], answer.spec if isinstance(answer, Draft) else answer)
        counts[f"{row['expect']}: {score.outcome}"] += 1
        counts["compiled"] += isinstance(answer, Draft)
        counts[score.outcome] += 1
        if is_long or score.outcome not in GOOD:
            print(f"{row['id']} {score.outcome}: {row['idea']}")
            for text in score.wrong:
                print(f"      {text}")
    return counts


def main() -> None:
    """Read the arguments and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--timeframe", default="5m")
    parser.add_argument("--all", action="store_true", help="print every idea")
    options = parser.parse_args()
    for path in options.files:
        print(f"== {path}")
        for outcome, count in sorted(report(path, options.timeframe, is_long=options.all).items()):
            print(f"{count:4}  {outcome}")


if __name__ == "__main__":
    main()
