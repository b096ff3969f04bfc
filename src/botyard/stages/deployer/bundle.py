"""The bundle: one zip that holds a bot, with nothing in it but the standard library's company.

The same zip is unpacked on this machine (`__main__.py`, wake.py) and handed to Lambda (function.py). Its bytes follow
from its content alone: sorted names, one fixed time, one compression.
"""

import hashlib
import importlib.resources
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import botyard
from botyard.errors import ConfigError, InvariantError

PACKAGES = ("ops", "rules", "bot", "records")
"""Packages that go in whole."""

MODULES = (
    "__init__.py",
    "errors.py",
    "ports.py",
    "adapters/__init__.py",
    "adapters/clock",
    "adapters/fleet_store",
    "adapters/market_data",
    "adapters/venue/__init__.py",
    "adapters/venue/paper.py",
    "adapters/venue/paper_carried.py",
    "adapters/venue/paper_grid.py",
    "adapters/venue/paper_tables.py",
)
"""The paper venue, and stores and sources of bars for this machine and for AWS; a name without an ending is a whole
package."""

LEFT_OUT = ("records/schema.py",)  # Pydantic: 250 ms and 30 MiB that a bot never needs

_INSIDE = Path(__file__).parent / "inside"  # what stands at the bundle's root
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can tell
_FILE_MODE = 0o644 << 16


def build_bundle(strategy: str, spec: str, settings: bytes, timezone: str) -> bytes:
    """Return the bytes of bot.zip.

    `strategy` is strategy.py, `spec` strategy_spec.json, `settings` bot.json.

    Raises: ConfigError when the time zone is not known.
    """
    files = {
        "strategy.py": strategy.encode(),
        "strategy_spec.json": spec.encode(),
        "bot.json": settings,
    }
    for path in sorted(_INSIDE.glob("*.py")):
        files[path.name] = path.read_bytes()
    for name, path in _library_files().items():
        files[f"botyard/{name}"] = path.read_bytes()
    for zone in {"UTC", timezone}:
        files[f"zoneinfo/{zone}"] = _zone_bytes(zone)
    return zip_files(files)


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """Pack files into a zip whose bytes depend on nothing else."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it was made
            entry.external_attr = _FILE_MODE
            archive.writestr(entry, files[name], compresslevel=6)
    return buffer.getvalue()


def unzip_files(bundle: bytes) -> dict[str, bytes]:
    """Return the files of a bundle by name."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def bundle_hash(bundle: bytes) -> str:
    """Sha256 (hex) of the zip's bytes."""
    return hashlib.sha256(bundle).hexdigest()


def _library_files() -> dict[str, Path]:
    root = Path(botyard.__file__).parent
    found: dict[str, Path] = {}
    for name in (*PACKAGES, *MODULES):
        place = root / name
        if place.is_dir():
            found.update({str(path.relative_to(root).as_posix()): path for path in place.rglob("*.py")})
        elif place.is_file():
            found[name] = place
        else:
            raise InvariantError(f"the bundle needs botyard/{name}, which this installation lacks")
    return {name: path for name, path in found.items() if name not in LEFT_OUT}


def _zone_bytes(zone: str) -> bytes:
    # the rules of the zone travel with the bot, so that its hours stay those of the research
    try:
        ZoneInfo(zone)
        return importlib.resources.files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()
    except (ZoneInfoNotFoundError, ValueError, OSError) as e:
        raise ConfigError(f"time zone {zone!r} is not known; use a name such as America/New_York") from e
