# ruff: noqa: INP001 - lies at the root of the bundle, not in a package
"""Wakes this bundle's bot once, with the adapters that the bundle carries. Standard library only."""

import json
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.clock.system import SystemClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet, local_owner
from botyard.adapters.market_data.columns import ColumnMarketData
from botyard.adapters.venue.paper import PaperVenue
from botyard.bot.deployed import Deployed, load_deployed
from botyard.bot.session import Ports
from botyard.bot.tick import tick

HERE = Path(__file__).resolve().parent
TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h


class Told:
    """The Notifier port that keeps messages for the answer."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def tell(self, text: str) -> None:
        """Keep a message."""
        self.messages.append(text)


def wake(home: Path, bot: str, now_ms: int | None = None) -> int:
    """Tick and print what came of it as one line of JSON.

    home: folder of fleet.db, paper.db and market/. now_ms: what time it is in a replay of stored bars.
    Returns 0 when it is done, 1 when the bot halted, 75 when somebody else was at it: try again soon.
    """
    world = _open_world(home, bot)
    clock = world.wall if now_ms is None else ReplayClock(now_ms)
    told = Told()
    ports = Ports(world.store, world.venue, world.market, clock, world.wall, told)
    report = tick(bot, world.deployed, ports, world.owner)
    answer = {"status": report.status, "text": report.text, "bars": report.bars, "messages": told.messages}
    sys.stdout.write(json.dumps(answer) + "\n")
    if not report.is_done:
        return TRY_AGAIN
    return 1 if report.status == "halted" else 0


@dataclass(frozen=True)
class World:
    """What stays open from one tick to the next, as long as the process lives."""

    deployed: Deployed
    store: SqliteFleet
    venue: PaperVenue
    market: ColumnMarketData
    wall: SystemClock
    owner: str


@cache
def _open_world(home: Path, bot: str) -> World:
    deployed = load_deployed(HERE)
    settings = deployed.settings
    return World(
        deployed=deployed,
        store=SqliteFleet(home / "fleet.db"),
        venue=PaperVenue(home / "paper.db", bot, settings.rules, settings.timeframe),
        market=ColumnMarketData(home / "market" / settings.market),
        wall=SystemClock(),
        owner=local_owner(),
    )
