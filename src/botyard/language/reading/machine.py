"""The state machine checked: every expression, every signal's fit, every state's way in and out."""

from dataclasses import dataclass
from typing import Literal

from botyard.errors import SpecError
from botyard.language.catalog import nearest
from botyard.language.reading import initial_stop
from botyard.language.reading.check import Checker
from botyard.language.reading.tree import Number, Tree
from botyard.records.spec import Spec, Transition

Kind = Literal["when", "stop", "limit"]

SIGNALS = (
    "enter_long", "enter_short", "exit_long", "exit_short", "scale_in", "scale_out", "reverse", "stop", "target", "time_exit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """A state; `exposure` is a literal wherever the spec gives a number."""

    name: str
    index: int
    exposure: Tree
    sign: int  # -1, 0 or 1, also where the exposure is an expression

    @property
    def value(self) -> float | None:
        """The exposure, where it is a number."""
        return self.exposure.value if isinstance(self.exposure, Number) else None


@dataclass(frozen=True, slots=True)
class Move:
    """A transition with its checked expression."""

    index: int
    record: Transition
    sources: tuple[State, ...]
    target: State
    tree: Tree
    guard: Tree | None

    @property
    def kind(self) -> Kind:
        """How it fires."""
        return self.record.kind

    @property
    def place(self) -> str:
        """Where it stands in the spec."""
        return f"transitions[{self.index}]"

    def opens(self, source: State) -> bool:
        """Whether it opens a position, or turns one round."""
        return self.target.sign not in {0, source.sign}

    def has_order(self, source: State) -> bool:
        """Whether it trades when it leaves the given state."""
        if source.index == self.target.index:
            return self.record.rebalance
        return source.value is None or source.value != self.target.value

    def buys(self, source: State) -> bool:
        """Whether its order buys. Where an exposure is an expression, by signs."""
        if source.value is not None and self.target.value is not None:
            return self.target.value > source.value
        if source.sign != self.target.sign:
            return self.target.sign > source.sign
        return (self.record.signal == "scale_in") == (source.sign > 0)


@dataclass(frozen=True, slots=True)
class Machine:
    """States and moves, in written order."""

    states: tuple[State, ...]
    moves: tuple[Move, ...]
    initial: int

    def leaving(self, state: State) -> list[Move]:
        """List the moves out of a state, in written order."""
        return [move for move in self.moves if state in move.sources]

    def protective_stops(self, state: State) -> list[Move]:
        """List the stops that take a position of this state back; those that are always worked come first."""
        stops = [
            move
            for move in self.leaving(state)
            if move.kind == "stop" and state.sign != 0 and move.buys(state) == (state.sign < 0)
        ]
        return sorted(stops, key=lambda move: (move.guard is not None, move.index))

    def protective_stop(self, state: State) -> Move | None:
        """Find the first of them."""
        return next(iter(self.protective_stops(state)), None)


def check_machine(spec: Spec, checker: Checker) -> Machine:
    """Check states and transitions.

    Raises: SpecError naming the transition or state.
    """
    record = spec.state_machine
    if record.initial not in record.states:
        raise SpecError(
            f"{record.initial!r} is not one of the states{nearest(record.initial, list(record.states))}",
            place="state_machine.initial",
        )
    states = {name: _state(spec, checker, index, name) for index, name in enumerate(record.states)}
    moves = tuple(_move(checker, states, index, transition) for index, transition in enumerate(record.transitions))
    return initial_stop.write_out(Machine(tuple(states.values()), moves, states[record.initial].index))


def _state(spec: Spec, checker: Checker, index: int, name: str) -> State:
    exposure = spec.state_machine.states[name]
    place = f"state_machine.states.{name}"
    if not isinstance(exposure, str):
        return State(name, index, Number(float(exposure)), (exposure > 0) - (exposure < 0))
    tree = checker.number(exposure, place)
    initial_stop.refuse(tree, place)
    if isinstance(tree, Number):
        return State(name, index, tree, (tree.value > 0) - (tree.value < 0))
    entries = {t.signal for t in spec.state_machine.transitions if t.target == name}
    return State(name, index, tree, -1 if "enter_short" in entries else 1)


def _move(checker: Checker, states: dict[str, State], index: int, record: Transition) -> Move:
    place = f"transitions[{index}]"
    for name, field in [*((source, "from") for source in record.source), (record.target, "to")]:
        if name not in states:
            raise SpecError(f"there is no state {name!r}{nearest(name, list(states))}", place=f"{place}.{field}")
    if len(set(record.source)) != len(record.source):
        raise SpecError("a state is named twice", place=f"{place}.from")
    check = checker.boolean if record.kind == "when" else checker.number
    tree = check(record.expression, f"{place}.{record.kind}")
    guard = None if record.guard is None else checker.boolean(record.guard, f"{place}.if")
    move = Move(index, record, tuple(states[name] for name in record.source), states[record.target], tree, guard)
    for source in move.sources:
        _check_fit(move, source)
    return move


def _check_fit(move: Move, source: State) -> None:
    signal, place = move.record.signal, move.place
    if not move.has_order(source):
        if move.kind != "when":
            raise SpecError(
                f"a {move.kind} needs a change of exposure, {source.name} and {move.target.name} hold the same; write `when`",
                place=f"{place}.{move.kind}",
            )
        return
    if signal not in SIGNALS:
        raise SpecError(
            f"signal {signal!r} is not one of {', '.join(SIGNALS)}{nearest(signal, list(SIGNALS))}",
            place=f"{place}.signal",
        )
    fitting = _fitting(source, move.target)
    if signal not in fitting:
        before, after = (state.name if state.value is None else f"{state.value:g}" for state in (source, move.target))
        raise SpecError(
            f"{signal} does not fit a change of exposure from {before} to {after}; {' or '.join(fitting)} does",
            place=f"{place}.signal",
        )


def _fitting(source: State, target: State) -> tuple[str, ...]:
    side = "long" if (target.sign or source.sign) > 0 else "short"
    leave = (f"exit_{'long' if source.sign > 0 else 'short'}", "stop", "target", "time_exit")
    if source.sign == 0:
        return (f"enter_{side}",) if target.sign else ("enter_long", "enter_short")
    if target.sign == 0:
        return leave
    if source.sign != target.sign:
        return ("reverse", f"enter_{side}", "stop")
    if source.value is None or target.value is None:
        return ("scale_in", "scale_out", "stop", "target", "time_exit")
    return ("scale_in",) if abs(target.value) > abs(source.value) else ("scale_out", "stop", "target", "time_exit")
