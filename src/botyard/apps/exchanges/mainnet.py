"""From a promoted bot to real money: whose keys these are, and the same bundle once more as a mainnet bot.

The twin's name is the bot's with -mainnet behind it. The bot itself goes on where it was: no switch moves it.
"""

import dataclasses
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from botyard.adapters.venue.ccxt.table import find_venue
from botyard.apps import bots, settings
from botyard.apps.exchanges import venues
from botyard.apps.operations import outer_limits
from botyard.bot.limits import timeframe_ms
from botyard.errors import BotyardError, ConfigError, NotFound, UserError
from botyard.ports import FleetStore
from botyard.records import codec
from botyard.records.deployment import BundleSettings
from botyard.records.fleet import BotRecord
from botyard.records.verdict import Condition

SUFFIX = "-mainnet"

Promote = Callable[[BotRecord], object]
"""Writes the promotion into a bot's journal."""

Wake = Callable[[BotRecord], str]
"""Ticks a bot once. Raises: ConfigError when it halts."""


def ask(store: FleetStore, bot: BotRecord) -> tuple[str, list[Condition]]:
    """Ask a bot's venue whose mainnet keys these are; return the account, and what stands in the way.

    Nothing but questions is sent. Without keys, or below BOTYARD_NETWORK=mainnet, the account is "".
    """
    known = bots.load(bots.bundle(bot), bot.code_hash).settings
    if known.market in bots.STORED:
        text = "It plays stored bars of no exchange; research the idea again with --venue."
        return "", [Condition("account", False, text)]
    owner = bot.name if bot.mode == "mainnet" else bot.name + SUFFIX
    try:
        found = venues.probe_account(known.market, "mainnet", owner)
        filters = _filters(known)
    except BotyardError as e:
        return "", [Condition("account", False, f"{e}.")]
    if found is None or not found.can_trade:
        return "", [Condition("account", False, f"The {known.market} mainnet key may not trade.")]
    if bot.mode == "mainnet" and bot.account != found.account:
        text = f"It trades on {bot.account} and the keys are of {found.account}."
        return "", [Condition("account", False, text)]
    told = "may not withdraw" if found.can_withdraw is False else "and the venue does not tell whether it may withdraw"
    text = f"It is for {found.account} and no other; the key may trade, {told}."
    return found.account, [Condition("account", True, text), filters, _room(store, bot), *_untried(known.market)]


def _untried(venue: str) -> list[Condition]:
    if find_venue(venue).is_exercised:
        return []
    text = f"Nothing was ever traded on {venue}, not even in tests: watch its first orders (docs/venues.md)."
    return [Condition("venue", True, text)]


def _room(store: FleetStore, bot: BotRecord) -> Condition:
    try:
        outer_limits.check_room(store, "mainnet", bot.name)
    except ConfigError as e:
        return Condition("max_bots", False, f"{e}.")
    return Condition("max_bots", True, "Your limits have room for it.")


def _filters(known: BundleSettings) -> Condition:
    listed = venues.list_instruments(known.market, "mainnet").get(known.symbol)
    if listed is None:
        return Condition("filters", False, f"The mainnet of {known.market} does not trade {known.symbol}.")
    there, tested = listed.instrument, known.rules.instrument
    if (there.tick, there.lot, there.min_notional) != (tested.tick, tested.lot, tested.min_notional):
        text = (
            f"Tick, lot and smallest order are {there.tick.value:g}, {there.lot.value:g}, {there.min_notional:g} on the "
            f"mainnet; it was tested with {tested.tick.value:g}, {tested.lot.value:g}, {tested.min_notional:g}. "
            "Research it again with --mode paper, which takes the mainnet's."
        )
        return Condition("filters", False, text)
    return Condition("filters", True, "Tick, lot and smallest order are those that it was tested with.")


def twin_name(store: FleetStore, bot: BotRecord) -> str:
    """Return the name for a mainnet twin. Raises: UserError when one lives."""
    names = {one.name: one for one in store.bots()}
    name, number = bot.name + SUFFIX, 1
    while name in names:
        if names[name].status != "killed":
            raise UserError(f"{name} trades already; its promotion is renewed with: botyard promote {name}")
        number += 1
        name = f"{bot.name}{SUFFIX}-{number}"
    return name


def deploy(
    store: FleetStore, bot: BotRecord, account: str, allocated: float, promote: Promote, wake: Wake
) -> BotRecord:
    """Deploy a bot's bundle once more, to the mainnet, and wake it once; it decides from the next close on.

    Raises: ConfigError when the account has no room or its first tick fails, with nothing left behind; UserError.
    """
    venues.check_ceiling("mainnet")
    outer_limits.check_room(store, "mainnet")
    known = bots.load(bots.bundle(bot), bot.code_hash).settings
    twin = _twin(bot, known, twin_name(store, bot), account, allocated)
    rules = dataclasses.replace(known.rules, initial_cash=allocated)
    listed = venues.list_instruments(known.market, "mainnet")[known.symbol]
    _copy(bots.bundle(bot), Path(twin.bundle))
    try:
        venues.open_account(twin.name, rules, venue=known.market, mode="mainnet", listed=listed, store=store)
        store.add_bot(twin)
        promote(twin)
        wake(twin)
    except BotyardError:
        with suppress(NotFound):  # it may have failed before it was registered; it has seen no bar to trade on
            store.remove_bot(twin.name)
        shutil.rmtree(twin.bundle, ignore_errors=True)
        raise
    return store.bot(twin.name)


def _twin(bot: BotRecord, known: BundleSettings, name: str, account: str, allocated: float) -> BotRecord:
    seed = venues.recent_opens(known.market, known.rules.instrument, bot.symbol, bot.timeframe, known.seed_bars)
    if not seed:
        raise ConfigError(f"{known.market} has no bars of {bot.symbol}; nothing was deployed")
    live_ms = seed[-1] + timeframe_ms(bot)
    return dataclasses.replace(
        bot,
        name=name,
        venue=known.market,
        mode="mainnet",
        status="running",
        reason="",
        bundle=str(settings.home() / "bots" / name),
        deployment_hash=codec.content_hash([name, bot.run_id, known.market, "mainnet", bot.deployment_hash]),
        allocated_quote=allocated,
        seed_ms=seed[0],
        live_from_ms=live_ms,
        created_ms=live_ms,
        account=account,
    )


def _copy(source: Path, folder: Path) -> None:
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        shutil.copytree(source, draft)
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    except OSError as e:
        shutil.rmtree(draft, ignore_errors=True)
        raise UserError(f"cannot copy the bundle to {folder}: {e.strerror}; make room or choose another home") from e
