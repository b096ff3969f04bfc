"""A model writes the bot's strategy; the gate and the contract tests judge it, and after three repairs the generator's ships."""

import ast
from collections.abc import Callable
from typing import Any, TypeGuard

from botyard.cage import Dialect, strategy_dialect, violations
from botyard.language import CompiledStrategy
from botyard.ports import LanguageModel
from botyard.records.conversation import Reply, Tool
from botyard.records.deployment import CodeWork, ContractReport
from botyard.records.schema import dump_spec
from botyard.stages.deployer.talk import converse, prompt

REPAIRS = 3
_FIRST_FUNCTION = "\n\ndef warm_up("

TOOL = Tool(
    name="strategy",
    description="The functions of strategy.py, below the head that is given.",
    schema={"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]},
)

Trial = Callable[[str], ContractReport]
"""Builds a bundle with the source in it and runs its contract tests in the cage."""


def write_code(compiled: CompiledStrategy, model: LanguageModel, trial: Trial) -> CodeWork:
    """Return what came of it: which strategy ships, and why.

    Raises: what the model raises for a wrong setting or recording.
    """
    if "\n    while " in compiled.source:
        why = "a strategy on several bar lengths is written by the generator alone"
        return CodeWork(model.name, compiled.spec_hash, "generator", why)
    judge = _Judge(compiled, trial)
    talk = converse(
        model, "strategy", prompt("strategy.md"), _question(compiled), TOOL, judge, tries=1 + REPAIRS, max_tokens=8_000
    )
    ships = judge.source
    if ships:
        why = f"it decides bit for bit as the spec on {judge.bars} bars, and passed the gate"
        return CodeWork(talk.model, compiled.spec_hash, "model", why, tuple(judge.tries), ships)
    last = f"; last: {judge.tries[-1]}" if judge.tries else ""
    return CodeWork(talk.model, compiled.spec_hash, "generator", f"{talk.stopped}{last}", tuple(judge.tries))


def passes_gate(compiled: CompiledStrategy, source: str) -> bool:
    """Whether a kept source still has the generator's head and passes the gate."""
    head = _head(compiled)
    return source.startswith(head) and not violations(source[len(head) :], _dialect(compiled))


class _Judge:
    def __init__(self, compiled: CompiledStrategy, trial: Trial) -> None:
        self._compiled = compiled
        self._trial = trial
        self.tries: list[str] = []  # what was wrong with each
        self.source = ""
        self.bars = 0

    def __call__(self, reply: Reply) -> str:
        wrong = self._wrong(reply)
        if wrong:
            self.tries.append(wrong)
            return wrong + "\nCall strategy again, with all functions."
        return ""

    def _wrong(self, reply: Reply) -> str:
        code = reply.arguments.get("code")
        if reply.tool != TOOL.name or not isinstance(code, str):
            return "Answer by calling strategy with code."
        found = violations(code, _dialect(self._compiled))
        if found:
            return "The gate refuses:\n" + "\n".join(found)
        source = _head(self._compiled) + "\n\n" + code.strip("\n") + "\n"
        report = self._trial(source)
        failed = [f"{t.name}: {t.text}" for t in report.tests if not t.passed]
        if failed:
            return "The contract tests fail:\n" + "\n".join(failed)
        self.source, self.bars = source, report.bars
        return ""


def _head(compiled: CompiledStrategy) -> str:
    return compiled.source[: compiled.source.index(_FIRST_FUNCTION) + 1].rstrip("\n") + "\n"


def _dialect(compiled: CompiledStrategy) -> Dialect:
    names: set[str] = set()
    for node in ast.parse(_head(compiled)).body:
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            names |= _named(node)
    return strategy_dialect(frozenset(names), has_orders="\ndef arm(" in compiled.source)


def _question(compiled: CompiledStrategy) -> str:
    nodes = list(ast.walk(ast.parse(compiled.source)))
    slots = [(node.args[1].value, ast.unparse(node)) for node in nodes if _keeps_state(node)]
    own_names = {
        name for node in ast.parse(_head(compiled)).body if isinstance(node, ast.Assign) for name in _named(node)
    }
    kept = {node.slice.id for node in nodes if _is_place(node) and node.slice.id in own_names}
    lines = [f"- from {slot}: {call}" for slot, call in sorted(set(slots))]
    own = ", ".join(sorted(kept)) or "none"
    return (
        f"The head:\n{_head(compiled)}\nSlots of the functions with memory:\n"
        + "\n".join(lines)
        + f"\nPlaces of s for values of your own: {own}\n\nThe spec:\n{dump_spec(compiled.spec)}"
    )


def _keeps_state(node: ast.AST) -> TypeGuard[Any]:
    if not isinstance(node, ast.Call) or len(node.args) < 2 or not isinstance(node.args[1], ast.Constant):
        return False
    first = node.args[0]
    return isinstance(first, ast.Name) and first.id == "s" and isinstance(node.args[1].value, int)


def _is_place(node: ast.AST) -> TypeGuard[Any]:
    if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name) or node.value.id != "s":
        return False
    return isinstance(node.slice, ast.Name)


def _named(node: ast.Assign) -> set[str]:
    return {part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)}
