"""Lines of on_bar: each distinct node computed once, in order of need, with slots of its own."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from botyard.language.catalog import BAR_INPUTS, CLOCK_OPS, FUNCTIONS, PERIOD_OPS
from botyard.language.reading.durations import HIGHER_TIMEFRAMES
from botyard.language.reading.own import reads_own
from botyard.language.reading.tree import (
    AtEntry,
    Before,
    Call,
    Input,
    Number,
    OnTimeframe,
    Parameter,
    Sampled,
    Series,
    Tree,
    Window,
    looks_back,
    plain,
    type_of,
)
from botyard.language.writing.code import ATOM, Code, call, compare, literal
from botyard.language.writing.layout import Layout
from botyard.language.writing.names import clock, suffix_of
from botyard.language.writing.views import View, is_compared

WEEK_STARTS_MONDAY = 4320.0  # minutes: 1970-01-01 was a Thursday, three days after a Monday


@dataclass
class Scope:
    """A stretch of lines that run together: every bar, every closed bar of a longer timeframe, or when sampled."""

    key: str
    inputs: dict[str, str]
    lines: "list[Line]"
    parent: "Scope | None" = None
    suffix: str = ""  # of the names inside


class BarView(View):
    """Expressions inside on_bar; whatever has memory is computed on a line of its own, whether its branch runs or not."""

    def __init__(self, layout: Layout, scope: Scope, shared: "BarView | None" = None) -> None:
        self.layout = layout
        self.scope = scope
        self.root: BarView = shared or self
        self.done: dict[tuple[str, Tree, str], Code] = {} if shared is None else shared.done
        self.blocks: dict[str, Scope] = {} if shared is None else shared.blocks
        self.befores: dict[tuple[str, str], str] = {}  # scope, series -> place of what it was a bar ago

    def use(self, name: str) -> str:
        """Note an op or a header name."""
        return self.layout.use(name)

    def parameter(self, name: str) -> Code:
        """Write a parameter; one that sizes windows is an integer here."""
        code = self.layout.parameters[name]
        return Code(f"float({code})" if name in self.layout.integers else code)

    def last_close(self) -> str:
        """Write the close of this very bar."""
        return "close"

    def at_entry(self, tree: AtEntry) -> Code:
        """Write the latch."""
        _, place = self.layout.latch(tree)
        return Code(f"s[{place}]")

    def leaf(self, tree: Tree) -> Code | None:
        """Compute a node on its own line, once."""
        match tree:
            case Series():
                return None if reads_own(tree) and not looks_back(tree) else self._series(tree)
            case Input(name=name):
                return self._input(name)
            case Before():
                return self._once(tree, self._before)
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

    def name_of(self, tree: Tree) -> str:
        """Name what a line of this scope computes."""
        return self.layout.name_of(tree, self._known, self.scope.suffix)

    def _known(self, tree: Tree) -> str | None:
        if isinstance(tree, Number | Parameter | Input | Window):
            return None
        found = self.done.get((self.scope.key, plain(tree), "value"))
        return found.text.removesuffix(f"_{self.scope.suffix}") if found and found.text.isidentifier() else None

    def _served(self, series: Series, write: "Callable[[], Code]") -> Code:
        before, self.layout.owner = self.layout.owner, series.name
        code = write()
        self.layout.owner = before
        return code

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
        value = self._served(tree, lambda: self.number(tree.definition))
        if (
            value.text.isidentifier()
            or re.fullmatch(r"s\[\w+\]", value.text)
            or (value.binds == ATOM and value.text[0].isdigit())
        ):
            return value
        name = self.line(self.name_of(tree), value.text + _times(tree.definition))
        if looks_back(tree):
            place = self.root.befores[self.scope.key, tree.name]
            self.scope.lines.append(f"s[{place}] = {self.use('keep_known')}(s[{place}], {name.text})")
        return name

    def _before(self, tree: Tree) -> Code:
        assert isinstance(tree, Before)
        name = f"{tree.name}_1_ago" if not self.scope.suffix else f"{tree.name}_1_ago_{self.scope.suffix}"
        place = self.root.befores[self.scope.key, tree.name] = self.layout.place(f"{name}_kept")
        return self.line(self.layout.names.take(name), f"s[{place}]")

    def _named_truth(self, tree: Tree) -> Code:
        assert isinstance(tree, Series)
        if is_compared(tree.definition):
            value = self._served(tree, lambda: self.truth(tree.definition))
            is_first = (self.scope.key, plain(tree), "yes") not in self.done
            return self.line(self._name_for(tree, tree.name if is_first else f"{tree.name}_known"), value.text)
        yes, no = self.condition(tree), self.condition(tree, negated=True)
        return self.line(self._name_for(tree, f"{tree.name}_known"), call(self.use("truth"), yes.text, no.text).text)

    def truth_of_series(self, series: Series, *, negated: bool) -> Code | None:
        """Put a named condition on a line of its own, and its negation, where that is needed."""
        if reads_own(series) or isinstance(plain(series), Call | OnTimeframe | Sampled):
            return None
        if self.scope.key.startswith("sampled") and self.scope.parent is not None and self.scope.parent.key == "":
            return self.root.truth_of_series(series, negated=negated)
        known = self.done.get((self.scope.key, plain(series), "truth"))
        key = (self.scope.key, plain(series), "no" if negated else "yes")
        if known is not None and is_compared(series.definition):
            return compare("==", known, literal(0.0 if negated else 1.0))
        if key not in self.done:
            code = self._served(series, lambda: self.condition(series.definition, negated=negated))
            name = self._name_for(series, f"not_{series.name}" if negated else series.name)
            self.done[key] = self.line(name, code.text)
        return self.done[key]

    def _name_for(self, series: Series, wanted: str) -> str:
        if wanted == series.name and not self.scope.suffix:
            return self.layout.own_name(wanted)
        return self.layout.names.take(f"{wanted}_{self.scope.suffix}" if self.scope.suffix else wanted)

    def _input(self, name: str) -> Code:
        if name in self.scope.inputs:
            return Code(self.scope.inputs[name])
        op = CLOCK_OPS[name]
        return self._once(
            Input(name),
            lambda _: self.line(self._clock_name(name), f"{self.use(op)}({self.scope.inputs['minutes']})"),
        )

    def _clock_name(self, name: str) -> str:
        return self.layout.names.take(f"{name}_{self.scope.suffix}" if self.scope.suffix else name)

    def _period(self, tree: Tree) -> Code:
        assert isinstance(tree, Call)
        op = self.use(PERIOD_OPS[tree.function])
        code = call(op, self.scope.inputs["minutes"], self.scope.inputs["step"])
        return self.line(self.name_of(tree), code.text)

    def _stateful(self, tree: Tree) -> Code:
        assert isinstance(tree, Call)
        function = FUNCTIONS[tree.function]
        windows = [argument for argument in tree.arguments if isinstance(argument, Window)]
        inputs = [self.scope.inputs[name] for name in function.inputs]
        arguments = [self._argument(argument) for argument in tree.arguments]
        first = self.layout.slots(function.slots(*(w.capacity for w in windows)), function.unknown)
        assert function.op is not None
        code = call(self.use(function.op_name or function.op.__name__), "s", str(first), *inputs, *arguments)
        name = self.name_of(tree)
        return self.line(name, code.text + ("" if any(letter.isdigit() for letter in name) else _times(tree)))

    def _argument(self, tree: Tree) -> str:
        if isinstance(tree, Window):
            return self.layout.parameters[tree.name] if tree.name else str(tree.default)
        return self.number(tree).text

    def _sampled(self, tree: Tree) -> Code:
        assert isinstance(tree, Sampled)
        test = self.condition(tree.condition)
        inner = Scope(f"sampled {len(self.done)} {self.scope.key}", self.scope.inputs, [], self.scope, "sampled")
        value = BarView(self.layout, inner, self.root).number(tree.operand)
        name = value.text if self._is_there(tree, value, "sampled") else self.name_of(tree)
        place = self.layout.place(name)
        self.scope.lines += [
            f"if {test.text}:",
            *flatten(inner.lines, "    "),
            f"    s[{place}] = {value.text}",
        ]
        return self.line(name, f"s[{place}]")

    def _on(self, tree: Tree) -> Code:
        assert isinstance(tree, OnTimeframe)
        if self is not self.root:
            return self.root.number(tree)
        block = self.blocks.get(tree.timeframe) or self._open_block(tree.timeframe)
        value = BarView(self.layout, block, self.root).number(tree.operand)
        suffix = suffix_of(tree.timeframe)
        name = value.text if self._is_there(tree, value, suffix) else self.name_of(tree)
        place = self.layout.place(name if name.endswith(f"_{suffix}") else f"{name}_{suffix}")
        block.lines.append(f"s[{place}] = {value.text}")
        return self.line(name, f"s[{place}]")

    def _is_there(self, tree: Tree, value: Code, suffix: str) -> bool:
        """Whether the value has a name of its own inside its block: it is the same one outside."""
        return (
            plain(tree) not in self.layout.series_names
            and value.text.isidentifier()
            and value.text.endswith(f"_{suffix}")
            and value.text not in self.layout.own.values()
        )

    def _open_block(self, timeframe: str) -> Scope:
        # one bucket of a longer bar: end, open, high, low, close, volume, start, stage
        first = self.layout.slots(8)
        length = HIGHER_TIMEFRAMES[timeframe]
        suffix = suffix_of(timeframe)
        places = {name: f"s[{self._place_of(name, suffix, first + at)}]" for at, name in enumerate(BAR_INPUTS, 1)}
        minutes = f"s[{self._place_of('minutes', suffix, first + 6)}]"
        inputs = places | {"minutes": minutes, "step": literal(length or 44640).text}
        offset = WEEK_STARTS_MONDAY if timeframe == "1w" else 0.0
        bars = ", ".join(self.scope.inputs[name] for name in BAR_INPUTS)
        block = Scope(timeframe, inputs, [], suffix=suffix)
        arguments = f"s, {first}, {self.scope.inputs['minutes']}, {self.scope.inputs['step']}, {literal(length).text}"
        self.scope.lines += [
            f"# every bar of {timeframe} that has closed",
            f"while {self.use('bar_closed')}({arguments}, {offset}, {bars}) == 1.0:",
        ]
        self.scope.lines.append(block)
        self.blocks[timeframe] = block
        return block

    def _place_of(self, name: str, suffix: str, slot: int) -> str:
        return self.layout.place_at(f"{name}_{suffix}", slot)


def _times(tree: Tree) -> str:
    """Say the times of day that a call is given."""
    if not isinstance(tree, Call) or tree.function not in FUNCTIONS:
        return ""
    pairs = zip(FUNCTIONS[tree.function].arguments, tree.arguments, strict=False)
    times = [clock(part) for argument, part in pairs if argument.kind == "time"]
    return f"  # {' to '.join(times)}" if times else ""


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
