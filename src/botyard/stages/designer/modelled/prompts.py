"""What is said to the model: the files of ../prompts, filled in from the function catalogue."""

import ast
import importlib.resources
import re
from functools import cache

from botyard.language.catalog import (
    ACCOUNT_INPUTS,
    BAR_INPUTS,
    CLOCK_INPUTS,
    DERIVED_INPUTS,
    FUNCTIONS,
    POSITION_INPUTS,
)
from botyard.language.reading.machine import SIGNALS
from botyard.stages.designer import prompts
from botyard.stages.designer.modelled import witness_tools


@cache
def designer_system() -> str:
    """Instructions of the one who writes the spec."""
    return _filled(
        "designer.md",
        signals=" ".join(SIGNALS),
        bar_inputs=" ".join((*BAR_INPUTS, *DERIVED_INPUTS)),
        clock_inputs=" ".join(CLOCK_INPUTS),
        position_inputs=" ".join(POSITION_INPUTS),
        account_inputs=" ".join(ACCOUNT_INPUTS),
        functions="\n".join(f"{_short(f.signature)}: {f.meaning}" for f in FUNCTIONS.values()),
    )


@cache
def witness_system() -> str:
    """Instructions of the one who says it a second time."""
    formulas = "\n".join(f"{_short(f.signature)} = {f.formula}" for f in FUNCTIONS.values() if f.formula)
    return _filled("witness.md", tools="\n".join(_tool_lines()), formulas=formulas)


def idea_message(idea: str, timeframe: str) -> str:
    """Put the idea where only data stands: it cannot close its own tag."""
    return f"timeframe: {timeframe}\n{_tagged('idea', idea)}"


def witness_message(idea: str, timeframe: str, timezone: str, assumptions: tuple[str, ...]) -> str:
    """Put the idea, and what was settled where it leaves something open."""
    settled = "\n".join(f"- {a}" for a in assumptions) or "- nothing was left open"
    return f"timeframe: {timeframe}, time zone: {timezone}\n{_tagged('idea', idea)}\n{_tagged('settled', settled)}"


def tools_source(without: frozenset[str] = frozenset()) -> str:
    """Give the witness's indicators as plain text, without those that it defines itself."""
    functions = [f for f in _tool_functions() if f.name not in without]
    for function in functions:
        function.returns = None
        for argument in function.args.args:
            argument.annotation = None
        function.body = [_plain(part) for part in function.body[1:]]  # without the docstring
    return "\n\n".join(ast.unparse(function) for function in functions) + "\n"


def _tool_functions() -> list[ast.FunctionDef]:
    source = importlib.resources.files(witness_tools.__package__).joinpath("witness_tools.py").read_text()
    return [part for part in ast.parse(source).body if isinstance(part, ast.FunctionDef)]


def _tool_lines() -> list[str]:
    return [
        f"{f.name}({', '.join(a.arg for a in f.args.args)}): {(ast.get_docstring(f) or '').rstrip('.')}"
        for f in _tool_functions()
    ]


def _plain(part: ast.stmt) -> ast.stmt:
    if isinstance(part, ast.AnnAssign) and part.value is not None:
        return ast.copy_location(ast.Assign([part.target], part.value), part)
    return part


def _short(signature: str) -> str:
    return re.sub(r": (?:number|window|any|boolean|time)", "", signature)


def _tagged(tag: str, text: str) -> str:
    inside = re.sub(r"<\s*/?\s*(idea|settled)\s*>?", r"(\1)", text, flags=re.IGNORECASE)
    return f"<{tag}>\n{inside}\n</{tag}>"


def _filled(name: str, **values: str) -> str:
    text = importlib.resources.files(prompts).joinpath(name).read_text()
    for word, value in values.items():
        text = text.replace("{" + word + "}", value)
    return text
