"""Series of bars on disk: <market>/<SYMBOL>/<timeframe>/ with raw columns, series.json and, if imported, the rest.

A folder is written whole beside its place and then put there: readers see the old series or the new one.
"""

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from botyard.engine.bars import Bars
from botyard.errors import DataError, NotFound
from botyard.records import codec
from botyard.records.market import COLUMN_FILES, SERIES_FILE, SeriesInfo, symbol_folder

_DISK_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


def series_folder(market: Path, symbol: str, timeframe: str) -> Path:
    """Return where a series is kept."""
    return market / symbol_folder(symbol) / timeframe


def list_series(market: Path) -> list[SeriesInfo]:
    """Return all stored series, by symbol and timeframe."""
    _finish_replacements(market)
    found = [
        read_info(path.parent) for path in market.glob(f"*/*/{SERIES_FILE}") if not path.parent.name.startswith(".")
    ]
    return sorted(found, key=lambda info: (info.instrument.symbol, len(info.timeframe), info.timeframe))


def read_info(folder: Path) -> SeriesInfo:
    """Return what is known of a stored series.

    Raises: NotFound when no series is stored there.
    """
    try:
        return codec.load(SeriesInfo, (folder / SERIES_FILE).read_bytes())
    except FileNotFoundError as e:
        raise NotFound(f"no bars are stored in {folder}; bring some with `botyard data import PATH`") from e


def read_columns(folder: Path) -> Bars:
    """Return the served bars, memory-mapped; writing to them changes no file (compiled loops want writable arrays).

    Raises: DataError when the columns are missing or shorter than open_ms says.
    """
    n_bars = 0
    columns = []
    try:
        for name in COLUMN_FILES:
            kind = "<i8" if name.endswith("i64") else "<f8"
            path = folder / name
            size = path.stat().st_size // 8
            n_bars = n_bars or size
            columns.append(
                np.memmap(path, dtype=kind, mode="c", shape=(n_bars,)) if n_bars else np.empty(0, dtype=kind)
            )
    except (OSError, ValueError) as e:
        raise DataError(f"the stored bars in {folder} are damaged ({e}); import them again") from e
    # plain arrays over the same pages: np.memmap's subclass costs at every slice
    return Bars(*(np.asarray(column).view(np.ndarray) for column in columns))


def write_columns(folder: Path, bars: Bars) -> None:
    """Write the raw columns, open_ms last."""
    for name in reversed(COLUMN_FILES):
        (folder / name).write_bytes(_raw(bars, name))


def append_columns(folder: Path, bars: Bars) -> None:
    """Append to the raw columns; what an earlier, broken append left behind is cut off first."""
    n_bars = (folder / COLUMN_FILES[0]).stat().st_size // 8
    for name in reversed(COLUMN_FILES):
        with (folder / name).open("r+b") as file:
            file.truncate(n_bars * 8)
            file.seek(n_bars * 8)
            file.write(_raw(bars, name))


def write_info(folder: Path, info: SeriesInfo) -> None:
    """Replace series.json in one step."""
    temporary = folder / f".{SERIES_FILE}.{os.getpid()}"
    temporary.write_bytes(codec.dump(info))
    temporary.replace(folder / SERIES_FILE)


def content_hash(bars: Bars) -> str:
    """Sha256 (hex) of the columns, one after the other."""
    digest = hashlib.sha256()
    for name in COLUMN_FILES:
        digest.update(_raw(bars, name))
    return digest.hexdigest()


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill; when all went well it takes the place of `folder`.

    Raises: DataError when the disk is full; nothing is left behind then.
    """
    with disk_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = folder.parent / f".{folder.name}.{os.getpid()}.new"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        try:
            yield temporary
            _swap(temporary, folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
            _remove_if_empty(folder.parent)


@contextmanager
def locked(market: Path) -> Iterator[None]:
    """Let one process at a time write to a market.

    Raises: DataError when the market's folder cannot be made.
    """
    with disk_errors(market):
        market.mkdir(parents=True, exist_ok=True)
        file = (market / ".lock").open("a")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def disk_errors(place: Path) -> Iterator[None]:
    """Turn a full disk and a forbidden place into one sentence.

    Raises: DataError.
    """
    try:
        yield
    except OSError as e:
        if e.errno in _DISK_FULL or "No space left" in str(e) or "File too large" in str(e):
            raise DataError(f"the disk is full while writing {place}; nothing was stored: free some space") from e
        if isinstance(e, PermissionError):
            raise DataError(f"{place} cannot be written: {e.strerror}; choose another folder with --home") from e
        raise


def _swap(temporary: Path, folder: Path) -> None:
    old = folder.parent / f".{folder.name}.old"
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    temporary.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _finish_replacements(market: Path) -> None:
    # a process that died between the two renames of a swap left the old series aside
    if not any(market.glob("*/.*.old")):
        return
    with locked(market):
        for old in market.glob("*/.*.old"):
            folder = old.parent / old.name.removeprefix(".").removesuffix(".old")
            if not folder.exists():
                old.rename(folder)


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _raw(bars: Bars, name: str) -> bytes:
    column, kind = name.split(".")
    return np.ascontiguousarray(getattr(bars, column), dtype="<i8" if kind == "i64" else "<f8").tobytes()
