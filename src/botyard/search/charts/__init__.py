"""The charts of a research as SVG, each with its finding as the title. Equal input, equal bytes.

1. What was earned over time: equity, drawdown, walk-forward (curves.py).
2. The last trades on the price (trades.py).
3. Every trial of the search (trials.py).
4. What luck alone would have made, the result marked (luck.py).
What all of them share, from the paper's size to the SVG's bytes, is in frame.py.
"""

from collections.abc import Sequence

from botyard.records.research import Research
from botyard.search.study import StudyResult


def draw_charts(research: Research, studies: Sequence[StudyResult]) -> dict[str, bytes]:
    """Return the SVG documents by file name; a curve without points gets none."""
    # matplotlib takes half a second to load: only those who draw pay for it
    from botyard.search.charts import curves, luck, trades, trials
    from botyard.search.charts.frame import house_style

    drawings: dict[str, bytes | None] = {}
    with house_style():
        if research.equity.times_ms:
            drawings["equity"] = curves.equity(research)
        if research.drawdown.times_ms:
            drawings["drawdown"] = curves.drawdown(research)
        if research.price.times_ms:
            drawings["price"] = trades.price(research)
        if research.walk_forward_equity.times_ms:
            drawings["walk_forward"] = curves.walk_forward(research)
        if any(len(study.counted) > 1 for study in studies):
            drawings["trials"] = trials.trials(research, studies)
        drawings["null"] = luck.null(research)
        if research.verdict.permutation is not None:
            drawings["permutations"] = luck.permutations(research, research.verdict.permutation)
    return {f"{name}.svg": drawing for name, drawing in drawings.items() if drawing is not None}
