"""Text of LLVM IR for one function: values with their kinds, blocks, and the arithmetic of Python on floats and ints."""

from dataclasses import dataclass
from math import isfinite
from struct import pack
from typing import Literal

from botyard.errors import InvariantError

Kind = Literal["double", "i64", "i1", "ptr"]
RANK: dict[Kind, int] = {"i1": 0, "i64": 1, "double": 2}


@dataclass(frozen=True, slots=True)
class Value:
    """Something computed: a register or a literal."""

    text: str
    kind: Kind
    is_known: bool = False  # a finite number for certain


def constant(value: float) -> Value:
    """Write a number down exactly."""
    if isinstance(value, bool):
        return Value(str(value).lower(), "i1")
    if isinstance(value, int):
        return Value(str(value), "i64")
    return Value(f"0x{pack('>d', value).hex().upper()}", "double", isfinite(value))


def common(a: Kind, b: Kind) -> Kind:
    """Kind that holds both.

    Raises: InvariantError for an array and a number.
    """
    if a == b:
        return a
    if "ptr" in (a, b):
        raise InvariantError("an array is no number")
    return a if RANK[a] > RANK[b] else b


_FLOATS = {"+": "fadd", "-": "fsub", "*": "fmul"}
_INTEGERS = {"+": "add", "-": "sub", "*": "mul"}
_COMPARE_FLOATS = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}
_COMPARE_INTEGERS = {"<": "slt", "<=": "sle", ">": "sgt", ">=": "sge", "==": "eq", "!=": "ne"}


class Writer:
    """Writes the body of one function, line by line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.is_open = True  # whether the present block still lacks its end
        self._count = 0
        self._targets: set[str] = set()

    def fresh(self, stem: str) -> str:
        """Make a name that is not taken."""
        self._count += 1
        return f"{stem}{self._count}"

    def add(self, line: str) -> None:
        """Add an instruction, unless nothing can get here."""
        if self.is_open:
            self.lines.append(f"  {line}")

    def value(self, code: str, kind: Kind) -> Value:
        """Add an instruction that gives a value."""
        name = f"%{self.fresh('v')}"
        self.add(f"{name} = {code}")
        return Value(name, kind)

    def label(self, name: str) -> None:
        """Begin a block; the one before falls through into it."""
        self.jump(name)
        self.lines.append(f"{name}:")
        self.is_open = True

    def jump(self, target: str) -> None:
        """End the block."""
        if self.is_open:
            self._targets.add(target)
        self.add(f"br label %{target}")
        self.is_open = False

    def is_reached(self, label: str) -> bool:
        """Say whether a block so far is jumped to, or fallen into."""
        return self.is_open or label in self._targets

    def branch(self, test: Value, yes: str, no: str) -> None:
        """End the block in two ways, or in one where the test is known."""
        if test.text in ("true", "false"):
            self.jump(yes if test.text == "true" else no)
            return
        if self.is_open:
            self._targets |= {yes, no}
        self.add(f"br i1 {test.text}, label %{yes}, label %{no}")
        self.is_open = False

    def convert(self, value: Value, kind: Kind) -> Value:
        """Give a number another kind; a float becomes an integer by cutting its fraction off."""
        if value.kind == kind:
            return value
        if kind == "i1":
            return self.truth(value)
        codes = {
            ("i64", "double"): "sitofp",
            ("double", "i64"): "fptosi",
            ("i1", "double"): "uitofp",
            ("i1", "i64"): "zext",
        }
        code = codes.get((value.kind, kind))
        if code is None:
            raise InvariantError(f"a {value.kind} cannot become a {kind}")
        return self.value(f"{code} {value.kind} {value.text} to {kind}", kind)

    def truth(self, value: Value) -> Value:
        """Say whether a number is not 0."""
        return (
            value
            if value.kind == "i1"
            else self.compare("!=", value, Value("0" if value.kind == "i64" else "0.0", value.kind))
        )

    def compare(self, operator: str, a: Value, b: Value) -> Value:
        """Compare two numbers; with a NaN only != holds."""
        kind = common(a.kind, b.kind)
        a, b = self.convert(a, kind), self.convert(b, kind)
        code = f"fcmp {_COMPARE_FLOATS[operator]}" if kind == "double" else f"icmp {_COMPARE_INTEGERS[operator]}"
        return self.value(f"{code} {kind} {a.text}, {b.text}", "i1")

    def arithmetic(self, operator: str, a: Value, b: Value) -> Value:
        """Compute as Python does, but for divisions by 0, which give what the hardware gives."""
        kind: Kind = "double" if operator == "/" else common(common(a.kind, b.kind), "i64")
        a, b = self.convert(a, kind), self.convert(b, kind)
        if operator == "/":
            return self.value(f"fdiv double {a.text}, {b.text}", kind)
        if operator == "%":
            return self._float_remainder(a, b) if kind == "double" else self._floored(a, b)[1]
        if operator == "//":
            if kind == "double":
                raise InvariantError("// is for integers; write floor(a / b)")
            return self._floored(a, b)[0]
        code = _FLOATS[operator] if kind == "double" else _INTEGERS[operator]
        return self.value(f"{code} {kind} {a.text}, {b.text}", kind)

    def pick(self, test: Value, yes: Value, no: Value) -> Value:
        """Take one of two values that are both computed already."""
        return self.value(f"select i1 {test.text}, {yes.kind} {yes.text}, {no.kind} {no.text}", yes.kind)

    def negation(self, a: Value) -> Value:
        """Say whether a condition does not hold."""
        return self.value(f"xor i1 {a.text}, true", "i1")

    def both(self, a: Value, b: Value) -> Value:
        """Say whether two conditions hold that are both computed already."""
        return self.value(f"and i1 {a.text}, {b.text}", "i1")

    def _float_remainder(self, a: Value, b: Value) -> Value:
        # as CPython's float_rem: the sign of the divisor, a zero included
        rest = self.value(f"frem double {a.text}, {b.text}", "double")
        zero = constant(0.0)
        signs = self.value(f"xor i1 {self.compare('<', rest, zero).text}, {self.compare('<', b, zero).text}", "i1")
        moved = self.pick(signs, self.arithmetic("+", rest, b), rest)
        signed = self.value(f"call double @llvm.copysign.f64(double {zero.text}, double {b.text})", "double")
        return self.pick(self.compare("==", rest, zero), signed, moved)

    def _floored(self, a: Value, b: Value) -> tuple[Value, Value]:
        quotient = self.value(f"sdiv i64 {a.text}, {b.text}", "i64")
        rest = self.value(f"srem i64 {a.text}, {b.text}", "i64")
        zero = constant(0)
        signs = self.value(f"xor i1 {self.compare('<', rest, zero).text}, {self.compare('<', b, zero).text}", "i1")
        down = self.both(signs, self.compare("!=", rest, zero))
        less = self.arithmetic("-", quotient, constant(1))
        return self.pick(down, less, quotient), self.pick(down, self.arithmetic("+", rest, b), rest)
