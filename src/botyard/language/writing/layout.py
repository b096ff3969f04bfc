"""What the functions of a module share: slots of the state, and who is called what."""

from collections.abc import Callable

from botyard.language.catalog import op_modules
from botyard.language.reading.tree import AtEntry, Call, Input, Number, Parameter, Series, Tree, plain
from botyard.language.writing.names import aliases, constant_names, local_names, own_names, suggest


class Layout:
    """Slots of the state, names taken and needed, shared by all functions of the module."""

    def __init__(self, parameters: list[str], series: dict[str, Tree], integers: set[str], size: int) -> None:
        """Begin with the spec's own names, and the first slot that is free.

        integers: parameters that size windows.
        """
        modules = self._ops = op_modules()
        self.own = own_names([*parameters, *series])
        self.parameters = {name: self.own[name] for name in parameters}
        self.integers = integers
        self.aliases = aliases(modules, self.own.values())
        self.names = local_names(modules, self.own.values(), self.aliases.values())  # of on_bar
        self.arm_names = local_names(modules, self.own.values(), self.aliases.values(), in_arm=True)
        self.constants = constant_names(self.own.values())
        self.series_names: dict[Tree, str] = {}  # what the spec's series compute -> their names
        for name, tree in series.items():
            self.series_names.setdefault(plain(Series(name, tree)), name)
        self.size = size
        self.unknown: list[int] = []
        self.used: set[str] = set()
        self.places: dict[str, int] = {}  # constant -> slot
        self.kept: dict[Tree, tuple[str, str]] = {}  # what later functions need of a bar -> local name, constant
        self.latches: dict[Tree, tuple[str, str]] = {}  # at_entry's operand -> local name, constant
        self.owner = ""  # series or signal that is being written
        self._given: set[str] = set()
        self._counts: dict[tuple[str, str], int] = {}

    def use(self, name: str) -> str:
        """Note that an op, a header name or a helper's name is needed; say how it is written."""
        self.used.add(name)
        return self.aliases.get(name, name)

    def slots(self, count: int, unknown: tuple[int, ...] = ()) -> int:
        """Take so many slots; the given ones of them begin as NaN."""
        first = self.size
        self.size += count
        self.unknown.extend(first + offset for offset in unknown)
        return first

    def place(self, wanted: str, unknown: tuple[int, ...] = (0,)) -> str:
        """Take one slot and name it."""
        return self.place_at(wanted, self.slots(1, unknown))

    def place_at(self, wanted: str, slot: int) -> str:
        """Name a slot."""
        name = self.constants.take(wanted.upper(), f"{wanted.upper()}_SLOT")
        self.places[name] = slot
        return name

    def name_of(self, tree: Tree, known: Callable[[Tree], str | None], suffix: str = "") -> str:
        """Name something that on_bar computes: the spec's word for it, else a made-up one.

        known: what its parts are called already. suffix: of the longer bars that it is computed on.
        """
        own = self.series_names.get(plain(tree))
        if own is not None and not suffix:
            return self.own_name(own)
        wanted = own or suggest(tree, known) or self._numbered(tree, suffix)
        name = wanted if not suffix or wanted.endswith(f"_{suffix}") else f"{wanted}_{suffix}"
        return self.names.take(name, f"{name}_now" if name in self._ops else "")

    def own_name(self, series: str) -> str:
        """Give a series its own name; it is there for one line only."""
        if series in self._given:
            return self.names.take(f"{series}_again")
        self._given.add(series)
        return self.own[series]

    def _numbered(self, tree: Tree, suffix: str = "") -> str:
        stem = self.owner or (tree.function if isinstance(tree, Call) else "part")
        stem += "_part" if stem[-1].isdigit() else ""
        count = self._counts[stem, suffix] = self._counts.get((stem, suffix), 0) + 1
        return stem if suffix and count == 1 else f"{stem}_{count}"

    def keep(self, tree: Tree) -> tuple[str, str]:
        """Keep a value of the bar for the functions that run after it."""
        key = plain(tree)
        if key not in self.kept:
            name = self._short_name(tree)
            local = self.own[name] if name in self.own else self.arm_names.take(name)
            self.kept[key] = (local, self.place(name, ()))
        return self.kept[key]

    def latch(self, tree: AtEntry) -> tuple[str, str]:
        """Hold a value from the entry on."""
        key = plain(tree.operand)
        if key not in self.latches:
            if key != Input("close"):
                self.keep(tree.operand)
            name = self.arm_names.take(f"{self._short_name(tree.operand)}_at_entry")
            self.latches[key] = (name, self.place(name))
        return self.latches[key]

    def _short_name(self, tree: Tree) -> str:
        if plain(tree) in self.kept:
            return self.kept[plain(tree)][0]
        own = tree.name if isinstance(tree, Series) else self.series_names.get(plain(tree))
        return own or suggest(tree, self._own_word) or self._numbered(tree)

    def _own_word(self, tree: Tree) -> str | None:
        return None if isinstance(tree, Number | Parameter | Input) else self.series_names.get(plain(tree))
