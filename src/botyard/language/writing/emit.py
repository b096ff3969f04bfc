"""A checked spec to the text of strategy.py."""

import re
from collections import defaultdict

from botyard.errors import SpecError
from botyard.language.catalog import op_modules
from botyard.language.judging.timing import Bars
from botyard.language.reading.check import Checker
from botyard.language.reading.machine import Machine, Move, State
from botyard.language.reading.tree import Series, Tree, Window, walk
from botyard.language.writing.constants import Constants
from botyard.language.writing.docstring import docstring
from botyard.language.writing.layout import Layout
from botyard.language.writing.lines import wrapped
from botyard.language.writing.orders import ArmView, Orders, initial_stop, resting
from botyard.language.writing.series import BarView, Scope, flatten
from botyard.language.writing.views import FilledView
from botyard.ops.state import ORDER_WIDTH, ORDERS
from botyard.records.schema import SIZING_NUMBER
from botyard.records.spec import Spec

MAX_STATE = 64 * 1024 // 8  # floats
_INPUTS = ("open", "high", "low", "close", "volume", "minutes")


def emit(
    spec: Spec, checker: Checker, machine: Machine, sizing: dict[str, Tree], needs: list[Bars], minutes: int
) -> str:
    """Write strategy.py.

    Raises: SpecError when its state would be larger than 64 KB.
    """
    return _Module(spec, checker, machine, sizing, needs, minutes).text()


def used_trees(machine: Machine, sizing: dict[str, Tree]) -> list[Tree]:
    """Every tree that the strategy evaluates."""
    trees = [move.tree for move in machine.moves]
    trees += [move.guard for move in machine.moves if move.guard is not None]
    trees += [state.exposure for state in machine.states]
    return trees + list(sizing.values())


class _Module:
    def __init__(
        self, spec: Spec, checker: Checker, machine: Machine, sizing: dict[str, Tree], needs: list[Bars], minutes: int
    ) -> None:
        self.spec = spec
        self.checker = checker
        self.machine = machine
        self.sizing = sizing
        self.needs = needs
        self.order_slots = max(len(resting(machine, state)) for state in machine.states)
        trees = [part for tree in used_trees(machine, sizing) for part in walk(tree)]
        integers = {part.name for part in trees if isinstance(part, Window) and part.name}
        series = {name: checker.series(name) for name in spec.series}
        size = ORDERS + self.order_slots * ORDER_WIDTH
        self.layout = Layout(list(spec.parameters), series, integers, size)
        self.constants = Constants(self.layout, machine)
        inputs = {name: name for name in _INPUTS} | {"step": f"{minutes}.0"}
        self.bar = BarView(self.layout, Scope("", inputs, []))
        self.orders = Orders(self.layout, self.constants, machine, ArmView(self.layout))
        self.modules = op_modules()

    def text(self) -> str:
        """Write the module: expressions of on_bar first, since they put their series on lines of their own."""
        written = [(state, self._lower_decisions(state)) for state in self.machine.states]
        size = self._size()
        arm = self._arm() if self.order_slots else []
        kept = self._kept()
        decisions = self._decisions([(state, moves) for state, moves in written if moves])
        fill = self._on_fill()
        on_bar = self._on_bar(decisions, size, kept)
        if self.layout.size > MAX_STATE:
            raise SpecError(
                f"the windows of this spec need {self.layout.size * 8 // 1024} KB of state, at most {MAX_STATE * 8 // 1024} KB "
                "fit; lower the `high` of the parameters that size windows"
            )
        functions = [self._warm_up(), on_bar, arm, fill]
        body = "\n\n\n".join("\n".join(wrapped(lines)) for lines in functions if lines)
        tables = "\n".join(wrapped(self._tables()))
        return (
            "\n\n".join([docstring(self.spec), self._imports(body), tables, self._places(body)]).rstrip()
            + f"\n\n\n{body}\n"
        )

    def _imports(self, body: str) -> str:
        by_module = defaultdict(list)
        for name in sorted(self.layout.used, key=lambda name: (not name.isupper(), name.lower())):
            alias = self.layout.aliases.get(name, name)
            if name in self.modules and re.search(rf"\b{alias}\b", body):
                by_module[self.modules[name]].append(name if alias == name else f"{name} as {alias}")
        lines = ["from math import inf, nan" if "nan" in self.layout.used else "from math import inf", ""]
        for module in sorted(by_module):
            lines += _import(module, by_module[module])
        return "\n".join(lines)

    def _tables(self) -> list[str]:
        spec, machine = self.spec, self.machine
        transitions = [
            f'    ("{m.record.signal}", "{m.kind}", {_tuple([str(s.index) for s in m.sources])}, {m.target.index}),'
            for m in machine.moves
        ]
        limits = spec.limits
        values = [limits.max_losses_per_day, limits.max_daily_loss, limits.max_drawdown, limits.max_trades_per_day]
        return [
            f'NAME = "{spec.name}"',
            f'TIMEFRAME = "{spec.timeframe}"',
            f'TIMEZONE = "{spec.timezone}"',
            f"PARAMETERS = {_tuple([_quoted(name) for name in spec.parameters])}",
            f"DEFAULTS = {_tuple([repr(float(p.default)) for p in spec.parameters.values()])}",
            f"STATES = {_tuple([_quoted(state.name) for state in machine.states])}",
            *self.constants.states(),
            f"INITIAL = {machine.initial}",
            "TRANSITIONS = (  # signal, kind, from, to",
            *transitions,
            ")",
            *self.constants.transitions(),
            f"TARGETS = {_tuple([self.constants.state(m.target) for m in machine.moves])}",
            f'SIZING = "{spec.sizing.type}"',
            f"MAX_LEVERAGE = {float(spec.sizing.max_leverage)}",
            f"MAX_QUOTE = {_float(spec.sizing.max_quote)}",
            f"LIMITS = {_tuple([_float(v) for v in values])}  # losses a day, daily loss, drawdown, trades a day",
            f"ORDER_SLOTS = {self.order_slots}",
            f"STATE_SIZE = {self.layout.size}  # floats; a number after `s` in a call: from there on the function keeps its own",
            f"UNKNOWN = {_tuple([str(slot) for slot in sorted(self.layout.unknown)])}",
        ]  # fmt: skip

    def _places(self, body: str) -> str:
        used = [(name, slot) for name, slot in self.layout.places.items() if re.search(rf"\b{name}\b", body)]
        lines = [f"{name} = {slot}" for name, slot in sorted(used, key=lambda item: item[1])]
        return "\n".join(["# places in the state", *lines]) if lines else ""

    def _warm_up(self) -> list[str]:
        codes = [self._bars_code(need) for need in self.needs] or ["1.0"]
        result = codes[0] if len(codes) == 1 else f"max({', '.join(codes)})"
        lines = [f"    return {result}"]
        return ["def warm_up(p):", '    """Bars before anything may fire."""', *self._loads(lines), *lines]

    def _bars_code(self, need: Bars) -> str:
        return Bars(need.constant, tuple((self.layout.parameters[name], f) for name, f in need.factors)).code()

    def _on_bar(self, decisions: list[str], size: list[str], kept: list[str]) -> list[str]:
        use = self.bar.use
        arm = ["    arm(s, p)"] if self.order_slots else []
        lines = [
            f"    {use('remember_bar')}(s, high, low, close)",
            *flatten(self.bar.scope.lines, "    "),
            *(["    # for the orders"] if kept else []),
            *(f"    {line}" for line in kept),
            f"    s[{use('PENDING')}] = {use('NONE')}",
            f"    if s[{use('BAR_COUNT')}] < warm_up(p):",
            "        return",
            *(f"    {line}" for line in size),
            *(f"    {line}" for line in decisions),
            *arm,
        ]
        head = [
            "def on_bar(s, p, minutes, open, high, low, close, volume):",
            '    """Take in one closed bar; decide at its close."""',
        ]
        return [*head, *self._loads(lines, integers=self.layout.integers), *lines]

    def _lower_decisions(self, state: State) -> list[tuple[Move, str, list[str]]]:
        moves = [move for move in self.machine.leaving(state) if move.kind == "when"]
        written = []
        for move in moves:
            self.layout.owner = ""
            written.append((move, self.bar.condition(move.tree).text, self._ask(move, state)))
        return written

    def _decisions(self, written: list[tuple[State, list[tuple[Move, str, list[str]]]]]) -> list[str]:
        bodies = []
        for state, moves in written:
            lines = []
            for number, (move, condition, order) in enumerate(moves):
                lines.append(f"{'elif' if number else 'if'} {condition}:")
                lines += [f"    {line}" for line in order or self._change(move, state)]
            bodies.append((state, lines))
        return [self._present(), *self.constants.branches(bodies)] if bodies else []

    def _present(self) -> str:
        return f"{self.bar.use('state')} = s[{self.bar.use('STATE')}]"

    def _ask(self, move: Move, state: State) -> list[str]:
        if not move.has_order(state):
            return []
        exposure = self.bar.number(move.target.exposure).text
        stop = initial_stop(self.machine, move, state, self.bar, "close")
        return [f"{self.bar.use('decide')}(s, {self.constants.transition(move)}, {exposure}, {stop})"]

    def _change(self, move: Move, state: State) -> list[str]:
        signal = move.record.signal
        lines = [f"{self.bar.use('enter_state')}(s, {self.constants.state(move.target)})  # {signal}"]
        if move.target.index == state.index and state.sign:
            lines += [f"s[{place}] = {self.orders.latched(key)}" for key, (_, place) in self.layout.latches.items()]
        return lines + self.orders.restart(state, move.target)

    def _size(self) -> list[str]:
        number = self.sizing[SIZING_NUMBER[self.spec.sizing.type]]
        view = FilledView(self.bar, "close")
        lines = [f"s[{self.bar.use('SIZE')}] = {view.number(number).text}"]
        distance = self.sizing.get("stop_distance")
        if distance is not None:
            lines.append(f"s[{self.bar.use('STOP_DISTANCE')}] = {view.number(distance).text}")
        return lines

    def _kept(self) -> list[str]:
        lines = []
        done: set[Tree] = set()
        while len(done) < len(self.layout.kept):
            for key, (_, place) in list(self.layout.kept.items()):
                if key not in done:
                    done.add(key)
                    lines.append(f"s[{place}] = {self.bar.number(self._named(key)).text}")
        return lines

    def _named(self, key: Tree) -> Tree:
        name = self.layout.series_names.get(key)
        return Series(name, key) if name else key

    def _arm(self) -> list[str]:
        body = self.orders.arm()
        view = self.orders.view
        head = [
            "def arm(s, p):",
            '    """Put up the resting orders of the present state."""',
        ]
        loads = [f"    {name} = s[{place}]" for name, place in view.loads.items()]
        lines = [
            *loads,
            f"    {view.use('clear_orders')}(s, {self.order_slots})",
            f"    {self._present()}",
            *(f"    {line}" for line in body),
        ]
        return [*head, *self._loads(lines), *lines]

    def _on_fill(self) -> list[str]:
        use = self.bar.use
        rest = self.orders.on_fill()
        text = "\n".join(rest)
        call = f"{use('remember_fill')}(s, TARGETS[int(transition)], exposure, price)"
        lines = [f"    before = s[{use('STATE')}]"] if "before" in text else []
        lines.append(f"    opened = {call}" if "opened" in text else f"    {call}")
        lines += [f"    {line}" for line in rest]
        if self.order_slots:
            lines.append("    arm(s, p)")
        return [
            "def on_fill(s, p, transition, exposure, price):",
            '    """Take in a fill: position memory first, then the orders that follow from it."""',
            *lines,
        ]

    def _loads(self, lines: list[str], integers: set[str] | frozenset[str] = frozenset()) -> list[str]:
        text = "\n".join(line.partition("  # ")[0] for line in lines)
        loads = []
        for place, (name, code) in enumerate(self.layout.parameters.items()):
            if re.search(rf"\b{code}\b", text):
                loads.append(f"    {code} = int(p[{place}])" if name in integers else f"    {code} = p[{place}]")
        return loads


def _import(module: str, names: list[str]) -> list[str]:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= 120:
        return [line]
    return [f"from {module} import (", *(f"    {name}," for name in names), ")"]


def _tuple(parts: list[str]) -> str:
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"


def _quoted(text: str) -> str:
    return f'"{text}"'


def _float(value: float | None) -> str:
    return "inf" if value is None else repr(float(value))
