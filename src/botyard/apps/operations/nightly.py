"""Once a UTC day, in a process of its own, `up` has all bots replayed, and tells of those that differ."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence

from botyard.apps import settings
from botyard.ports import Notifier

DAY_MS = 86_400_000


def command() -> list[str]:
    """Return the replay of all bots of this home, as a program reads it."""
    return [sys.executable, "-m", "botyard", "--home", str(settings.home()), "replay", "--json"]


class Nightly:
    """Starts the replay after midnight UTC and looks after it; never waits for it."""

    def __init__(
        self, say: Callable[[str], None], notifier: Notifier, now_ms: int, argv: Sequence[str] | None = None
    ) -> None:
        """argv: what is run; default: `command()`."""
        self._say = say
        self._notifier = notifier
        self._argv = argv
        self._day = now_ms // DAY_MS
        self._running: subprocess.Popen[str] | None = None

    def look(self, now_ms: int) -> None:
        """Start what is due, and tell what is done."""
        if self._running is not None and self._running.poll() is not None:
            self._tell(self._running)
            self._running = None
        if now_ms // DAY_MS > self._day and self._running is None:
            self._day = now_ms // DAY_MS
            argv = self._argv or command()
            self._running = subprocess.Popen(  # noqa: S603  (our own command)
                argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )

    def stop(self) -> None:
        """End a replay that is under way."""
        if self._running is not None:
            self._running.kill()
            self._running.communicate()
            self._running = None

    def _tell(self, done: "subprocess.Popen[str]") -> None:
        text, _ = done.communicate()
        try:
            found = json.loads(text)
        except ValueError:
            self._notifier.tell(f"the nightly replay failed with code {done.returncode}; see: botyard replay")
            return
        for one in found:
            if not one["is_equal"]:
                self._notifier.tell(
                    f"{one['bot']} does not decide as the engine does: {one['text']}; see: botyard replay {one['bot']}"
                )
        equal = sum(one["is_equal"] for one in found)
        self._say(f"replayed {len(found)} bot(s) over their live bars: {equal} decide as the engine does")
