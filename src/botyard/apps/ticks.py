"""Wake a bot of this home, or end it."""

import dataclasses
from collections.abc import Callable

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.clock.system import SystemClock
from botyard.adapters.fleet_store.sqlite import local_owner
from botyard.apps import bots
from botyard.apps.operations import halts, outer_limits
from botyard.bot import folds
from botyard.bot.deployed import Deployed, load_settings
from botyard.bot.guards.halting import halt
from botyard.bot.limits import timeframe_ms
from botyard.bot.session import Ports, TickReport
from botyard.bot.tick import tick
from botyard.errors import ConfigError, RetryableError
from botyard.ports import Clock, FleetStore, MarketData, Notifier
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
        return halt(bot, ports.store, ports.notifier, ports.clock.now_ms(), e)
    return tick(bot.name, deployed, ports, local_owner())


def wake(
    bot: BotRecord,
    store: FleetStore,
    notifier: Notifier,
    *,
    clock: Clock | None = None,
    market: Callable[[], MarketData | None] = lambda: None,
) -> TickReport:
    """Wire a bot and tick it once; what it needs and has not, such as its keys, halts it with the remedy.

    market: finds the bars where somebody has them at hand already.
    Raises: whatever else goes wrong in the wiring.
    """
    try:
        with bots.opened(bot, store, notifier, clock=clock, market=market()) as ports:
            return tick_bot(bot, ports)
    except ConfigError as e:
        return halt_for(bot.name, store, notifier, e)
    except RetryableError as e:
        return TickReport(bot.name, bot.status, f"not done: {e}", is_done=False)


def halt_for(name: str, store: FleetStore, notifier: Notifier, error: ConfigError) -> TickReport:
    """Halt a bot that cannot be woken, with the reason and what to do."""
    why = ConfigError(f"{error}; {halts.of(str(error)).remedy.format(bot=name)}")
    return halt(store.bot(name), store, notifier, SystemClock().now_ms(), why)


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
    return wake(bot, store, notifier, clock=clock)
