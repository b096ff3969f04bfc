"""Compare what became of an idea with facts written down by hand: compiled, right, asked, refused, or silently wrong.

Facts about a spec are written in its own language with numbers in place; `_` stands for any number and a list for
alternatives. Names, order of `and`, and which side of a comparison stands left do not matter.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from botyard.records.design import Clarification, Refusal
from botyard.records.spec import Spec

Outcome = Literal[
    "right", "clarified", "refused", "silently wrong", "needlessly asked", "needlessly refused", "wrong reason"
]
_FLIPPED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE}


@dataclass(frozen=True, slots=True)
class Score:
    """What became of one idea, and the facts that do not hold."""

    outcome: Outcome
    wrong: tuple[str, ...] = ()


def judge(expect: str, facts: Mapping[str, Any], answer: Spec | Clarification | Refusal) -> Score:
    """Judge one answer; `expect` is compile, clarify or refuse."""
    if isinstance(answer, Refusal):
        if expect == "refuse":
            good = facts.get("reason") in (None, answer.reason)
            return Score("refused") if good else Score("wrong reason", (f"refused for {answer.reason}",))
        return Score("needlessly refused", (answer.reason,))
    if isinstance(answer, Clarification):
        return Score(
            "needlessly asked" if expect == "compile" else "clarified", tuple(q.text for q in answer.questions)
        )
    if expect != "compile":
        return Score("silently wrong", (f"compiled, though it should {expect}",))
    wrong = wrong_facts(facts, answer)
    return Score("silently wrong", wrong) if wrong else Score("right")


def wrong_facts(facts: Mapping[str, Any], spec: Spec) -> tuple[str, ...]:
    """Give the facts that do not hold, each in words."""
    found = found_facts(spec)
    wrong = []
    for name, wanted in facts.items():
        if name == "assumes":
            said = " ".join(spec.assumptions).lower()
            wrong += [f"assumption {w!r} is missing" for w in wanted if w.lower() not in said]
        elif name == "constraint":
            wrong += [] if bool(spec.constraints) == wanted else ["constraint between the averages"]
        elif name in ("sizing", "limits"):
            wrong += [f"{name} {k}" for k, v in wanted.items() if getattr(getattr(spec, name), k) != v]
        elif name == "kinds":
            wrong += [f"{k} is no {v}" for k, v in wanted.items() if found.get(name, {}).get(k) != v]
        elif name == "guards":
            wrong += [f"{k} guard" for k, v in wanted.items() if not _matches(v, found.get(name, {}).get(k))]
        elif name in ("timeframe", "ratchet", "timezone"):
            wrong += [] if found.get(name) == wanted else [f"{name} is {found.get(name)!r}, not {wanted!r}"]
        else:
            wrong += [] if _matches(wanted, found.get(name)) else [f"{name} is {found.get(name)!r}, not {wanted!r}"]
    for name in ("enter_long", "enter_short", "exit_long", "exit_short", "stop", "target", "time_exit", "scale_out"):
        # an exit may be assumed, an entry, stop or target may not
        if name in found and name not in facts and not name.startswith("exit_"):
            wrong.append(f"{name} was never asked for: {found[name]}")
    return tuple(wrong)


def found_facts(spec: Spec) -> dict[str, Any]:
    """Give what the spec does, by fact name, its expressions with numbers in place."""
    found: dict[str, Any] = {"timeframe": spec.timeframe, "timezone": spec.timezone, "ratchet": False}
    texts: dict[str, list[str]] = {}
    for t in spec.state_machine.transitions:
        names = [t.signal]
        if t.signal == "reverse":
            names = [f"exit_{t.source[0]}", f"enter_{t.target}"]
        for name in names:
            texts.setdefault(name, []).append(inline(spec, t.expression))
            found.setdefault("kinds", {}).setdefault(name, t.kind)
        if t.guard:
            found.setdefault("guards", {})[t.signal] = inline(spec, t.guard)
        found["ratchet"] = found["ratchet"] or t.ratchet
    for name, parts in texts.items():
        distinct = list(dict.fromkeys(parts))
        found[name] = distinct[0] if len(distinct) == 1 else " or ".join(f"({p})" for p in distinct)
    return found


def inline(spec: Spec, expression: str) -> str:
    """Give the expression with series and parameters put in."""
    names: dict[str, ast.expr] = {}
    for name, parameter in spec.parameters.items():
        names[name] = ast.parse(f"{parameter.default:g}", mode="eval").body

    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:  # ast's own name
            return names.get(node.id, node)

    for name, text in spec.series.items():
        names[name] = Put().visit(ast.parse(text, mode="eval").body)
    return ast.unparse(Put().visit(ast.parse(expression, mode="eval").body))


def _matches(wanted: Any, found: str | None) -> bool:
    if isinstance(wanted, list):
        return any(_matches(w, found) for w in wanted)
    if found is None or wanted is None:
        return bool(found == wanted)
    return _same(_plain(wanted), _plain(found))


def _plain(text: str) -> Any:
    return _tree(ast.parse(text, mode="eval").body)


def _tree(node: ast.expr) -> Any:
    """Give a tree of tuples without names of position, with comparisons turned to > and >= and numbers folded."""
    if isinstance(node, ast.Constant):
        return float(node.value) if isinstance(node.value, int | float) else ("text", node.value)
    if isinstance(node, ast.Name):
        return "_" if node.id == "_" else ("name", node.id)
    if isinstance(node, ast.BoolOp):
        word = type(node.op).__name__
        parts: list[Any] = []
        for value in node.values:
            made = _tree(value)
            parts += made[1:] if isinstance(made, tuple) and made[0] == word else [made]
        return (word, *sorted(parts, key=repr))
    if isinstance(node, ast.Compare):
        return _comparison(node)
    if isinstance(node, ast.BinOp):
        return _arithmetic(type(node.op).__name__, _tree(node.left), _tree(node.right))
    if isinstance(node, ast.UnaryOp):
        inner = _tree(node.operand)
        return -inner if isinstance(inner, float) else (type(node.op).__name__, inner)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return ("call", node.func.id, *(_tree(a) for a in node.args))
    if isinstance(node, ast.IfExp):
        return ("if", _tree(node.test), _tree(node.body), _tree(node.orelse))
    if isinstance(node, ast.Subscript):
        return ("ago", _tree(node.value), _tree(node.slice))
    return ("other", ast.dump(node))


def _comparison(node: ast.Compare) -> Any:
    parts = []
    left = _tree(node.left)
    for op, side in zip(node.ops, node.comparators, strict=True):
        right = _tree(side)
        flipped = _FLIPPED.get(type(op))
        first, second, kind = (right, left, flipped) if flipped else (left, right, type(op))
        parts.append((kind.__name__, first, second))
        left = right
    return parts[0] if len(parts) == 1 else ("And", *sorted(parts, key=repr))


def _arithmetic(op: str, left: Any, right: Any) -> Any:
    if isinstance(left, float) and isinstance(right, float):
        return {"Add": left + right, "Sub": left - right, "Mult": left * right}.get(
            op, left / right if right else (op, left, right)
        )
    return (op, *sorted((left, right), key=repr)) if op == "Mult" else (op, left, right)


def _same(wanted: Any, found: Any) -> bool:
    if wanted == "_":
        return isinstance(found, float)
    if isinstance(wanted, float) and isinstance(found, float):
        return abs(wanted - found) < 1e-9
    if isinstance(wanted, tuple) and isinstance(found, tuple):
        if len(wanted) != len(found) or wanted[0] != found[0]:
            return False
        if wanted[0] in ("And", "Or"):
            return _same_set(list(wanted[1:]), list(found[1:]))
        return all(_same(w, f) for w, f in zip(wanted, found, strict=True))
    return bool(wanted == found)


def _same_set(wanted: list[Any], found: list[Any]) -> bool:
    if not wanted:
        return not found
    return any(
        _same(wanted[0], f) and _same_set(wanted[1:], [g for k, g in enumerate(found) if k != i])
        for i, f in enumerate(found)
    )
