"""One run in a process of its own: what it says goes through a pipe, and it ends when the chat's process does."""

import os
import signal
import threading
from contextlib import suppress
from multiprocessing import connection, parent_process
from pathlib import Path

from botyard.apps import launch, run_folders, settings
from botyard.errors import BotyardError

ACKNOWLEDGED_SECONDS = 60.0


class PipeProgress:
    """The Progress port into a pipe."""

    def __init__(self, pipe: connection.Connection) -> None:
        self._pipe = pipe

    def start(self, task: str, total: int) -> None:
        """Say that a task begins."""
        self._pipe.send(("start", task, total))

    def advance(self, task: str, by: int = 1) -> None:
        """Say that so many units are done."""
        self._pipe.send(("advance", task, by))

    def finish(self, task: str, text: str) -> None:
        """Say what came out."""
        self._pipe.send(("finish", task, text))


class PipeNotifier:
    """The Notifier port into a pipe. It waits until the chat has sent the text: a plan is read before it is applied."""

    def __init__(self, pipe: connection.Connection) -> None:
        self._pipe = pipe

    def tell(self, text: str) -> None:
        """Pass a text on; without an answer the run goes on all the same."""
        self._pipe.send(("tell", "", text))
        if self._pipe.poll(ACKNOWLEDGED_SECONDS):
            self._pipe.recv()


def work(home: Path, run_id: str, pipe: connection.Connection) -> None:
    """Carry a run out, and say at the end how it went: ("end", "", "") or ("error", "", what is wrong)."""
    settings.use_home(home)
    _end_with_the_parent()
    try:
        record, artifacts = run_folders.load(run_id)
        launch.carry_out(record, artifacts, PipeProgress(pipe), notifier=PipeNotifier(pipe))
    except BotyardError as e:
        pipe.send(("error", "", str(e)))
    except KeyboardInterrupt:
        with suppress(OSError):  # nobody may listen any more
            pipe.send(("error", "", "interrupted"))
    else:
        pipe.send(("end", "", ""))


def _end_with_the_parent() -> None:
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGINT)  # the run is saved as interrupted, and can be gone on with

    threading.Thread(target=watch, daemon=True).start()
