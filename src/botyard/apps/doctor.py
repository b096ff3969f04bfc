"""Look over this machine and this home, and say of each thing whether it is well and what to do where it is not."""

import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from botyard.adapters.clock.system import SystemClock
from botyard.apps import bots, settings
from botyard.apps.exchanges import keys
from botyard.bot.limits import timeframe_ms
from botyard.errors import BotyardError
from botyard.records.fleet import BotRecord

LEAST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 1 << 30
MOST_SKEW_MS = 1_000  # exchanges refuse what was signed a second in the future
MOST_BARS_LATE = 3
STORES = ("fleet.db", "paper.db", "trials.db")
USUAL_VENUE = "binance"

Health = Literal["good", "note", "bad"]
"""note: not needed now, or could not be found out."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    health: Health
    text: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Look at one thing after the other; nothing is changed, and no key is shown."""
    yield _python()
    home = settings.home()
    yield _writable(home)
    yield _space(home)
    yield from _stores(home)
    fleet = _fleet(home)
    yield _bars(home)
    yield _model()
    yield from _venues(fleet)
    yield from _ticks(fleet)


def _python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < LEAST_PYTHON:
        return Finding("Python", "bad", found, "install Python 3.11 or newer")
    return Finding("Python", "good", found)


def _writable(home: Path) -> Finding:
    place = home
    while not place.exists():  # a home that nobody used yet is made in the nearest folder there is
        place = place.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            return Finding("home", "good", f"{home} can be written")
    except OSError as e:
        return Finding("home", "bad", f"{home}: {e.strerror}", "choose another place with --home or BOTYARD_HOME")


def _space(home: Path) -> Finding:
    place = home
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    text = f"{free / 1e9:.1f} GB free"
    if free < LEAST_FREE_BYTES:
        return Finding("disk", "bad", text, "make room: a run and its bars need about 1 GB")
    return Finding("disk", "good", text)


def _stores(home: Path) -> Iterator[Finding]:
    for name in STORES:
        path = home / name
        if not path.exists():
            continue
        try:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5.0)) as db:
                said = db.execute("PRAGMA integrity_check").fetchone()[0]
        except sqlite3.Error as e:
            said = str(e)
        if said == "ok":
            yield Finding(name, "good", "whole")
        else:
            yield Finding(name, "bad", f"damaged: {said}", f"stop botyard, then put back a copy from {home / 'copies'}")


def _fleet(home: Path) -> list[BotRecord]:
    if not (home / "fleet.db").exists():
        return []
    try:
        store = bots.open_fleet()
    except BotyardError:
        return []  # the finding about the file says it
    try:
        return [bot for bot in store.bots() if bot.status != "killed"]
    except (BotyardError, sqlite3.Error):
        return []
    finally:
        store.close()


def _bars(home: Path) -> Finding:
    found = list((home / "market" / "imported").glob("[!.]*/[!.]*/series.json"))
    if not found:
        return Finding(
            "bars", "note", "none imported; runs use the made-up demo market",
            "botyard data download BTC/USDT, or botyard data import PATH",
        )  # fmt: skip
    return Finding("bars", "good", f"{len(found)} series imported")


def _model() -> Finding:
    from botyard.apps import language_model

    try:
        name = language_model.configured()
    except BotyardError as e:
        return Finding("model", "bad", str(e), "mend or unset BOTYARD_MODEL")
    if not name:
        return Finding("model", "note", "none: ideas are read by the rules alone", "set BOTYARD_MODEL to use one")
    return Finding("model", "good", name)


def _venues(fleet: list[BotRecord]) -> Iterator[Finding]:
    from botyard.adapters.venue.ccxt.table import VENUES  # ccxt: only where exchanges are looked at

    needed = {(bot.venue, bot.mode) for bot in fleet if bot.mode != "paper"}
    used = {venue for venue, _ in needed}
    for venue in sorted(used) or [USUAL_VENUE]:
        yield _skew(venue, is_needed=bool(used))
    for name, terms in VENUES.items():
        for network in ("testnet", "mainnet"):
            if network == "testnet" and terms.sandbox == "none":
                continue
            has = keys.find_keys(name, network) is not None
            is_needed = (name, network) in needed
            if has:
                yield Finding("keys", "good", f"{name} {network}: there")
            elif is_needed:
                yield Finding(
                    "keys", "bad", f"{name} {network}: none, and a bot trades there", keys.how_to_give(name, network)
                )
    if not any(keys.find_keys(name, network) for name in VENUES for network in ("testnet", "mainnet")):
        yield Finding(
            "keys", "note", "none; paper needs none", f"for a testnet: {keys.how_to_give(USUAL_VENUE, 'testnet')}"
        )


def _skew(venue: str, *, is_needed: bool) -> Finding:
    from botyard.apps.exchanges import venues

    try:
        before = SystemClock().now_ms()
        said = int(venues.fetch_time(venue))
        ahead = said - (before + SystemClock().now_ms()) // 2
    except BotyardError as e:
        remedy = "check the network; a bot that trades there halts nothing but cannot tick"
        return Finding("clock", "bad" if is_needed else "note", f"{venue} was not reached: {e}", remedy)
    text = f"{abs(ahead)} ms {'behind' if ahead > 0 else 'ahead of'} {venue}"
    if abs(ahead) > MOST_SKEW_MS:
        return Finding("clock", "bad", text, "set this machine's clock by NTP, such as timedatectl set-ntp true")
    return Finding("clock", "good", text)


def _ticks(fleet: list[BotRecord]) -> Iterator[Finding]:
    if not fleet:
        return
    store = bots.open_fleet()
    now_ms = SystemClock().now_ms()
    try:
        for bot in fleet:
            kept = store.snapshot(bot.name)
            last = max((entry.at_ms for entry in store.entries(bot.name, kept.sequence - 1)), default=0) if kept else 0
            yield _tick_of(bot, last, now_ms)
    finally:
        store.close()


def _tick_of(bot: BotRecord, last_ms: int, now_ms: int) -> Finding:
    if bot.status == "halted":
        return Finding("bot", "bad", f"{bot.name} is halted: {bot.reason}", f"botyard why {bot.name}")
    if bot.feed == "stored":
        return Finding("bot", "good", f"{bot.name} plays stored bars")
    late = (now_ms - last_ms) // timeframe_ms(bot)
    if not last_ms or late > MOST_BARS_LATE:
        when = "never" if not last_ms else f"{late} bars ago"
        return Finding("bot", "bad", f"{bot.name} ticked {when}", "keep botyard up running")
    return Finding("bot", "good", f"{bot.name} ticked in time")
