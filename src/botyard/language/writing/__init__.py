"""Typed tree to the text of strategy.py.

1. emit.py       the module; names.py finds its names
2. series.py     lines of on_bar
3. orders.py     arm, on_fill and what they need
4. views.py      expressions, wherever they stand; code.py puts the parentheses
"""
