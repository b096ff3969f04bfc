"""The bug catalogue: fifty ways in which a backtest and a live bot part, and the test that guards against each."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Bug:
    """One entry. `tests`: "folder/file.py::test", below tests/; `open` says what is left to later work."""

    number: int
    title: str
    shows: str
    prevents: str
    tests: tuple[str, ...]
    open: str = ""


def catalogue() -> list[Bug]:
    """Read all entries, in order."""
    text = files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8")
    return [Bug(**{**entry, "tests": tuple(entry["tests"])}) for entry in tomllib.loads(text)["bug"]]
