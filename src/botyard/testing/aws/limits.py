"""Start a program as a container would: with an environment of its own and no more memory than it is given."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO


def start(
    command: Sequence[str],
    *,
    memory_mb: int,
    environment: Mapping[str, str],
    log: IO[bytes],
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start the command; whoever asks for more than `memory_mb` MiB of data is refused it, as malloc is.

    AWS kills the whole container there; a Python program ends with MemoryError, which is the same exit to us.
    """
    limited = ["sh", "-c", 'ulimit -d "$0" && exec "$@"', str(memory_mb * 1024), *command]
    return subprocess.Popen(  # noqa: S603  (the emulator's own commands)
        limited,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC", **environment},
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=folder,
    )
