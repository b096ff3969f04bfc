"""Text to typed tree.

1. syntax.py     text to syntax, of which a small part is let through
2. check.py      names resolved, types right: the tree of tree.py; durations.py knows lengths of time, recursion.py series
                 that look back at themselves, own.py what is about the position and the account
3. machine.py    states and transitions that make sense
"""
