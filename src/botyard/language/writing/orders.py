"""arm and on_fill: resting orders of the present state, and what a fill changes."""

from botyard.language.catalog import FUNCTIONS, PERIOD_OPS
from botyard.language.reading.machine import Machine, Move, State
from botyard.language.reading.own import reads_own
from botyard.language.reading.tree import (
    AtEntry,
    Before,
    Call,
    Input,
    OnTimeframe,
    Sampled,
    Series,
    Tree,
    children,
    looks_back,
    plain,
    walk,
)
from botyard.language.writing.code import Code
from botyard.language.writing.constants import Constants
from botyard.language.writing.layout import Layout
from botyard.language.writing.views import FilledView, View


class ArmView(View):
    """Expressions inside arm: what a bar gave is read from where on_bar kept it."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.loads: dict[str, str] = {}  # local name -> constant of its slot

    def use(self, name: str) -> str:
        """Note an op or a header name."""
        return self.layout.use(name)

    def parameter(self, name: str) -> Code:
        """Write a parameter."""
        return Code(self.layout.parameters[name])

    def at_entry(self, tree: AtEntry) -> Code:
        """Read the latch."""
        name, place = self.layout.latch(tree)
        self.loads[name] = place
        return Code(name)

    def leaf(self, tree: Tree) -> Code | None:
        """Read what on_bar kept."""
        if tree == Input("close"):
            return Code(self.last_close())
        if not _is_kept(tree):
            return None
        if isinstance(tree, Series) and not any(_is_kept(part) for part in walk(tree.definition)):
            return None
        name, place = self.layout.keep(tree)
        self.loads[name] = place
        return Code(name)


def _is_kept(tree: Tree) -> bool:
    match tree:
        case Series():
            return not reads_own(tree) or looks_back(tree)
        case Input():
            return not reads_own(tree)
        case OnTimeframe() | Sampled() | Before():
            return True
        case Call(function=name):
            return name in PERIOD_OPS or FUNCTIONS[name].has_memory or bool(FUNCTIONS[name].inputs)
        case _:
            return False


class Orders:
    """Writes the bodies of arm and on_fill."""

    def __init__(self, layout: Layout, constants: Constants, machine: Machine, view: ArmView) -> None:
        self.layout = layout
        self.constants = constants
        self.machine = machine
        self.view = view
        self.memories: dict[int, str] = {}  # move -> place of its ratchet or kept level

    def arm(self) -> list[str]:
        """Write the orders of each state; states with the same ones share them."""
        written = []
        for state in self.machine.states:
            moves = resting(self.machine, state)
            lines = [line for place, move in enumerate(moves) for line in self._order(state, place, move)]
            if lines:
                written.append((state, lines))
        return self.constants.branches(written)

    def _order(self, state: State, place: int, move: Move) -> list[str]:
        buys = move.buys(state)
        side = self.view.use(("BUY_" if buys else "SELL_") + ("STOP" if move.kind == "stop" else "LIMIT"))
        price = self.view.number(move.tree).text
        level = self.view.use("level")
        lines = []
        memory = self._memory(move)
        if memory is None:
            lines.append(f"{level} = {price}")
        else:
            keep = (
                "keep_known"
                if not move.record.ratchet
                else "only_up"
                if state.sign > 0 or (not state.sign and not buys)
                else "only_down"
            )
            lines += [f"{level} = {self.view.use(keep)}(s[{memory}], {price})", f"s[{memory}] = {level}"]
        exposure = self.view.number(move.target.exposure).text
        stop = initial_stop(self.machine, move, state, self.view, level)
        transition = self.constants.transition(move)
        lines.append(f"{self.view.use('rest')}(s, {place}, {side}, {level}, {transition}, {exposure}, {stop})")
        if move.guard is None:
            return lines
        return [f"if {self.view.condition(move.guard).text}:", *(f"    {line}" for line in lines)]

    def _memory(self, move: Move) -> str | None:
        # a level that can become unknown while it rests is kept; a ratchet is kept anyway
        if not move.record.ratchet and not _reads_bars(move.tree):
            return None
        if move.index not in self.memories:
            self.memories[move.index] = self.layout.place(f"{self.constants.transition(move).lower()}_level")
        return self.memories[move.index]

    def restart(self, source: State, target: State) -> list[str]:
        """Write what starts anew when the machine goes from one state to another without an order."""
        if source.index == target.index:
            return []
        return [
            f"s[{place}] = {self.view.use('nan')}"
            for index, place in self.memories.items()
            if target in self.machine.moves[index].sources and source not in self.machine.moves[index].sources
        ]

    def on_fill(self) -> list[str]:
        """Write what a fill starts anew, after the position's own memory."""
        lines: list[str] = []
        if self.layout.latches:
            again = [
                f" or transition == {self.constants.transition(m)}"
                for m in self.machine.moves
                if m.record.rebalance and m.target in m.sources
            ]
            lines.append(f"if opened == 1.0{''.join(again)}:")
            lines += [f"    s[{place}] = {self.latched(key)}" for key, (_, place) in self.layout.latches.items()]
            lines.append(f"elif s[{self.view.use('EXPOSURE')}] == 0.0:")
            lines += [f"    s[{place}] = {self.view.use('nan')}" for _, place in self.layout.latches.values()]
        for index, place in self.memories.items():
            move = self.machine.moves[index]
            text = f"s[{place}] = {self.view.use('nan')}"
            stays = [s for s in move.sources if self._is_entered_by_order_from(move, s)]
            if stays:
                apart = " and ".join(f"before != {self.constants.state(s)}" for s in stays)
                lines += [
                    f"if opened == 1.0 or ({apart}):" if len(stays) > 1 else f"if opened == 1.0 or {apart}:",
                    f"    {text}",
                ]
            else:
                lines.append(text)
        return lines

    def _is_entered_by_order_from(self, memory: Move, source: State) -> bool:
        return any(
            source in move.sources and move.target in memory.sources and move.has_order(source)
            for move in self.machine.moves
        )

    def latched(self, key: Tree) -> str:
        """Write the present value of what at_entry holds."""
        if key == Input("close"):
            return self.view.last_close()
        return f"s[{self.layout.kept[key][1]}]"


def resting(machine: Machine, state: State) -> list[Move]:
    """List the moves that rest as orders in a state, in written order."""
    return [move for move in machine.leaving(state) if move.kind != "when"]


def initial_stop(machine: Machine, move: Move, source: State, view: View, price: str) -> str:
    """Write the first stop of the target state, were the move filled at a price; NO_STOP where it has none."""
    stop = machine.protective_stop(move.target) if move.opens(source) else None
    return FilledView(view, price).number(stop.tree).text if stop else view.use("NO_STOP")


def _reads_bars(tree: Tree) -> bool:
    tree = plain(tree)
    if isinstance(tree, AtEntry):
        return False
    return _is_kept(tree) or any(_reads_bars(child) for child in children(tree))
