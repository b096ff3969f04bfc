"""The review, and which code ships, in lines for people."""

from botyard.records.deployment import CodeWork, Review

HEADINGS = {"does": "What it will do", "compared": "Compared with the idea", "risks": "What can go wrong"}


def review_lines(review: Review | None) -> tuple[str, ...]:
    """Say a review, and what of it was dropped."""
    if review is None:
        return ()
    lines = [f"Review by {review.model}, held against the spec's facts:"]
    if review.stopped and not review.statements:
        return (*lines, f"  there is none: {review.stopped}")
    for part, heading in HEADINGS.items():
        texts = [s.text for s in review.statements if s.part == part]
        lines += [f"  {heading}:", *(f"  - {text}" for text in texts)] if texts else []
    if review.dropped:
        lines.append(f"  {len(review.dropped)} sentence(s) dropped: the facts do not bear them out")
        lines += [f"  - {d.why}" for d in review.dropped]
    return tuple(lines)


def code_lines(work: CodeWork | None) -> tuple[str, ...]:
    """Say which strategy ships, and why."""
    if work is None:
        return ()
    which = f"the one that {work.model} wrote" if work.ships == "model" else "the generator's"
    return (f"Code that ships: {which}; {work.why.splitlines()[0]}",)
