"""The spec language: a spec to a readable, pure-Python strategy.py.

1. syntax.py      text to syntax, of which a small part is let through
2. check.py       names resolved, types right: the tree of tree.py
3. machine.py     states and transitions that make sense
4. timing.py      bars of warm-up and of seed
5. emit.py        the module's text, with views.py, series.py and orders.py for its expressions
6. compiler.py    all of it in order
"""

from botyard.language.compiler import compile_spec
from botyard.records.strategy import CompiledStrategy

__all__ = ["CompiledStrategy", "compile_spec"]
