# ruff: noqa: INP001 - lies at the root of the bundle, not in a package
"""Wakes this bundle's bot once, with the adapters that the bundle carries. Standard library only."""

import argparse
import json
import sys
from pathlib import Path

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.clock.system import SystemClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet, local_owner
from botyard.adapters.market_data.columns import ColumnMarketData
from botyard.adapters.venue.paper import PaperVenue
from botyard.bot.deployed import load_deployed
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


def wake(arguments: list[str]) -> int:
    """Tick and print what came of it as one line of JSON.

    Returns 0 when it is done, 1 when the bot halted, 75 when somebody else was at it: try again soon.
    """
    parser = argparse.ArgumentParser(prog="tick", description="Wake the bot once.")
    parser.add_argument("--home", type=Path, required=True, help="folder of fleet.db, paper.db and market/")
    parser.add_argument("--bot", required=True, help="its name in the fleet")
    parser.add_argument("--now-ms", type=int, help="what time it is in a replay of stored bars")
    chosen = parser.parse_args(arguments)
    deployed = load_deployed(HERE)
    settings = deployed.settings
    store = SqliteFleet(chosen.home / "fleet.db")
    venue = PaperVenue(chosen.home / "paper.db", chosen.bot, settings.rules)
    told = Told()
    try:
        wall = SystemClock()
        clock = wall if chosen.now_ms is None else ReplayClock(chosen.now_ms)
        market = ColumnMarketData(chosen.home / "market" / settings.market)
        report = tick(chosen.bot, deployed, Ports(store, venue, market, clock, wall, told), local_owner())
    finally:
        venue.close()
        store.close()
    answer = {"status": report.status, "text": report.text, "bars": report.bars, "messages": told.messages}
    sys.stdout.write(json.dumps(answer) + "\n")
    if not report.is_done:
        return TRY_AGAIN
    return 1 if report.status == "halted" else 0
