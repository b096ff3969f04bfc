"""Pieces of Python text with as few parentheses as the grammar needs."""

from dataclasses import dataclass

CHOICE, OR, AND, NOT, COMPARE, ADD, MULTIPLY, UNARY, ATOM = range(9)


@dataclass(frozen=True, slots=True)
class Code:
    """Text, and how tightly its outermost operator binds."""

    text: str
    binds: int = ATOM

    def within(self, binds: int) -> str:
        """Write it as an operand of something that binds so tightly."""
        return self.text if self.binds >= binds else f"({self.text})"


def literal(value: float) -> Code:
    """Write a number as a float literal."""
    return Code(repr(float(value)), UNARY if value < 0 else ATOM)


def call(name: str, *arguments: str) -> Code:
    """Write a call."""
    return Code(f"{name}({', '.join(arguments)})")


def binary(operator: str, left: Code, right: Code) -> Code:
    """Write x + y, x - y or x * y; the right operand of - is put in parentheses where it is a sum itself."""
    binds = MULTIPLY if operator == "*" else ADD
    return Code(f"{left.within(binds)} {operator} {right.within(binds + 1)}", binds)


def compare(operator: str, left: Code, right: Code) -> Code:
    """Write a comparison; `!=` becomes "below or above", which is false for NaN."""
    a, b = left.within(COMPARE + 1), right.within(COMPARE + 1)
    if operator == "!=":
        return Code(f"{a} < {b} or {a} > {b}", OR)
    return Code(f"{a} {operator} {b}", COMPARE)


def join(operator: str, parts: list[Code]) -> Code:
    """Join conditions with `and` or `or`; an `and` inside an `or` has parentheses for the reader."""
    if len(parts) == 1:
        return parts[0]
    binds = AND if operator == "and" else OR
    return Code(f" {operator} ".join(part.within(NOT) for part in parts), binds)


def choice(test: Code, then: Code, otherwise: Code) -> Code:
    """Write `then if test else otherwise`."""
    return Code(f"{then.within(OR)} if {test.within(OR)} else {otherwise.within(OR)}", CHOICE)
