"""Open a market by name."""

from pathlib import Path

from botyard.errors import UserError
from botyard.market import store
from botyard.market.demo import open_demo
from botyard.market.market import Market

NAMES = ("demo", "imported", "auto")


def market_folder(home: Path, name: str) -> Path:
    """Return where a market's bars are kept."""
    return home / "market" / name


def open_market(home: Path, name: str, now_ms: int) -> Market:
    """Open "demo", "imported", or, with "auto", the imported market if anything was imported.

    Raises: UserError when the name is unknown or nothing was imported.
    """
    if name not in NAMES:
        raise UserError(f"market {name!r} is not known; choose one of {', '.join(NAMES)}")
    imported = store.list_series(market_folder(home, "imported")) if name != "demo" else []
    if imported:
        return Market(folder=market_folder(home, "imported"), stored=tuple(imported))
    if name == "imported":
        raise UserError(
            "no bars have been imported yet: bring some with `botyard data import PATH`, "
            "or use the made-up ones with `--market demo`"
        )
    return open_demo(market_folder(home, "demo"), now_ms)
