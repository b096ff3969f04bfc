"""Progress of a long job: what is shown is tested with the commands; here, that Ctrl-C always ends it."""

import contextlib
import os
import signal

import pytest

from botyard.apps.cli.progress import LineProgress, TerminalProgress


@pytest.mark.parametrize("kind", [LineProgress, TerminalProgress])
@pytest.mark.parametrize("step", ["start", "advance", "finish"])
def test_an_interrupt_that_was_swallowed_ends_the_job_at_its_next_step(kind, step):
    before = signal.getsignal(signal.SIGINT)
    words = {"start": ("b", 1), "advance": ("a", 1), "finish": ("a", "done")}[step]
    with kind() as shown:
        shown.start("a", 2)
        shown.advance("a")
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            getattr(shown, step)(*words)
    assert signal.getsignal(signal.SIGINT) is before
