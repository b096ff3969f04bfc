"""Typed tree to the text of strategy.py.

1. emit.py       the module; docstring.py its head, constants.py the names of states and transitions
2. layout.py     slots and names that its functions share; names.py makes names up
3. series.py     lines of on_bar
4. orders.py     arm, on_fill and what they need
5. views.py      expressions, wherever they stand; code.py puts the parentheses
6. lines.py      breaks long lines as the house's formatter does
"""
