"""The fleet of the home folder: its stores, its bots' ports, and what a person may do to a bot."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from botyard.adapters.clock.system import SystemClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet, local_owner
from botyard.adapters.market_data.columns import ColumnMarketData
from botyard.adapters.venue.paper import PaperVenue
from botyard.apps import settings
from botyard.bot import folds
from botyard.bot.deployed import Deployed, load_deployed, load_settings
from botyard.bot.session import Ports
from botyard.bot.tick import TickReport, halt, tick
from botyard.errors import ConfigError, RetryableError, UserError
from botyard.ports import Clock, FleetStore, MarketData, Notifier
from botyard.records.fleet import BotRecord, Status

TRIES = 5


def open_fleet(*, durable: bool = True) -> SqliteFleet:
    """Open the home's fleet."""
    return SqliteFleet(settings.home() / "fleet.db", durable=durable)


def bundle(bot: BotRecord) -> Path:
    """Return where the bot's bundle is unpacked."""
    return Path(bot.bundle)


@lru_cache(maxsize=4096)
def load(folder: Path, code_hash: str) -> Deployed:  # noqa: ARG001  (another code is another entry)
    """Load a bundle once per process. Raises: ConfigError."""
    return load_deployed(folder)


@contextmanager
def opened(
    bot: BotRecord,
    store: FleetStore,
    notifier: Notifier,
    *,
    clock: Clock | None = None,
    market: MarketData | None = None,
    durable: bool = True,
) -> Iterator[Ports]:
    """Wire a paper bot for as long as it is needed.

    Raises: ConfigError when its bundle cannot be read.
    """
    known = load_settings(bundle(bot))
    wall = SystemClock()
    venue = PaperVenue(settings.home() / "paper.db", bot.name, known.rules, durable=durable)
    try:
        yield Ports(
            store=store,
            venue=venue,
            market=market or ColumnMarketData(settings.home() / "market" / known.market),
            clock=clock or wall,
            wall=wall,
            notifier=notifier,
        )
    finally:
        venue.close()


def tick_bot(bot: BotRecord, ports: Ports) -> TickReport:
    """Tick a bot of this home once; a bundle that cannot be loaded halts it."""
    bot = ports.store.bot(bot.name)  # as it is now
    try:
        if bot.status == "killing":
            deployed = Deployed(load_settings(bundle(bot)), None, "")
        else:
            deployed = load(bundle(bot), bot.code_hash)
    except ConfigError as e:
        return halt(bot, ports, e)
    return tick(bot.name, deployed, ports, local_owner())


def set_status(store: FleetStore, name: str, to: Status, reason: str, allowed: tuple[Status, ...]) -> BotRecord:
    """Move a bot to a status from one of those that allow it; already there is no error.

    Raises: NotFound; UserError from any other status.
    """
    for _ in range(TRIES):
        bot = store.bot(name)
        if bot.status == to:
            return bot
        if bot.status not in allowed:
            raise UserError(f"bot {name} is {bot.status} ({bot.reason}); only {' or '.join(allowed)} bots can be {to}")
        try:
            store.set_status(name, to, reason, expected=bot.status, at_ms=SystemClock().now_ms())
        except RetryableError:
            continue  # a tick changed it in between
        return store.bot(name)
    raise RetryableError(f"the status of {name} keeps changing; try again")


def pause(store: FleetStore, name: str) -> BotRecord:
    """No more entries; exits and stops go on."""
    return set_status(store, name, "paused", "paused by a person", ("running",))


def resume(store: FleetStore, name: str) -> BotRecord:
    """Trade again."""
    return set_status(store, name, "running", "resumed by a person", ("paused", "halted"))


def kill(store: FleetStore, name: str, notifier: Notifier) -> TickReport:
    """End a bot: its orders cancelled, its position closed. Persists until done, whoever ticks next."""
    bot = store.bot(name)
    if bot.status == "killed":
        return TickReport(name, "killed", f"killed before: {bot.reason}")
    bot = set_status(store, name, "killing", "killed by a person", ("running", "paused", "halted"))
    clock = None
    if bot.feed == "stored":  # its time is that of its last bar, not the wall's
        from botyard.adapters.clock.replay import ReplayClock
        from botyard.bot.limits import timeframe_ms

        known = folds.current_ledger(store, bot, load_settings(bundle(bot)).rules.instrument).last_bar_ms
        clock = ReplayClock((bot.live_from_ms if known is None else known) + timeframe_ms(bot))
    with opened(bot, store, notifier, clock=clock) as ports:
        return tick_bot(bot, ports)
