"""Ticks among failures: processes that die and calls that fail at any await or write, and an audit of what is left.

`fates.py` says what goes wrong, `play.py` plays a bot through it as a scheduler and a patient person would, `books.py`
adds the books up from the venue's side. `python -m botyard.testing.chaos` runs the long form of it (`make chaos`).
"""
