"""What follows from a checked tree.

1. timing.py     bars of warm-up and of seed
2. bounds.py     between which values a number lies
3. refuse.py     what must not be run, or never ends
4. lint.py       what deserves a word
"""
