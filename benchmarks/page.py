"""Writes docs/benchmarks.md: each suite keeps a part of the page, between two marks."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def write_field(results: list[Any], trial: float, bars: str, machine: str) -> None:
    """Put the table of engines into the page."""
    lines = [
        f"{_today()}, {bars}, {machine}. A trial of ours (figures only) takes {1e3 * trial:.2f} ms.",
        "",
        "| engine | version | cold | warm | warm over ours, recorded | warm over our trial | equity against ours |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    ours = results[0].warm
    for r in results:
        if r.warm != r.warm:
            lines.append(f"| {r.name} | {r.version} | | | | | {r.agreement} |")
        else:
            lines.append(
                f"| {r.name} | {r.version} | {r.cold:.2f} s | {1e3 * r.warm:,.2f} ms | {r.warm / ours:,.1f} | "
                f"{r.warm / trial:,.1f} | {r.agreement} |"
            )
    write("field", lines)


def write_table(part: str, found: list[tuple[str, float, str, str]]) -> None:
    """Put a suite's figures into the page."""
    rows = [f"| {name.strip()} | {value:,.2f} {unit} | {target} |" for name, value, unit, target in found]
    write(part, [f"{_today()}.", "", "| | | target |", "|---|---:|---|", *rows])


def write(part: str, lines: list[str]) -> None:
    """Replace one part of the page."""
    text = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {part}: written by python -m benchmarks {part} -->", f"<!-- end of {part} -->"
    new = re.sub(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: "\n".join([begin, *lines, end]), text, flags=re.DOTALL
    )
    PAGE.write_text(new, encoding="utf-8")


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")
