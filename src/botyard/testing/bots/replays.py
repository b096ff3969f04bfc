"""A home folder with one bot in it, and a process that plays it and may kill itself at a chosen write.

`python -m botyard.testing.bots.replays HOME AT before|after` plays all stored bars from where the bot stands; at its
AT-th write the process kills itself with SIGKILL, before the write or after it. AT 0 plays to the end.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet, local_owner
from botyard.adapters.market_data.columns import ColumnMarketData
from botyard.adapters.venue.paper import PaperVenue
from botyard.bot import folds
from botyard.bot.deployed import load_deployed
from botyard.bot.limits import timeframe_ms
from botyard.bot.session import Ports
from botyard.bot.tick import tick
from botyard.records import codec
from botyard.records.deployment import BundleSettings
from botyard.records.fleet import Bar
from botyard.testing.bots import live
from botyard.testing.bots.crashes import WRITES

BOT = "swing-1"


def make_home(home: Path, settings: BundleSettings, source: str, bars: Sequence[Bar]) -> Path:
    """Write the market, the bundle and the fleet; the bot trades from the first bar."""
    live.write_market(home / "market" / settings.market, settings.rules, bars, settings.timeframe)
    folder = home / "bots" / BOT
    folder.mkdir(parents=True)
    (folder / "bot.json").write_bytes(codec.dump(settings))
    (folder / "strategy.py").write_text(source, encoding="utf-8")
    what = load_deployed(folder)
    store = SqliteFleet(home / "fleet.db")
    store.add_bot(live.bot(what, name=BOT, seed_ms=bars[0].open_ms, live_from_ms=bars[0].open_ms, bundle=str(folder)))
    store.close()
    return home


class _Killing:
    """Any port, whose AT-th write in this process is its last."""

    def __init__(self, port: Any, kill: Callable[[Callable[[], Any]], Any]) -> None:
        self._port = port
        self._kill = kill

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name in WRITES:
            return lambda *args, **named: self._kill(lambda: found(*args, **named))
        return found


def main(home: Path, at: int, *, after: bool) -> int:
    """Play, and perhaps die; prints how many writes it made."""
    count = 0

    def kill(write: Callable[[], Any]) -> Any:
        nonlocal count
        count += 1
        if count == at and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = write()
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    what = load_deployed(home / "bots" / BOT)
    store = SqliteFleet(home / "fleet.db", durable=False)
    venue = PaperVenue(home / "paper.db", BOT, what.settings.rules, durable=False)
    bot = store.bot(BOT)
    length = timeframe_ms(bot)
    stored = ColumnMarketData(home / "market" / what.settings.market).bars(
        bot.symbol, bot.timeframe, bot.seed_ms - 1, 2**62
    )
    last_ms = folds.current_ledger(store, bot, what.settings.rules.instrument).last_bar_ms or bot.live_from_ms - 1
    clock = ReplayClock(max(last_ms, bot.live_from_ms))
    ports = Ports(
        store=_Killing(store, kill),
        venue=_Killing(venue, kill),
        market=live.ListMarket(what.settings.rules, stored, bot.timeframe),
        clock=clock,
        wall=clock,
        notifier=live.Heard(),
    )
    for bar in stored:
        if bar.open_ms > last_ms:
            clock.move_to(bar.open_ms + length)
            report = tick(BOT, what, ports, local_owner())
            if report.status != "running" or not report.is_done:
                print(report.text, file=sys.stderr)  # noqa: T201  (a script)
                return 1
    venue.close()
    store.close()
    print(count)  # noqa: T201  (a script)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), after=sys.argv[3] == "after"))
