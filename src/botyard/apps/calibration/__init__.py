"""Calibration of the verdict: the real pipeline on made-up universes whose truth is known.

1. Universes (universes.py, planted.py): bars without any edge, or with one of a known true Sharpe.
2. Questions (plan.py): which universes, which ideas, which seeds; design and fresh ones never share a seed.
3. Asking (asking.py): Designer, Selector, Researcher and verdict, exactly as a person's idea meets them.
4. The run (run.py): in two processes, every answer kept as it comes, so that a killed run goes on.
5. The report (tally.py, report.py, pictures.py): how often each kind passed, with exact intervals.
"""
