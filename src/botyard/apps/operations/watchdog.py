"""Pages a person when ticks stop, once, and says when they go on.

It looks at the fleet's file from outside the ticking loop: in a thread of `botyard up`, which sees a loop that hangs,
and in `botyard status --tell`, for a timer that sees a machine on which `up` itself is gone. What was told is kept
in a file, so that both together tell it once.
"""

import fcntl
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from botyard.adapters.clock.system import SystemClock
from botyard.apps import bots, settings
from botyard.apps.operations import health
from botyard.apps.operations.health import Alarm, Health
from botyard.ports import Notifier

FIRST_SECONDS = 60.0  # a fleet that was off is given so long to catch up
EVERY_SECONDS = 15.0
PAGED = ("ticks-stopped", "scheduler-down")  # halts are told by the tick that halts
NAMED = 5


def tell(found: Health, notifier: Notifier) -> list[str]:
    """Tell what stopped since the last look, and what goes on again; return the messages."""
    with _told() as told:
        now = {_key(alarm): alarm for alarm in found.alarms if alarm.code in PAGED}
        new = [alarm for key, alarm in now.items() if key not in told]
        over = [key for key in told if key not in now]
        messages = [_page(new)] if new else []
        well = {"": found.is_up} | {one.bot: one.alarm is None for one in found.bots}
        names = [told[key] for key in over if well.get(told[key])]
        if names:
            messages.append(_recovered(names))
        for message in messages:
            notifier.tell(message)
        for key in over:
            del told[key]
        told.update({_key(alarm): alarm.bot for alarm in new})
    return messages


@contextmanager
def watching(
    notifier: Notifier,
    on_error: Callable[[Exception], None],
    *,
    first_seconds: float = FIRST_SECONDS,
    every_seconds: float = EVERY_SECONDS,
) -> Iterator[None]:
    """Look at the fleet in a thread of its own until the block ends."""
    end = threading.Event()

    def watch() -> None:
        seconds = first_seconds
        while not end.wait(seconds):
            seconds = every_seconds
            try:
                look(notifier)
            except Exception as e:  # noqa: BLE001  (a watchdog that dies watches nothing)
                on_error(e)

    thread = threading.Thread(target=watch, name="watchdog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join(timeout=10.0)


def look(notifier: Notifier) -> list[str]:
    """Open the fleet, look once and tell. Raises: UserError, RetryableError."""
    store = bots.open_fleet()
    try:
        return tell(health.examine(store, SystemClock().now_ms()), notifier)
    finally:
        store.close()


def _key(alarm: Alarm) -> str:
    return f"{alarm.code}/{alarm.bot}"


def _page(alarms: list[Alarm]) -> str:
    down = [alarm for alarm in alarms if not alarm.bot]
    late = [alarm for alarm in alarms if alarm.bot]
    if len(alarms) == 1:
        one = alarms[0]
        return f"ALARM: {(one.bot + ' ') if one.bot else ''}{one.text}; {one.remedy}"
    said = [alarm.text for alarm in down]
    if late:
        said.append(f"{len(late)} bot(s) have not ticked for more than {health.MOST_BARS_LATE} bars: {_names(late)}")
    return f"ALARM: {'; '.join(said)}; {(down or late)[0].remedy}"


def _names(alarms: list[Alarm]) -> str:
    names = ", ".join(alarm.bot for alarm in alarms[:NAMED])
    return names + (f" and {len(alarms) - NAMED} more" if len(alarms) > NAMED else "")


def _recovered(names: list[str]) -> str:
    bots_ = [name for name in names if name]
    said = ["botyard up runs again"] if "" in names else []
    if bots_:
        shown = ", ".join(bots_[:NAMED]) + (f" and {len(bots_) - NAMED} more" if len(bots_) > NAMED else "")
        said.append(f"{shown} {'tick' if len(bots_) > 1 else 'ticks'} again")
    return "over: " + "; ".join(said)


@contextmanager
def _told() -> Iterator[dict[str, str]]:
    # what was told and is not over yet: alarm -> bot
    place = settings.home() / "watchdog.json"
    with (settings.home() / "watchdog.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = _read(place)
        before = dict(told)
        yield told
        if told != before:
            draft = place.with_suffix(".draft")
            draft.write_text(json.dumps(told), encoding="utf-8")
            draft.replace(place)


def _read(place: Path) -> dict[str, str]:
    try:
        return dict(json.loads(place.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
