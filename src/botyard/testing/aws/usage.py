"""What a process has used so far, by Linux's own count."""

import contextlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Usage:
    """What an invocation took. A duration is a clock's, on this machine; processor time is all its threads' own."""

    init_ms: float = 0.0  # from the start of the process to its first question for work; 0 when it was warm
    duration_ms: float = 0.0  # from the event to the answer
    init_cpu_ms: float = 0.0
    cpu_ms: float = 0.0
    memory_mb: float = 0.0  # the most that the process ever held


def cpu_ms(pid: int) -> float:
    """Return the processor time of all threads of a process, 0 when it is gone."""
    total = 0
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                total += int((thread / "schedstat").read_text().split()[0])
    return total / 1e6


def memory_mb(pid: int) -> float:
    """Return the most memory that a process has held resident, 0 when it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0
