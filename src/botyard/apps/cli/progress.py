"""The Progress port on a terminal and in a log."""

import signal
import threading
import time
from types import TracebackType
from typing import Any, Self

from botyard.apps.cli.console import err


class _Interruptible:
    """Ctrl-C while it is entered ends the job, at its next step at the latest.

    Compiled code that is being imported may drop the KeyboardInterrupt that falls into it.
    """

    _before: Any = None
    _is_interrupted = False

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _interrupt(self, *_: object) -> None:
        self._is_interrupted = True
        raise KeyboardInterrupt

    def _heed(self) -> None:
        if self._is_interrupted:
            raise KeyboardInterrupt


class TerminalProgress(_Interruptible):
    """One bar per task, with counts and time left; shown on standard error."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self._bars = RichProgress(
            TextColumn("{task.description:<34}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=err(),
            transient=True,
        )
        self._ids: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._bars.stop()

    def start(self, task: str, total: int) -> None:
        """Show a new bar."""
        self._heed()
        self._ids[task] = self._bars.add_task(task, total=total)

    def advance(self, task: str, by: int = 1) -> None:
        """Move a bar."""
        self._heed()
        if task in self._ids:
            from rich.progress import TaskID

            self._bars.advance(TaskID(self._ids[task]), by)

    def finish(self, task: str, text: str) -> None:
        """Replace a bar by its result."""
        self._heed()
        if task in self._ids:
            from rich.progress import TaskID

            self._bars.remove_task(TaskID(self._ids.pop(task)))
        from rich.markup import escape

        self._bars.console.print(f"[green]✓[/] {escape(task):<22} {escape(text)}")


class LineProgress(_Interruptible):
    """Plain lines, at most one every few seconds per task."""

    def __init__(self, every_seconds: float = 5.0) -> None:
        self._every = every_seconds
        self._tasks: dict[str, list[float]] = {}  # total, done, started, last said

    def start(self, task: str, total: int) -> None:
        """Say that a task begins."""
        self._heed()
        now = time.monotonic()
        self._tasks[task] = [float(total), 0.0, now, now]
        self._line(f"{task}: 0/{total}")

    def advance(self, task: str, by: int = 1) -> None:
        """Say how far a task is, now and then."""
        self._heed()
        if task not in self._tasks:
            return
        state = self._tasks[task]
        state[1] += by
        now = time.monotonic()
        if now - state[3] >= self._every:
            state[3] = now
            left = (now - state[2]) / state[1] * (state[0] - state[1]) if state[1] else 0.0
            self._line(f"{task}: {state[1]:.0f}/{state[0]:.0f}, about {left:.0f} s left")

    def finish(self, task: str, text: str) -> None:
        """Say what came out."""
        self._heed()
        self._tasks.pop(task, None)
        self._line(f"{task}: {text}")

    def _line(self, text: str) -> None:
        err().print(text, markup=False)


def progress() -> TerminalProgress | LineProgress:
    """Choose by whether a person watches."""
    return TerminalProgress() if err().is_terminal else LineProgress()
