"""Ranking instruments and searching parameters; used by Selector, Researcher and each walk-forward fold."""
