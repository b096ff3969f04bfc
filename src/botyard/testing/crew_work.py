"""Work that worker processes can be given in tests: they import it by name."""

import os
import time
from collections.abc import Callable

from botyard.errors import DataError


def square(task: int, tell: Callable[[int], None]) -> int:
    """Answer with the square, after one unit of progress."""
    tell(1)
    return task * task


def answer_pid(task: int, tell: Callable[[int], None]) -> int:
    """Answer with the worker's process id; `task` is ignored."""
    del task, tell
    return os.getpid()


def refuse(task: int, tell: Callable[[int], None]) -> int:
    """Fail as a person could mend."""
    del tell
    raise DataError(f"task {task} has no bars")


def die(task: int, tell: Callable[[int], None]) -> int:
    """Die without a word, as a process does that the system kills."""
    del tell
    os._exit(task)


def sleep_long(task: int, tell: Callable[[int], None]) -> int:
    """Tell the process id as progress, then sleep for a minute."""
    tell(os.getpid())
    time.sleep(60)
    return task
