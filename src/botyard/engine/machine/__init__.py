"""Plain Python functions over floats to machine code.

1. translate.py    functions and their statements to LLVM IR
2. expressions.py  their expressions
3. ir.py           the text of IR: values, kinds, arithmetic
4. native.py       IR to an object, and an object into memory
"""
