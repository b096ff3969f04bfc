"""Run `botyard` as a person would: a process of its own, a fresh home, an empty folder."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Done:
    """What a finished command left."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The error in one line, as a person reads it."""
        return " ".join(self.err.split())


@dataclass(frozen=True, slots=True)
class Command:
    """`botyard` with its own home."""

    home: Path
    extra: tuple[tuple[str, str], ...] = ()  # environment variables on top

    def run(self, *words: str, typed: str = "", max_file_bytes: int | None = None, timeout: float = 300) -> Done:
        """Run to the end; `max_file_bytes` plays a full disk."""
        done = subprocess.run(  # noqa: S603  (our own command)
            self._argv(words),
            capture_output=True,
            text=True,
            input=typed,
            env=self._environment(),
            cwd=self._folder(),
            timeout=timeout,
            check=False,
            preexec_fn=_limit(max_file_bytes) if max_file_bytes else None,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start it and return at once."""
        return subprocess.Popen(  # noqa: S603  (our own command)
            self._argv(words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment(),
            cwd=self._folder(),
            start_new_session=True,
        )

    def _argv(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "botyard", *words]

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("BOTYARD_", "COLUMNS"))}
        return kept | {"HOME": str(self.home / "user"), "BOTYARD_HOME": str(self.home / "botyard")} | dict(self.extra)

    def _folder(self) -> Path:
        folder = self.home / "empty"
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _limit(size: int) -> Callable[[], None]:
    def apply() -> None:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails instead of killing the process
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return apply
