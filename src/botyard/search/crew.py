"""Worker processes for long jobs: hand out tasks, hear how far they are, stop at once.

A hand-made pool, because the standard ones either hang when a worker dies or finish their work before they stop.
Results do not depend on the number of workers: a task sees its own argument only.
"""

import contextlib
import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from multiprocessing import connection, resource_tracker
from typing import Any, Generic, TypeVar

from botyard.errors import BotyardError, InvariantError

Task = TypeVar("Task")
Answer = TypeVar("Answer")
Tell = Callable[[int], None]

PRELOAD = ("optuna", "llvmlite.binding", "botyard.search.tasks")
"""Loaded once by the server that workers are forked from, while the main process works on."""


def cpu_count() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Crew(Generic[Task, Answer]):
    """Runs `work(task, tell)` on tasks, in `workers` processes, or right here when one is enough.

    Use it as a context: leaving it ends the workers, whatever they are doing.
    """

    def __init__(self, work: Callable[[Task, Tell], Answer], workers: int) -> None:
        self._work = work
        self._waiting: list[tuple[int, Task]] = []
        self._submitted = 0
        self._workers: list[_Worker] = []
        if workers > 1:
            with _interrupts_wait():
                context = _context()
                self._workers = [_Worker(context, work) for _ in range(workers)]

    def __enter__(self) -> "Crew[Task, Answer]":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()

    def submit(self, task: Task) -> int:
        """Queue a task and return its number; an idle worker begins at once."""
        number = self._submitted
        self._submitted += 1
        self._waiting.append((number, task))
        self._hand_out()
        return number

    def results(self, tell: Tell) -> Iterator[tuple[int, Answer]]:
        """Yield (task number, answer) as they come; `tell` hears the units done.

        Raises: what the work raised, InvariantError when a worker died.
        """
        if not self._workers:
            while self._waiting:
                number, task = self._waiting.pop(0)
                yield number, self._work(task, tell)
            return
        while any(w.busy for w in self._workers):
            ready = connection.wait([w.pipe for w in self._workers if w.busy])
            for worker in [w for w in self._workers if w.pipe in ready]:
                kind, number, value = worker.receive()
                if kind == "progress":
                    tell(value)
                elif kind == "error":
                    raise value
                else:
                    self._hand_out()
                    yield number, value

    def _hand_out(self) -> None:
        for worker in self._workers:
            if self._waiting and not worker.busy:
                worker.send(*self._waiting.pop(0))


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, context: Any, work: Callable[[Any, Tell], Any]) -> None:
        self.pipe, theirs = context.Pipe()
        self.busy = False
        self._process = context.Process(target=_serve, args=(theirs, work), daemon=True)
        self._process.start()
        theirs.close()  # so that the worker's death shows as the end of the pipe

    def send(self, number: int, task: Any) -> None:
        self.pipe.send((number, task))
        self.busy = True

    def receive(self) -> tuple[str, int, Any]:
        try:
            kind, number, value = self.pipe.recv()
        except (EOFError, ConnectionResetError) as e:
            self._process.join()
            raise InvariantError(
                f"a worker process died (exit code {self._process.exitcode}); was it out of memory? try fewer workers"
            ) from e
        self.busy = kind == "progress"
        return kind, number, value

    def end(self) -> None:
        self._process.kill()  # nothing of a worker's is worth saving
        self._process.join()
        self.pipe.close()


def _context() -> Any:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # workers' matrices are small: threads wait more than they work
    methods = multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(list(PRELOAD))
    return context


@contextlib.contextmanager
def _interrupts_wait() -> Iterator[None]:
    # the server of the workers keeps this mask: Ctrl-C reaches the whole terminal, and the main process alone decides
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # starting it later would open the mask again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Any, work: Callable[[Any, Tell], Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process decides what an interrupt means
    with contextlib.suppress(EOFError, BrokenPipeError):  # the main process is gone
        while True:
            number, task = pipe.recv()

            def tell(units: int, number: int = number) -> None:
                pipe.send(("progress", number, units))

            try:
                message = ("done", number, work(task, tell))
            except BotyardError as e:
                message = ("error", number, e)
            except Exception:  # noqa: BLE001 — must reach the main process, whatever it is
                message = ("error", number, InvariantError(f"a worker failed:\n{traceback.format_exc()}"))
            pipe.send(message)
