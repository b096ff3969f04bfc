"""The fleet of the home folder: its stores, its bots' ports, and the statuses a person may give."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from botyard.adapters.clock.system import SystemClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.adapters.market_data.columns import ColumnMarketData
from botyard.adapters.notifier.console import ConsoleNotifier
from botyard.adapters.venue.paper import PaperVenue
from botyard.apps import settings
from botyard.apps.operations import outer_limits
from botyard.bot.deployed import SETTINGS_FILE, Deployed, load_deployed, load_settings
from botyard.bot.session import Ports
from botyard.bot.tick import TickReport
from botyard.errors import RetryableError, UserError
from botyard.ports import Clock, FleetStore, MarketData, Notifier
from botyard.records.deployment import BundleSettings
from botyard.records.fleet import BotRecord, Status

TRIES = 5
STORED = ("demo", "imported")  # markets on disk; any other name is a venue that bars come from


def open_fleet(*, durable: bool = True) -> SqliteFleet:
    """Open the home's fleet."""
    return SqliteFleet(settings.home() / "fleet.db", durable=durable)


class OpenFleet(FleetStore, Protocol):
    """A fleet that somebody opened and will close."""

    def close(self) -> None:
        """Close it."""
        ...


def open_store() -> OpenFleet:
    """Open the fleet that is meant: the home's, or with BOTYARD_HOME=aws the one in AWS.

    Raises: NotFound when nothing is deployed there; UserError, ConfigError.
    """
    if settings.is_aws():
        from botyard.apps.aws.fleet import table

        return table.open_fleet()
    return open_fleet()


def bundle(bot: BotRecord) -> Path:
    """Return where the bot's bundle is unpacked. Raises: ConfigError for one in AWS that is gone."""
    if bot.bundle.startswith("s3://"):
        from botyard.apps.aws.fleet import bundles

        return bundles.folder(bot.bundle)
    return Path(bot.bundle)


@lru_cache(maxsize=4096)
def load(folder: Path, code_hash: str) -> Deployed:  # noqa: ARG001  (another code is another entry)
    """Load a bundle once per process. Raises: ConfigError."""
    return load_deployed(folder)


def known(bot: BotRecord) -> BundleSettings:
    """Return the settings of a bot's bundle, read once as long as the file stays as it is. Raises: ConfigError."""
    folder = bundle(bot)
    try:
        found = (folder / SETTINGS_FILE).stat()
    except OSError:
        return load_settings(folder)  # says what is wrong
    return _known(folder, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4096)
def _known(folder: Path, _mtime_ns: int, _size: int) -> BundleSettings:
    return load_settings(folder)


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
    """Wire a bot for as long as it is needed.

    Raises: ConfigError when its bundle cannot be read, or it needs a venue's keys that are not there.
    """
    settings_ = known(bot)
    if settings_.market not in STORED:
        from botyard.apps.exchanges import venues  # ccxt: only where an exchange is spoken to

        with venues.opened(bot, settings_, store, notifier, market=market, our_clock=clock, durable=durable) as ports:
            yield ports
        return
    wall = SystemClock()
    venue = PaperVenue(settings.home() / "paper.db", bot.name, settings_.rules, settings_.timeframe, durable=durable)
    try:
        yield Ports(
            store=store,
            venue=venue,
            market=market or ColumnMarketData(settings.home() / "market" / settings_.market),
            clock=clock or wall,
            wall=wall,
            notifier=notifier,
        )
    finally:
        venue.close()


def held_lots(bot: BotRecord, store: FleetStore) -> int | None:
    """Return the signed lots that the bot's account holds; None where nobody can be asked any more.

    Raises: ConfigError, RetryableError.
    """
    if settings.is_aws():
        from botyard.apps.aws.fleet import control

        return control.held_lots(bot.name)
    with opened(bot, store, ConsoleNotifier()) as ports:
        return ports.venue.held_lots(bot.symbol)


def kill(store: FleetStore, name: str, notifier: Notifier) -> TickReport:
    """End a bot: its orders cancelled, its position closed, in AWS its stack deleted; gone on with until it is done.

    Raises: NotFound, ConfigError, RetryableError.
    """
    from botyard.apps import ticks

    if not settings.is_aws():
        return ticks.kill(store, name, notifier)
    from botyard.apps.aws.fleet import control

    bot = store.bot(name)
    if bot.status == "killed":
        control.bury(name)  # a kill that was cut short may have left its stack
        return TickReport(name, "killed", f"killed before: {bot.reason}")
    bot = set_status(store, name, "killing", "killed by a person", ("running", "paused", "halted"))
    return control.kill(store, bot)


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
    """Trade again. Raises: ConfigError while its owner allows no more bots of its mode (max_bots)."""
    outer_limits.check_room(store, store.bot(name).mode, name)
    return set_status(store, name, "running", "resumed by a person", ("paused", "halted"))
