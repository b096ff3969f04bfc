"""How commands speak: tables and colour on a terminal, plain lines elsewhere, JSON where asked."""

import json
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console  # a tenth of a second: only commands that print need it

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@cache
def out() -> "Console":
    """Return the console on standard output."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


@cache
def err() -> "Console":
    """Return the console on standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def print_json(value: Any) -> None:
    """Print plain data or records as JSON."""
    from botyard.records.codec import to_plain

    sys.stdout.write(json.dumps(to_plain(value), indent=2, ensure_ascii=False) + "\n")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows below their headings; a column whose heading starts with ">" is right-aligned."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    if title:
        say(title, style="bold")
    grid = Table(header_style="dim", box=None, pad_edge=False)
    for column in columns:
        grid.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(escape("" if cell is None else str(cell)) for cell in row))
    # a pipe has no width: let the longest row set it, so that no program reads a folded cell
    (out() if out().is_terminal else Console(highlight=False, width=240)).print(grid)


def say(text: str, *, style: str = "") -> None:
    """Print one line, taken literally."""
    out().print(text, style=style or None, markup=False)


def warn(text: str) -> None:
    """Print one warning to standard error."""
    _tell("warning:", "yellow", text)


def fail(text: str) -> None:
    """Print one error to standard error."""
    _tell("error:", "red", text)


def _tell(label: str, colour: str, text: str) -> None:
    from rich.text import Text

    err().print(Text.assemble((label, colour), " ", text))


def when(time_ms: int) -> str:
    """Write a UTC time for people."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def percent(fraction: float | None, digits: int = 1) -> str:
    """Write a fraction as a percentage, or a dash where it is undefined."""
    return "–" if fraction is None else f"{100 * fraction:+.{digits}f} %"


def figure(value: float | None, digits: int = 2) -> str:
    """Write a figure, or a dash where it is undefined."""
    return "–" if value is None else f"{value:.{digits}f}"
