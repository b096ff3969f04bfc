"""Bots in AWS that are halted, not closed yet, or silent: a bot with nothing to tell writes once an hour at least."""

from botyard.apps.operations import halts
from botyard.apps.operations.health import Alarm
from botyard.bot.limits import timeframe_ms
from botyard.ports import FleetStore
from botyard.records.fleet import BotRecord

QUIET_MS = 3_600_000
MOST_BARS_LATE = 3


def alarms(store: FleetStore, now_ms: int) -> list[Alarm]:
    """Say what is wrong with the living bots."""
    found = [_alarm(store, bot, now_ms) for bot in store.bots() if bot.status != "killed"]
    return [one for one in found if one is not None]


def _alarm(store: FleetStore, bot: BotRecord, now_ms: int) -> Alarm | None:
    if bot.status == "halted":
        halt = halts.of(bot.reason)
        return Alarm(halt.code, bot.name, f"halted: {bot.reason}", halt.remedy.format(bot=bot.name))
    if bot.status == "killing":
        remedy = f"botyard kill {bot.name} again; if it stays so, close the position by hand"
        return Alarm("killing", bot.name, f"is not closed yet: {bot.reason}", remedy)
    kept = store.snapshot(bot.name)
    last_ms = bot.live_from_ms if kept is None else kept.last_bar_ms
    late_ms = now_ms - last_ms - timeframe_ms(bot)
    if late_ms <= QUIET_MS + MOST_BARS_LATE * timeframe_ms(bot):
        return None
    text = f"has told nothing of the last {late_ms // 60_000} minutes"
    return Alarm("ticks-stopped", bot.name, text, f"botyard aws logs {bot.name}; is its rule there and enabled?")
