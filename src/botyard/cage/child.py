"""The parent's side of the CPython cage: a fresh child per run, killed by the clock, heard through pipes of bounded size."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from botyard.cage import jail

MOST_ERRORS = 65_536  # bytes of stderr that are kept


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What a child may use."""

    seconds: float = 60.0  # by the wall's clock; the processor's is the same, rounded up
    memory_mib: int = 1024  # of address space
    most_output: int = 64 << 20  # bytes of stdout


@dataclass(frozen=True, slots=True)
class ChildAnswer:
    """What a child wrote. `error` says in words why it is not to be used."""

    output: bytes
    errors: str
    error: str = ""
    has_cage: bool = True  # False where the cage could not be closed: nothing untrusted was run


def run_caged(program: Path, arguments: Sequence[str], limits: ChildLimits, source: bytes = b"") -> ChildAnswer:
    """Run a trusted program that closes the cage (jail.py) before it runs what is not trusted.

    `source` is given on stdin. The child has no environment and an empty folder of its own.
    """
    command = [sys.executable, "-I", "-S", "-B", str(Path(jail.__file__).resolve()), str(limits.memory_mib),
               str(int(limits.seconds) + 1), str(program), *arguments]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="botyard-cage-") as folder:
        child = subprocess.Popen(  # noqa: S603 - this interpreter on files of ours
            command,
            cwd=folder,
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            close_fds=True,
        )
        try:
            output, errors, stopped = _listen(child, source, limits)
        finally:
            _kill(child)
    if stopped:
        return ChildAnswer(b"", errors, stopped)
    if child.returncode == jail.NO_CAGE:
        return ChildAnswer(b"", errors, "no cage: " + _last_line(errors), has_cage=False)
    if child.returncode != 0:
        return ChildAnswer(b"", errors, f"it ended with code {child.returncode}: {_last_line(errors)}")
    return ChildAnswer(output, errors)


def _listen(child: "subprocess.Popen[bytes]", source: bytes, limits: ChildLimits) -> tuple[bytes, str, str]:
    """Return stdout, stderr and why the child must be stopped, or "" when it ended by itself."""
    if child.stdin is None or child.stdout is None or child.stderr is None:
        return b"", "", "it has no pipes"
    deadline = time.monotonic() + limits.seconds
    heard: dict[int, bytearray] = {child.stdout.fileno(): bytearray(), child.stderr.fileno(): bytearray()}
    most = {child.stdout.fileno(): limits.most_output, child.stderr.fileno(): MOST_ERRORS}
    stopped = ""
    with selectors.DefaultSelector() as selector, child.stdin, child.stdout, child.stderr:
        for number in heard:
            selector.register(number, selectors.EVENT_READ)
        _give(child, source)
        while selector.get_map() and not stopped:
            left = deadline - time.monotonic()
            if left <= 0:
                stopped = f"it did not finish within {limits.seconds:g} s"
                break
            for key, _ in selector.select(left):
                data = os.read(key.fd, 65_536)
                if not data:
                    selector.unregister(key.fd)
                heard[key.fd] += data
                if len(heard[key.fd]) > most[key.fd]:
                    stopped = f"it wrote more than {most[key.fd]} bytes"
        out, errors = heard.values()
        if not stopped:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                stopped = f"it did not finish within {limits.seconds:g} s"
    return bytes(out), bytes(errors[:MOST_ERRORS]).decode(errors="replace"), stopped


def _give(child: "subprocess.Popen[bytes]", source: bytes) -> None:
    if child.stdin is None:
        return
    with contextlib.suppress(BrokenPipeError):  # it ended before it read all; its exit code says why
        child.stdin.write(source)
        child.stdin.close()


def _kill(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no message"])[-1][:300]
