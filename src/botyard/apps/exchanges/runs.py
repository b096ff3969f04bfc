"""A run for an exchange: research under its terms, and a bot that follows its bars."""

from contextlib import closing
from functools import partial
from pathlib import Path

from botyard.adapters.deploy_target.local import LocalTarget
from botyard.adapters.notifier.console import ConsoleNotifier
from botyard.adapters.venue.ccxt.table import find_venue, hosts
from botyard.adapters.venue.paper import PaperVenue
from botyard.apps import bots, ticks
from botyard.apps.exchanges import filters, venues
from botyard.apps.operations import outer_limits
from botyard.errors import BotyardError, ConfigError, UserError
from botyard.market import open_market
from botyard.market.at_venue import MarketAtVenue, at_venue
from botyard.ports import FleetStore
from botyard.records.fleet import BotRecord
from botyard.records.market import TradingRules
from botyard.records.run import RunRecord

TRADES = ("running", "paused")


def check(venue: str, mode: str, allocated_quote: float) -> str:
    """Refuse at once what would be refused after hours of research; return what a person should know, or "".

    Raises: NotFound, ConfigError, UserError.
    """
    terms = find_venue(venue)
    if mode == "mainnet":
        raise UserError("a run deploys to paper or testnet; real money comes after: botyard promote BOT")
    if mode not in ("paper", "testnet"):
        raise UserError(f"--mode {mode!r} is not known; choose paper or testnet")
    if not 0.0 < allocated_quote < 1e12:
        raise UserError(f"--allocate {allocated_quote:g} is no amount of {terms.quote}; a bot needs some, such as 1000")
    if mode == "testnet":
        hosts(terms, "testnet")
        venues.trading_client(terms, "testnet")
        if not terms.is_exercised:
            return f"{venue} is configured from its documentation and has never been traded on: watch its first orders"
    return ""


def open_run_market(home: Path, record: RunRecord, *, with_account: bool = True) -> MarketAtVenue:
    """Open what was imported, narrowed to what the run's venue lists, under its terms.

    with_account: ask whose account the run's keys are of, and whether it has room; without, no keys are needed.

    Raises: UserError, ConfigError, RetryableError when the venue does not answer.
    """
    terms = find_venue(record.venue)
    account = venues.probe_account(record.venue, record.mode) if with_account else None
    if account is not None:  # before the research, not after it
        with closing(bots.open_fleet()) as store:
            venues.check_room(account, record.allocated_quote, store, except_bot=record.bot)
    instruments = {symbol: one.instrument for symbol, one in venues.list_instruments(record.venue, record.mode).items()}
    return at_venue(
        open_market(home, "imported", record.created_ms),
        instruments,
        venue=record.venue,
        mode=record.mode,
        account="" if account is None else account.account,
        costs=terms.costs,
        profile=terms.profile,
        allocated_quote=record.allocated_quote,
        recent_opens=lambda symbol, timeframe, count: venues.recent_opens(
            record.venue, instruments[symbol], symbol, timeframe, count
        ),
    )


def target(home: Path, record: RunRecord, store: FleetStore) -> LocalTarget:
    """Return where the run's bot goes: this machine, woken with the venue's clients at hand."""
    return LocalTarget(home, store, partial(_open_account, home, record, store), wake=partial(wake, store))


def _open_account(home: Path, record: RunRecord, store: FleetStore, bot: str, rules: TradingRules) -> None:
    outer_limits.check_room(store, record.mode, bot)
    listed = venues.list_instruments(record.venue, record.mode)[rules.instrument.symbol]
    if record.mode == "paper":
        filters.freeze(record.venue, "mainnet", listed, venues.clock(record.venue).now_ms())
        PaperVenue(home / "paper.db", bot, rules).close()
        return
    venues.open_account(bot, rules, venue=record.venue, mode=record.mode, listed=listed, store=store)


def wake(store: FleetStore, bot: BotRecord) -> str:
    """Tick a bot once, and return what it said. Raises: ConfigError when it does not trade after that."""
    try:
        report = ticks.wake(bot, store, ConsoleNotifier())
    except BotyardError as e:
        raise ConfigError(f"the first tick of {bot.name} failed: {e}") from e
    if report.status not in TRADES or not report.is_done:
        raise ConfigError(f"the first tick of {bot.name} failed: {store.bot(bot.name).reason or report.text}")
    return report.text
