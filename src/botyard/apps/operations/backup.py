"""A fleet in one file, and back: stores, bundles, and what `trace` follows, each with its hash.

The stores are copied while bots tick. The fleet is held for the moment of copying, so that nothing is decided in
between and the paper venue's copy is never behind the journal's: to a restored bot the copy is a crash like any other.
"""

import hashlib
import io
import json
import secrets
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botyard import __version__
from botyard.adapters.clock.system import SystemClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.apps import settings
from botyard.errors import BotyardError, UserError
from botyard.records.market import symbol_folder

FORMAT = 1
MANIFEST = "backup.json"
FLEET = "fleet.db"
STORES = (FLEET, "paper.db", "trials.db", "gates.db")  # in this order: the journal first, then what it ordered
NEVER_TAKEN_BACK = "trials.db"  # what was tried stays counted
RUN_FILES = ("run.json", "deployment.json", "research.json")
KEPT_COPIES = 7


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds."""

    created_ms: int
    bots: tuple[str, ...]
    files: int
    n_bytes: int  # of the file itself


def save(place: Path) -> Contents:
    """Write the home's fleet into one zip file, whole or not at all.

    Raises: UserError when there is no fleet, or the place cannot be written.
    """
    home = settings.home()
    if not (home / FLEET).exists():
        raise UserError(f"{home} has no fleet to back up; choose another home with --home")
    draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        with tempfile.TemporaryDirectory(dir=home) as folder, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as file:
            _copy_stores(home, Path(folder))
            names, parts = _parts(Path(folder), home)
            hashes: dict[str, str] = {}
            for name, path in parts:
                data = path.read_bytes()
                hashes[name] = hashlib.sha256(data).hexdigest()
                file.writestr(name, data)
            manifest: dict[str, Any] = {
                "format": FORMAT,
                "botyard": __version__,
                "created_ms": SystemClock().now_ms(),
                "home": str(home),
                "bots": names,
                "sha256": hashes,
            }
            file.writestr(MANIFEST, json.dumps(manifest, indent=1))
        draft.replace(place)
    except OSError as e:
        raise UserError(f"cannot write {place}: {e.strerror or e}; make room or choose another place") from e
    finally:
        draft.unlink(missing_ok=True)
    return Contents(manifest["created_ms"], tuple(names), len(hashes), place.stat().st_size)


def save_daily(now_ms: int) -> Path | None:
    """Back up once a UTC day into <home>/copies and keep the last few; None when today's is there already."""
    folder = settings.home() / "copies"
    place = folder / f"fleet-{datetime.fromtimestamp(now_ms / 1000, UTC):%Y-%m-%d}.zip"
    if place.exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    save(place)
    for old in sorted(folder.glob("fleet-*.zip"))[:-KEPT_COPIES]:
        old.unlink()
    return place


def restore(place: Path, *, force: bool = False) -> Contents:
    """Put a backup into the home; with `force` over a fleet that lives, which is set aside.

    The caller holds the scheduler's lock. A bot that trades at an exchange comes back halted: the exchange may have
    gone on without it.
    Raises: UserError when a byte of the backup is not what was saved, or a fleet lives in the home.
    """
    home = settings.home()
    if not force:
        _refuse_living(home)
    files, manifest = _read(place)
    draft = home / f".restore-{secrets.token_hex(4)}"
    try:
        for name, data in files.items():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            (draft / name).write_bytes(data)
        _move_in(draft / FLEET, str(manifest["home"]), home)
        _set_aside(home)
        for name in files:
            if name == NEVER_TAKEN_BACK and (home / name).exists():
                continue
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (draft / name).replace(home / name)
    except OSError as e:
        raise UserError(f"cannot restore into {home}: {e.strerror or e}; make room or choose another home") from e
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Contents(manifest["created_ms"], tuple(manifest["bots"]), len(files), place.stat().st_size)


def _copy_stores(home: Path, folder: Path) -> None:
    with closing(sqlite3.connect(home / FLEET, timeout=30.0, isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")  # nobody decides while both are copied
        for name in STORES:
            if not (home / name).exists():
                continue
            with (
                closing(sqlite3.connect(home / name, timeout=30.0)) as source,
                closing(sqlite3.connect(folder / name)) as target,
            ):
                source.backup(target)
                target.execute("PRAGMA journal_mode=DELETE")  # one file, whole in itself
        held.execute("ROLLBACK")


def _parts(folder: Path, home: Path) -> tuple[list[str], list[tuple[str, Path]]]:
    parts = [(name, folder / name) for name in STORES if (folder / name).exists()]
    store = SqliteFleet(folder / FLEET)
    try:
        bots = store.bots()
    finally:
        store.close()
    for bot in bots:
        bundle = Path(bot.bundle)
        inside = sorted(p for p in bundle.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        parts += [(f"bots/{bot.name}/{p.relative_to(bundle).as_posix()}", p) for p in inside]
        run = home / "runs" / bot.run_id
        parts += [(f"runs/{bot.run_id}/{name}", run / name) for name in RUN_FILES if (run / name).exists()]
        if bot.feed == "stored":  # its bars are its present
            series = (home / "market").glob(f"*/{symbol_folder(bot.symbol)}/**/*")
            parts += [(p.relative_to(home).as_posix(), p) for p in sorted(series) if p.is_file()]
    parts += [(p.relative_to(home).as_posix(), p) for p in sorted((home / "venues").rglob("*.json"))]
    return [bot.name for bot in bots], list(dict(parts).items())


def _read(place: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(place.read_bytes())) as file:
            manifest = json.loads(file.read(MANIFEST))
            files = {name: file.read(name) for name in file.namelist() if name != MANIFEST}
    except OSError as e:
        raise UserError(f"cannot read {place}: {e.strerror}; name a file that botyard backup wrote") from e
    except (zipfile.BadZipFile, KeyError, ValueError) as e:
        raise UserError(f"{place} is no whole backup ({e}); take another one") from e
    if manifest.get("format") != FORMAT:
        raise UserError(f"{place} has format {manifest.get('format')}, this version reads {FORMAT}: use its botyard")
    hashes = manifest["sha256"]
    for name in sorted(hashes.keys() | files.keys()):
        if name not in files or hashlib.sha256(files[name]).hexdigest() != hashes.get(name):
            raise UserError(f"{name} in {place} is not what was saved; nothing was changed, take another backup")
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise UserError(f"{place} would write {name}, outside of the home; nothing was changed")
    return files, manifest


def _refuse_living(home: Path) -> None:
    if not (home / FLEET).exists():
        return
    try:
        store = SqliteFleet(home / FLEET)
    except BotyardError:
        return  # damaged: that is what a backup is for
    try:
        living = [bot.name for bot in store.bots() if bot.status != "killed"]
    except BotyardError:
        return
    finally:
        store.close()
    if living:
        raise UserError(
            f"{home} has a living fleet: {', '.join(living[:5])}{' …' if len(living) > 5 else ''}; "
            "restore into another home with --home, or over it with --force (it is set aside, not deleted)"
        )


def _move_in(fleet: Path, old_home: str, home: Path) -> None:
    """Point the bots at their new home, free their leases, and halt those that an exchange knows."""
    with closing(sqlite3.connect(fleet)) as db:
        for name, text in db.execute("SELECT name, record FROM bots").fetchall():
            record = json.loads(text)
            record["bundle"] = str(home / "bots" / name)
            db.execute("UPDATE bots SET record=?, owner='', until_ms=0 WHERE name=?", (json.dumps(record), name))
        db.commit()
    store = SqliteFleet(fleet)
    try:
        now_ms = SystemClock().now_ms()
        for bot in store.bots():
            if bot.mode != "paper" and bot.status in ("running", "paused"):
                reason = (
                    f"restored from a backup of {old_home}; the exchange may have gone on: botyard recover {bot.name} "
                    f"takes that in, then: botyard resume {bot.name}"
                )
                store.set_status(bot.name, "halted", reason, expected=bot.status, at_ms=now_ms)
    finally:
        store.close()
    for left in ("-wal", "-shm"):
        fleet.with_name(fleet.name + left).unlink(missing_ok=True)


def _set_aside(home: Path) -> None:
    found = list(_replaced(home))
    if not found:
        return
    aside = home / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    aside.mkdir()
    for path in found:
        path.rename(aside / path.name)


def _replaced(home: Path) -> Iterator[Path]:
    for name in STORES:
        if name != NEVER_TAKEN_BACK:
            yield from (p for end in ("", "-wal", "-shm") if (p := home / (name + end)).exists())
    if (home / "bots").exists():
        yield home / "bots"
