# ruff: noqa: INP001 - lies at the root of the bundle, not in a package
"""Replays golden bars through this bundle's bot and writes down every decision; the Deployer compares them.

The other half, with the files' layout, is stages/deployer/golden_file.py. Standard library only.

Started by cage/jail.py, for a strategy that a model wrote, it reads and imports all that it needs, closes the cage, and
only then runs the strategy; what it has to say goes through the pipe.
"""

import importlib
import json
import os
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from botyard.bot.deployed import Deployed, load_deployed
from botyard.bot.model import Model
from botyard.ops.state import NO_ORDER
from botyard.records.deployment import BundleSettings
from botyard.records.fleet import Bar

HERE = Path(__file__).resolve().parent


class Segment(NamedTuple):
    """Bars that a fresh bot is fed, live from the bar of this number."""

    trade_from: int
    open_ms: Any  # array of int
    columns: tuple[Any, ...]  # arrays of float: open high low close volume


def replay(part: str, bars: Path, rows: Path, states: Path) -> str:
    """Replay the `whole` of each segment, or its `rest` from the state saved in its middle; return a report as JSON."""
    data = bars.read_bytes()
    kept = states.read_bytes() if part == "rest" else b""
    jail = sys.modules.get("jail")
    found: dict[str, Any] = {}

    def close(settings: BundleSettings) -> None:
        ZoneInfo(settings.timezone)  # read while files can be read
        found.update(broken=_import_all(), foreign=_foreign_modules())
        _close(jail)

    deployed = load_deployed(HERE, before_code=close if jail else None)
    written, saved, size = _decide(deployed, part, data, kept)
    if not jail:
        rows.write_bytes(written)
        if part == "whole":
            states.write_bytes(saved)
        found.update(broken=_import_all(), foreign=_foreign_modules())
    report = json.dumps({"state_bytes": size, **found})
    if not jail:
        return report
    head = len(written).to_bytes(8, "little") + len(saved).to_bytes(8, "little")
    sys.stdout.buffer.write(head + written + saved + report.encode())
    sys.stdout.buffer.flush()
    return ""


def _close(jail: Any) -> None:
    try:
        jail.close()
    except OSError as e:
        sys.stderr.write(f"{e}\n")
        sys.exit(jail.NO_CAGE)


def _decide(deployed: Deployed, part: str, data: bytes, kept: bytes) -> tuple[bytes, bytes, int]:
    """Return the rows, the states in the middle of each segment, and the size of one state."""
    new = _model(deployed, 0).dump()
    state_size = len(new[0])
    size = state_size + len(new[1])
    written, saved = array("d"), bytearray()
    for number, segment in enumerate(_segments(data)):
        model = _model(deployed, segment.open_ms[segment.trade_from])
        middle = len(segment.open_ms) // 2
        if part == "rest":
            own = kept[number * size : (number + 1) * size]
            model.restore(own[:state_size], own[state_size:])
        for i in range(middle if part == "rest" else 0, len(segment.open_ms)):
            if i == middle and part == "whole":
                saved += b"".join(model.dump())
            model.step(Bar(segment.open_ms[i], *(column[i] for column in segment.columns)))
            written.extend(_row(model))
    return _little(written).tobytes(), bytes(saved), size


def _model(deployed: Deployed, live_from_ms: int) -> Model:
    settings = deployed.settings
    return Model(deployed.strategy, settings.parameters, settings.rules, live_from_ms=live_from_ms)


def _row(model: Model) -> list[float]:
    # what is not wanted now is written as 0, as research writes it
    row = model.row()
    if row[0] < 0.0:
        row[1] = 0.0
    for slot in range(2, len(row), 4):
        if row[slot] == NO_ORDER:
            row[slot + 1 : slot + 4] = [0.0, 0.0, 0.0]
    return row


def _segments(data: bytes) -> Iterator[Segment]:
    view, place = memoryview(data), 8
    for _ in range(int.from_bytes(view[:8], "little")):
        n = int.from_bytes(view[place : place + 8], "little")
        trade_from = int.from_bytes(view[place + 8 : place + 16], "little")
        place += 16
        fields = []
        for kind in "qddddd":
            fields.append(_little(array(kind, view[place : place + 8 * n].tobytes())))
            place += 8 * n
        yield Segment(trade_from, fields[0], tuple(fields[1:]))


def _little(values: Any) -> Any:
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _import_all() -> dict[str, str]:
    broken = {}
    for path in sorted((HERE / "botyard").rglob("*.py")):
        name = ".".join(path.relative_to(HERE).with_suffix("").parts).removesuffix(".__init__")
        try:
            importlib.import_module(name)
        except Exception as e:  # noqa: BLE001 - whatever a module raises is the answer
            broken[name] = f"{type(e).__name__}: {e}"
    return broken


def _foreign_modules() -> list[str]:
    library = Path(os.__file__).resolve().parent
    foreign = []
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file is None or name in ("jail", "__main__"):
            continue
        path = Path(file).resolve()
        is_library = path.is_relative_to(library) and not {"site-packages", "dist-packages"} & set(path.parts)
        if not is_library and not path.is_relative_to(HERE):
            foreign.append(name)
    return foreign
