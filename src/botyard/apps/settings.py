"""What the environment says: one place that reads it."""

import os
from pathlib import Path

_overrides: dict[str, Path] = {}


def use_home(path: Path) -> None:
    """Keep everything of this process under `path`."""
    _overrides["home"] = path


def home() -> Path:
    """Return the folder that bars, runs and bots live in: --home, else BOTYARD_HOME, else ~/.botyard."""
    chosen = _overrides.get("home") or os.environ.get("BOTYARD_HOME")
    return Path(chosen).expanduser().resolve() if chosen else Path.home() / ".botyard"
