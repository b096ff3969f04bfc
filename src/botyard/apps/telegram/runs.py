"""The line of runs: one at a time, its progress in one message that is edited, its findings in the chat."""

import asyncio
import multiprocessing
import os
import signal
import time
from multiprocessing import connection
from typing import TYPE_CHECKING

from botyard.apps import pictures, run_folders, settings
from botyard.apps.telegram.findings import findings
from botyard.apps.telegram.memory import Memory, Waiting
from botyard.apps.telegram.messenger import Messenger
from botyard.apps.telegram.reply import Reply
from botyard.apps.telegram.worker import work
from botyard.errors import BotyardError

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from botyard.apps.telegram.desk import Desk

EDIT_SECONDS = 3.0
IDLE_SECONDS = 0.5
AFTERWARDS_SECONDS = 1.0  # that a process may take to end by itself
END_SECONDS = 10.0
STAGES = ("designer", "selector", "researcher", "deployer")


class Line:
    """Takes runs from the memory, first come first, for as long as the chat lives."""

    def __init__(self, memory: Memory, messenger: Messenger, desk: "Desk") -> None:
        self._memory = memory
        self._messenger = messenger
        self._desk = desk

    async def work(self) -> None:
        """Go on with what waits, for ever."""
        while True:
            waiting = self._memory.waiting()
            if waiting:
                await self._carry_out(waiting[0])
            else:
                await asyncio.sleep(IDLE_SECONDS)

    async def _carry_out(self, waiting: Waiting) -> None:
        board = _Board(waiting, self._memory, self._messenger)
        await board.open()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(settings.home(), waiting.run_id, theirs))
        process.start()
        theirs.close()
        error = "its process died; it is gone on with at the next start"
        try:
            while True:
                found = await asyncio.to_thread(_receive, ours)
                if found is None:
                    break
                kind, task, value = found
                if kind == "tell":
                    await self._messenger.send(waiting.chat, Reply(str(value)))
                    ours.send("sent")
                elif kind in ("end", "error"):
                    error = str(value)
                    break
                else:
                    await board.hear(kind, task, value)
        finally:
            _end(process)
            ours.close()
        await board.close()
        self._memory.done(waiting.run_id)
        await self._tell_findings(waiting, error)

    async def _tell_findings(self, waiting: Waiting, error: str) -> None:
        from botyard.pipeline import load_result

        chat = waiting.chat
        try:
            record, artifacts = run_folders.load(waiting.run_id)
            result = load_result(record, artifacts)
        except BotyardError as e:
            await self._messenger.send(chat, Reply(f"{waiting.run_id}: {e}"))
            return
        if error:
            again = f" Go on with it: botyard pipeline --resume {record.run_id}" if record.outcome != "rejected" else ""
            await self._messenger.send(chat, Reply(f"{record.run_id} ended early: {error}.{again}"))
            return
        picture = b""
        if result.research is not None:
            picture = await asyncio.to_thread(pictures.research_picture, result.research)
        for reply in findings(result, artifacts, self._desk, picture):
            await self._messenger.send(chat, reply)


class _Board:
    """The message that shows how far a run is."""

    def __init__(self, waiting: Waiting, memory: Memory, messenger: Messenger) -> None:
        self._waiting = waiting
        self._memory = memory
        self._messenger = messenger
        self._message = waiting.message
        self._finished: dict[str, str] = {}
        self._tasks: dict[str, list[int]] = {}  # done, total
        self._edited = 0.0

    async def open(self) -> None:
        """Show the board; one that a restart left behind is gone on with."""
        if self._message:
            await self._messenger.send(
                self._waiting.chat, Reply(f"{self._waiting.run_id}: I was restarted and go on with it.")
            )
            return
        self._message = await self._messenger.send(self._waiting.chat, Reply(self._text()))
        self._memory.set_message(self._waiting.run_id, self._message)

    async def hear(self, kind: str, task: str, value: object) -> None:
        """Take in what the run says; show it, but not too often."""
        if kind == "start":
            self._tasks[task] = [0, int(str(value))]
        elif kind == "advance" and task in self._tasks:
            self._tasks[task][0] += int(str(value))
        elif kind == "finish":
            self._tasks.pop(task, None)
            self._finished[task] = str(value)
        if kind == "finish" or time.monotonic() - self._edited > EDIT_SECONDS:
            await self._show()

    async def close(self) -> None:
        """Show the last state."""
        self._tasks.clear()
        await self._show()

    async def _show(self) -> None:
        self._edited = time.monotonic()
        await self._messenger.edit(self._waiting.chat, self._message, Reply(self._text()))

    def _text(self) -> str:
        lines = [self._waiting.run_id]
        lines += [f"✓ {task}: {text}" for task, text in self._finished.items()]
        lines += [f"… {task}: {done} of {total}" for task, (done, total) in self._tasks.items()]
        if not self._tasks:
            lines += [f"○ {stage}" for stage in STAGES if stage not in self._finished]
        return "\n".join(lines)


def _end(process: "SpawnProcess") -> None:
    # a run that was cut short is saved as interrupted and can be gone on with
    process.join(AFTERWARDS_SECONDS)
    if process.is_alive() and process.pid is not None:
        os.kill(process.pid, signal.SIGINT)
        process.join(END_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()


def _receive(pipe: connection.Connection) -> tuple[str, str, object] | None:
    try:
        kind, task, value = pipe.recv()
    except (EOFError, OSError):
        return None
    return kind, task, value
