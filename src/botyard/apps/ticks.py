"""Wake a bot of this home, or end it."""

import dataclasses

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.fleet_store.sqlite import local_owner
from botyard.apps import bots
from botyard.apps.operations import outer_limits
from botyard.bot import folds
from botyard.bot.deployed import Deployed, load_settings
from botyard.bot.limits import timeframe_ms
from botyard.bot.session import Ports
from botyard.bot.tick import TickReport, halt, tick
from botyard.errors import ConfigError
from botyard.ports import FleetStore, Notifier
from botyard.records.fleet import BotRecord


def tick_bot(bot: BotRecord, ports: Ports) -> TickReport:
    """Tick a bot of this home once; a bundle that cannot be loaded halts it."""
    bot = ports.store.bot(bot.name)  # as it is now
    try:
        if bot.status == "killing":
            deployed = Deployed(load_settings(bots.bundle(bot)), None, "")
        else:
            deployed = bots.load(bots.bundle(bot), bot.code_hash)
            ports = dataclasses.replace(ports, limits=outer_limits.of_mode(bot.mode))
    except ConfigError as e:
        return halt(bot, ports, e)
    return tick(bot.name, deployed, ports, local_owner())


def kill(store: FleetStore, name: str, notifier: Notifier) -> TickReport:
    """End a bot: its orders cancelled, its position closed. Persists until done, whoever ticks next."""
    bot = store.bot(name)
    if bot.status == "killed":
        return TickReport(name, "killed", f"killed before: {bot.reason}")
    bot = bots.set_status(store, name, "killing", "killed by a person", ("running", "paused", "halted"))
    clock = None
    if bot.feed == "stored":  # its time is that of its last bar, not the wall's
        known = folds.current_ledger(store, bot, load_settings(bots.bundle(bot)).rules.instrument).last_bar_ms
        clock = ReplayClock((bot.live_from_ms if known is None else known) + timeframe_ms(bot))
    with bots.opened(bot, store, notifier, clock=clock) as ports:
        return tick_bot(bot, ports)
