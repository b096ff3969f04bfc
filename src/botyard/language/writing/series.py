"""Lines of on_bar: each distinct node computed once, in order of need, with slots of its own."""

import re
from dataclasses import dataclass, field

from botyard.language.catalog import BAR_INPUTS, CLOCK_OPS, FUNCTIONS, PERIOD_OPS
from botyard.language.reading.check import reads_own
from botyard.language.reading.durations import HIGHER_TIMEFRAMES
from botyard.language.reading.tree import (
    AtEntry,
    Call,
    Input,
    OnTimeframe,
    Sampled,
    Series,
    Tree,
    Window,
    plain,
    type_of,
)
from botyard.language.writing.code import ATOM, Code, call, literal
from botyard.language.writing.names import Names, suggest
from botyard.language.writing.views import View

WEEK_STARTS_MONDAY = 4320.0  # minutes: 1970-01-01 was a Thursday, three days after a Monday


@dataclass
class Scope:
    """A stretch of lines that run together: every bar, every closed bar of a longer timeframe, or when sampled."""

    key: str
    inputs: dict[str, str]
    lines: "list[Line]"
    parent: "Scope | None" = None


@dataclass
class Layout:
    """Slots of the state, names taken and needed, shared by all functions of the module."""

    names: Names  # of on_bar
    arm_names: Names  # of arm
    parameters: dict[str, str]  # name in the spec -> name in the code
    integers: set[str]  # parameters that size windows
    series_names: dict[Tree, str]  # what the spec's series compute -> their names
    size: int
    unknown: list[int] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    kept: dict[Tree, tuple[str, int]] = field(default_factory=dict)  # what later functions need of a bar
    latches: dict[Tree, tuple[str, int]] = field(default_factory=dict)  # at_entry's operand -> name, slot

    def slots(self, count: int, unknown: tuple[int, ...] = ()) -> int:
        """Take so many slots; the given ones of them begin as NaN."""
        first = self.size
        self.size += count
        self.unknown.extend(first + offset for offset in unknown)
        return first

    def name_of(self, tree: Tree) -> str:
        """Name something that the code computes: the spec's word for it, else a made-up one."""
        return self.names.take(self.series_names.get(plain(tree)) or suggest(tree))

    def keep(self, tree: Tree) -> tuple[str, int]:
        """Keep a value of the bar for the functions that run after it."""
        key = plain(tree)
        if key not in self.kept:
            self.kept[key] = (self.arm_names.take(_short_name(self, tree)), self.slots(1))
        return self.kept[key]

    def latch(self, tree: AtEntry) -> tuple[str, int]:
        """Hold a value from the entry on."""
        key = plain(tree.operand)
        if key not in self.latches:
            if key != Input("close"):
                self.keep(tree.operand)
            name = self.arm_names.take(f"{_short_name(self, tree.operand)}_at_entry")
            self.latches[key] = (name, self.slots(1, (0,)))
        return self.latches[key]


def _short_name(layout: Layout, tree: Tree) -> str:
    return tree.name if isinstance(tree, Series) else layout.series_names.get(plain(tree)) or suggest(tree)


class BarView(View):
    """Expressions inside on_bar; whatever has memory is computed on a line of its own, whether its branch runs or not."""

    def __init__(self, layout: Layout, scope: Scope, shared: "BarView | None" = None) -> None:
        self.layout = layout
        self.scope = scope
        self.root: BarView = shared or self
        self.done: dict[tuple[str, Tree, str], Code] = {} if shared is None else shared.done
        self.blocks: dict[str, Scope] = {} if shared is None else shared.blocks

    def use(self, name: str) -> str:
        """Note an op or a header name."""
        self.layout.used.add(name)
        return name

    def parameter(self, name: str) -> Code:
        """Write a parameter; one that sizes windows is an integer here."""
        code = self.layout.parameters[name]
        return Code(f"float({code})" if name in self.layout.integers else code)

    def last_close(self) -> str:
        """Write the close of this very bar."""
        return "close"

    def at_entry(self, tree: AtEntry) -> Code:
        """Write the latch."""
        _, slot = self.layout.latch(tree)
        return Code(f"s[{slot}]")

    def leaf(self, tree: Tree) -> Code | None:
        """Compute a node on its own line, once."""
        match tree:
            case Series():
                return None if reads_own(tree) else self._series(tree)
            case Input(name=name):
                return self._input(name)
            case OnTimeframe():
                return self._once(tree, self._on)
            case Sampled():
                return self._once(tree, self._sampled)
            case Call(function=name) if name in PERIOD_OPS:
                return self._once(tree, self._period)
            case Call(function=name) if FUNCTIONS[name].has_memory:
                return self._once(tree, self._stateful)
            case _:
                return None

    def line(self, name: str, code: str) -> Code:
        """Add a line to this scope."""
        self.scope.lines.append(f"{name} = {code}")
        return Code(name)

    def _once(self, tree: Tree, compute: "object", what: str = "value") -> Code:
        key = (self.scope.key, plain(tree), what)
        if key not in self.done:
            self.done[key] = compute(tree)  # type: ignore[operator]
        return self.done[key]

    def _series(self, tree: Series) -> Code | None:
        if self.scope.parent is not None and self.scope.key.startswith("sampled") and self.scope.parent.key == "":
            return self.root.leaf(tree)
        if type_of(tree) == "boolean" and not isinstance(plain(tree), Call | OnTimeframe | Sampled):
            return self._once(tree, self._named_truth, "truth")
        return self._once(tree, self._named, "value")

    def _named(self, tree: Tree) -> Code:
        assert isinstance(tree, Series)
        value = self.number(tree.definition)
        if (
            value.text.isidentifier()
            or re.fullmatch(r"s\[\d+\]", value.text)
            or (value.binds == ATOM and value.text[0].isdigit())
        ):
            return value
        return self.line(self.layout.name_of(tree), value.text)

    def _named_truth(self, tree: Tree) -> Code:
        assert isinstance(tree, Series)
        yes, no = self.condition(tree), self.condition(tree, negated=True)
        return self.line(self.layout.names.take(f"{tree.name}_known"), call(self.use("truth"), yes.text, no.text).text)

    def truth_of_series(self, series: Series, *, negated: bool) -> Code | None:
        """Put a named condition on a line of its own, and its negation, where that is needed."""
        if reads_own(series) or isinstance(plain(series), Call | OnTimeframe | Sampled):
            return None
        if self.scope.key.startswith("sampled") and self.scope.parent is not None and self.scope.parent.key == "":
            return self.root.truth_of_series(series, negated=negated)
        key = (self.scope.key, plain(series), "no" if negated else "yes")
        if key not in self.done:
            code = self.condition(series.definition, negated=negated)
            name = self.layout.names.take(f"not_{series.name}" if negated else series.name)
            self.done[key] = self.line(name, code.text)
        return self.done[key]

    def _input(self, name: str) -> Code:
        if name in self.scope.inputs:
            return Code(self.scope.inputs[name])
        op = CLOCK_OPS[name]
        return self._once(
            Input(name),
            lambda _: self.line(self.layout.names.take(name), f"{self.use(op)}({self.scope.inputs['minutes']})"),
        )

    def _period(self, tree: Tree) -> Code:
        assert isinstance(tree, Call)
        op = self.use(PERIOD_OPS[tree.function])
        code = call(op, self.scope.inputs["minutes"], self.scope.inputs["step"])
        return self.line(self.layout.name_of(tree), code.text)

    def _stateful(self, tree: Tree) -> Code:
        assert isinstance(tree, Call)
        function = FUNCTIONS[tree.function]
        windows = [argument for argument in tree.arguments if isinstance(argument, Window)]
        inputs = [self.scope.inputs[name] for name in function.inputs]
        arguments = [self._argument(argument) for argument in tree.arguments]
        first = self.layout.slots(function.slots(*(w.capacity for w in windows)), function.unknown)
        assert function.op is not None
        code = call(self.use(function.op_name or function.op.__name__), "s", str(first), *inputs, *arguments)
        return self.line(self.layout.name_of(tree), code.text)

    def _argument(self, tree: Tree) -> str:
        if isinstance(tree, Window):
            return self.layout.parameters[tree.name] if tree.name else str(tree.default)
        return self.number(tree).text

    def _sampled(self, tree: Tree) -> Code:
        assert isinstance(tree, Sampled)
        test = self.condition(tree.condition)
        inner = Scope(f"sampled {len(self.done)} {self.scope.key}", self.scope.inputs, [], self.scope)
        value = BarView(self.layout, inner, self.root).number(tree.operand)
        slot = self.layout.slots(1, (0,))
        self.scope.lines += [
            f"if {test.text}:",
            *flatten(inner.lines, "    "),
            f"    s[{slot}] = {value.text}",
        ]
        return self.line(self.layout.name_of(tree), f"s[{slot}]")

    def _on(self, tree: Tree) -> Code:
        assert isinstance(tree, OnTimeframe)
        if self is not self.root:
            return self.root.number(tree)
        block = self.blocks.get(tree.timeframe) or self._open_block(tree.timeframe)
        value = BarView(self.layout, block, self.root).number(tree.operand)
        slot = self.layout.slots(1, (0,))
        block.lines.append(f"s[{slot}] = {value.text}")
        return self.line(self.layout.name_of(tree), f"s[{slot}]")

    def _open_block(self, timeframe: str) -> Scope:
        # one bucket of a longer bar: end, open, high, low, close, volume, start, stage
        first = self.layout.slots(8)
        length = HIGHER_TIMEFRAMES[timeframe]
        inputs = {name: f"s[{first + 1 + place}]" for place, name in enumerate(BAR_INPUTS)}
        inputs |= {"minutes": f"s[{first + 6}]", "step": literal(length or 44640).text}
        offset = WEEK_STARTS_MONDAY if timeframe == "1w" else 0.0
        bars = ", ".join(self.scope.inputs[name] for name in BAR_INPUTS)
        block = Scope(timeframe, inputs, [])
        self.scope.lines.append(
            f"while {self.use('bar_closed')}(s, {first}, {self.scope.inputs['minutes']}, {self.scope.inputs['step']}, "
            f"{literal(length).text}, {offset}, {bars}) == 1.0:  # closed bars of {timeframe}"
        )
        self.scope.lines.append(block)
        self.blocks[timeframe] = block
        return block


Line = str | Scope
"""A line of code, or a block that is still open and stands where its lines will be."""


def flatten(lines: list[Line], indent: str) -> list[str]:
    """Write lines out, blocks indented inside."""
    result: list[str] = []
    for line in lines:
        if isinstance(line, Scope):
            result += flatten(line.lines, f"{indent}    ")
        else:
            result.append(f"{indent}{line}")
    return result
