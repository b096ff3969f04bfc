"""A checked tree written as an expression again, for messages."""

from collections.abc import Callable, Mapping

from botyard.language.judging.bounds import Declared
from botyard.language.reading.tree import (
    Arithmetic,
    AtEntry,
    Before,
    Call,
    Choice,
    Comparison,
    Input,
    Junction,
    Negation,
    Negative,
    Number,
    OnTimeframe,
    Parameter,
    Sampled,
    Series,
    Tree,
    Window,
)

_TIGHT: Mapping[str, int] = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2}


def said(tree: Tree, declared: Declared) -> str:
    """Write a tree; what a function of the catalogue stands for is written as its call where that is known."""
    found = declared.get(id(tree))
    if found is not None:
        return found[2]

    def inner(part: Tree) -> str:
        return said(part, declared)

    def tight(part: Tree, binds: int) -> str:
        loose = isinstance(part, Choice | Junction | Comparison | Negation) or (
            isinstance(part, Arithmetic) and _TIGHT[part.operator] < binds and id(part) not in declared
        )
        return f"({inner(part)})" if loose else inner(part)

    if isinstance(tree, Number | Window | Parameter | Input | Series):
        return _leaf(tree)
    match tree:
        case Arithmetic(operator=operator, left=left, right=right):
            binds = _TIGHT[operator]
            return f"{tight(left, binds)} {operator} {tight(right, binds + 1)}"
        case Comparison(operators=operators, operands=operands):
            words = [tight(operands[0], 0)]
            for compares, operand in zip(operators, operands[1:], strict=True):
                words += [compares, tight(operand, 0)]
            return " ".join(words)
        case Junction(operator=word, parts=parts):
            return f" {word} ".join(tight(part, 0) for part in parts)
        case Negation(operand=x):
            return f"not {tight(x, 0)}"
    return _call(tree, inner)


def _leaf(tree: Number | Window | Parameter | Input | Series) -> str:
    if isinstance(tree, Number):
        return f"{tree.value:g}"
    return tree.name or str(tree.default) if isinstance(tree, Window) else tree.name


def _call(tree: Tree, inner: Callable[[Tree], str]) -> str:
    match tree:
        case Negative(operand=x):
            return f"-{inner(x)}" if isinstance(x, Input | Parameter | Series | Call) else f"-({inner(x)})"
        case Choice(test=test, then=then, otherwise=otherwise):
            return f"{inner(then)} if {inner(test)} else {inner(otherwise)}"
        case Call(function="lag", arguments=(x, window)) if isinstance(x, Input | Series | Call):
            return f"{inner(x)}[{inner(window)}]"
        case Call(function=name, arguments=arguments):
            return f"{name}({', '.join(inner(part) for part in arguments)})"
        case Before(name=name):
            return f"{name}[1]"
        case AtEntry(operand=x):
            return f"at_entry({inner(x)})"
        case OnTimeframe(timeframe=timeframe, operand=x):
            return f'on("{timeframe}", {inner(x)})'
        case Sampled(condition=condition, operand=x):
            return f"sampled({inner(condition)}, {inner(x)})"
        case _:
            return type(tree).__name__.lower()
