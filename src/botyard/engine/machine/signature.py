"""How a translated function is called, read off its source."""

import ast

from botyard.engine.machine.ir import Kind
from botyard.engine.machine.stages import Stage

KINDS: dict[str, Kind] = {"float": "double", "int": "i64", "bool": "i1", "State": "ptr", "Floats": "ptr"}


class Signature:
    """How a translated function is called. Parameters that are functions are bound, not passed."""

    def __init__(self, node: ast.FunctionDef, module: str, stage: Stage) -> None:
        self.symbol = f'@"{module}.{node.name}"' if stage is Stage.ANY else f'@"{module}.{node.name}, {stage.value}"'
        self.stage = stage
        self.conditions = 0  # how many that are called settled it counts, with those of what it calls
        self.parameters = [(a.arg, _kind(a)) for a in node.args.args]
        self.kinds = [kind for _, kind in self.parameters if kind is not None]
        self.results = _results(node)

    @property
    def result(self) -> str:
        """LLVM type of what it returns."""
        if not self.results:
            return "void"
        return self.results[0] if len(self.results) == 1 else f"{{ {', '.join(self.results)} }}"


def _kind(argument: ast.arg) -> Kind | None:
    if argument.annotation is None:
        return "ptr" if argument.arg in {"s", "p"} else "double"
    return KINDS.get(ast.unparse(argument.annotation))


def _results(node: ast.FunctionDef) -> list[Kind]:
    match node.returns:
        case ast.Constant(value=None):
            return []
        case ast.Subscript(slice=ast.Tuple(elts=parts)):
            return [KINDS[ast.unparse(part)] for part in parts]
        case None:
            returns = any(isinstance(part, ast.Return) and part.value is not None for part in ast.walk(node))
            return ["double"] if returns else []
        case annotation:
            return [KINDS[ast.unparse(annotation)]]
