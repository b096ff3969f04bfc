"""The spec language: a spec to a readable, pure-Python strategy.py.

1. catalog.py    what names mean
2. reading/      text to typed tree
3. judging/      what follows from the tree: timing, refusals, warnings
4. writing/      typed tree to strategy.py
5. words/        the spec said again in plain English
6. compiler.py   all of it in order
"""

from botyard.language.compiler import compile_spec
from botyard.records.strategy import CompiledStrategy

__all__ = ["CompiledStrategy", "compile_spec"]
