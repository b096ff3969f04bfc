"""How the fleet is: which bots run, when each last ticked, and everything that is wrong, with its remedy."""

import fcntl
from dataclasses import dataclass, replace

from botyard.apps import settings
from botyard.apps.operations import halts
from botyard.bot.limits import timeframe_ms
from botyard.ports import FleetStore
from botyard.records.fleet import BotRecord, Status

MOST_BARS_LATE = 3
LOCK = "up.lock"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong now. `bot` is empty where it is the whole fleet's."""

    code: str
    bot: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class BotHealth:
    """One bot: what it is, and how long ago the bar closed that it last decided on."""

    bot: str
    symbol: str
    timeframe: str
    mode: str
    feed: str
    status: Status
    reason: str
    last_tick_ms: int | None
    last_bar_ms: int | None
    age_ms: int | None  # since the last bar's close; None for stored bars, whose time stands still
    alarm: Alarm | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """The fleet at a moment."""

    at_ms: int
    is_up: bool
    bots: tuple[BotHealth, ...]
    alarms: tuple[Alarm, ...]


def examine(store: FleetStore, now_ms: int) -> Health:
    """Look at every bot that is not killed."""
    found = tuple(_look(store, bot, now_ms) for bot in store.bots() if bot.status != "killed")
    alarms = [one.alarm for one in found if one.alarm is not None]
    is_up = is_scheduler_up()
    waiting = [one.bot for one in found if one.feed == "live"]
    if waiting and not is_up:
        text = f"nobody ticks the {len(waiting)} bot(s) that follow the live feed"
        alarms.insert(0, Alarm("scheduler-down", "", text, "start botyard up (as a service: docs/running.md)"))
    return Health(now_ms, is_up, found, tuple(alarms))


def is_scheduler_up() -> bool:
    """Whether a `botyard up` runs for this home."""
    try:
        handle = (settings.home() / LOCK).open("r")
    except OSError:
        return False
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _look(store: FleetStore, bot: BotRecord, now_ms: int) -> BotHealth:
    kept = store.snapshot(bot.name)
    recent = list(store.entries(bot.name, kept.sequence - 1)) if kept else []
    last_bar_ms = max((e.bar_ms for e in recent if e.kind == "decision"), default=None)
    age_ms = None
    if bot.feed == "live":
        before_ms = bot.live_from_ms - timeframe_ms(bot) if last_bar_ms is None else last_bar_ms
        age_ms = max(0, now_ms - before_ms - timeframe_ms(bot))
    one = BotHealth(
        bot=bot.name,
        symbol=bot.symbol,
        timeframe=bot.timeframe,
        mode=bot.mode,
        feed=bot.feed,
        status=bot.status,
        reason=bot.reason,
        last_tick_ms=max((e.at_ms for e in recent), default=None),
        last_bar_ms=last_bar_ms,
        age_ms=age_ms,
    )
    return replace(one, alarm=_alarm(bot, age_ms))


def _alarm(bot: BotRecord, age_ms: int | None) -> Alarm | None:
    if bot.status == "halted":
        halt = halts.of(bot.reason)
        return Alarm(halt.code, bot.name, f"halted: {bot.reason}", halt.remedy.format(bot=bot.name))
    if bot.status == "killing":
        remedy = f"keep botyard up running, or: botyard kill {bot.name}; if it stays so, close the position by hand"
        return Alarm("killing", bot.name, f"is not closed yet: {bot.reason}", remedy)
    if age_ms is not None and age_ms > MOST_BARS_LATE * timeframe_ms(bot):
        text = f"has not ticked for {age_ms // timeframe_ms(bot)} bars of {bot.timeframe}"
        remedy = f"botyard up must run and reach the bars; see logs/botyard.log in the home and: botyard why {bot.name}"
        return Alarm("ticks-stopped", bot.name, text, remedy)
    return None
