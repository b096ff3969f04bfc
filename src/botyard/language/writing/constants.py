"""States and transitions by name, and the branches that states share."""

from botyard.language.reading.machine import Machine, Move, State
from botyard.language.writing.layout import Layout

WIDTH = 120


class Constants:
    """What the head of the module calls the states, and the transitions that trade."""

    def __init__(self, layout: Layout, machine: Machine) -> None:
        self._layout = layout
        taken = layout.constants
        self._states = [taken.take(state.name.upper(), f"{state.name.upper()}_STATE") for state in machine.states]
        self._transitions: dict[int, str] = {}
        for move, wanted in zip(machine.moves, _wanted(machine), strict=True):
            if any(move.has_order(state) for state in move.sources):
                self._transitions[move.index] = taken.take(wanted, f"{wanted}_TRANSITION")

    def state(self, state: State) -> str:
        """Name a state."""
        return self._states[state.index]

    def transition(self, move: Move) -> str:
        """Name a transition."""
        return self._transitions[move.index]

    def states(self) -> list[str]:
        """Write the states, as the numbers that STATE holds."""
        return _listed([(name, index) for index, name in enumerate(self._states)])

    def transitions(self) -> list[str]:
        """Write the transitions that trade, by their place in TRANSITIONS."""
        return _listed([(name, index) for index, name in self._transitions.items()])

    def branches(self, written: list[tuple[State, list[str]]]) -> list[str]:
        """Write a branch per state; states with the same lines share one."""
        groups: list[tuple[list[State], list[str]]] = []
        for state, lines in written:
            same = next((states for states, others in groups if others == lines), None)
            if same is None:
                groups.append(([state], lines))
            else:
                same.append(state)
        name = self._layout.use("state")
        result = []
        for place, (states, lines) in enumerate(groups):
            test = " or ".join(f"{name} == {self.state(state)}" for state in states)
            result.append(f"{'elif' if place else 'if'} {test}:")
            result += [f"    {line}" for line in lines]
        return result


def _wanted(machine: Machine) -> list[str]:
    """Name each move by its signal; where several have the same one, by the state that it leaves, or a number."""
    names = [move.record.signal.upper() for move in machine.moves]
    fuller = [
        _with_source(move) if names.count(name) > 1 else name for name, move in zip(names, machine.moves, strict=True)
    ]
    return [
        f"{name}_{names[: index + 1].count(name)}" if fuller.count(full) > 1 else full
        for index, (name, full) in enumerate(zip(names, fuller, strict=True))
    ]


def _with_source(move: Move) -> str:
    signal, source = move.record.signal, move.sources[0].name
    return (signal if signal.endswith(f"_{source}") else f"{signal}_{source}").upper()


def _listed(constants: list[tuple[str, int]]) -> list[str]:
    one = f"{', '.join(name for name, _ in constants)} = {', '.join(f'{index}.0' for _, index in constants)}"
    return [one] if len(one) <= WIDTH and constants else [f"{name} = {index}.0" for name, index in constants]
