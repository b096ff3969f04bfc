"""A home folder with one bot in it, and processes that play it one after the other, each killing itself at a write.

`python -m botyard.testing.bots.replays HOME 17:before 4:after 0:before` starts three processes in turn; each plays
stored bars from where the bot stands. The first kills itself with SIGKILL before its 17th write, the second after its
4th; 0 plays to the end. The processes are forked, so that what is imported once serves all of them; each opens its
own files. Prints how each ended, as JSON: its exit code, or minus the signal.
"""

import json
import os
import random
import signal
import sys
from collections.abc import Callable, Sequence
from functools import cache
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
MOST_BARS = 16  # in a tick of a process that dies


def make_home(home: Path, settings: BundleSettings, source: str, bars: Sequence[Bar]) -> Path:
    """Write the market, the bundle and the fleet; the bot is seeded with the first `settings.seed_bars` bars."""
    live.write_market(home / "market" / settings.market, settings.rules, bars, settings.timeframe)
    folder = home / "bots" / BOT
    folder.mkdir(parents=True)
    (folder / "bot.json").write_bytes(codec.dump(settings))
    (folder / "strategy.py").write_text(source, encoding="utf-8")
    what = load_deployed(folder)
    store = SqliteFleet(home / "fleet.db")
    live_ms = bars[settings.seed_bars].open_ms
    store.add_bot(live.bot(what, name=BOT, seed_ms=bars[0].open_ms, live_from_ms=live_ms, bundle=str(folder)))
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


def main(home: Path, at: int, *, after: bool, most_bars: int = 1) -> int:
    """Play, and perhaps die. Each tick goes through 1 to `most_bars` bars."""
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
    venue = PaperVenue(home / "paper.db", BOT, what.settings.rules, what.settings.timeframe, durable=False)
    bot = store.bot(BOT)
    length = timeframe_ms(bot)
    stored = _bars(home / "market" / what.settings.market, bot.symbol, bot.timeframe)
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
    left = [bar.open_ms for bar in stored if bar.open_ms > last_ms]
    chance, next_bar = random.Random(at), -1  # noqa: S311  (steps, not secrets)
    while next_bar < len(left) - 1:
        next_bar = min(next_bar + chance.randint(1, most_bars), len(left) - 1)
        clock.move_to(left[next_bar] + length)
        report = tick(BOT, what, ports, local_owner())
        if report.status != "running" or not report.is_done:
            print(report.text, file=sys.stderr)  # noqa: T201  (a script)
            return 1
    venue.close()
    store.close()
    return 0


@cache
def _bars(market: Path, symbol: str, timeframe: str) -> list[Bar]:
    return ColumnMarketData(market).bars(symbol, timeframe, -1, 2**62)


def live_and_die(home: Path, deaths: Sequence[str]) -> list[int]:
    """Fork a process for each death, wait for its end, and return how each ended."""
    settings = load_deployed(home / "bots" / BOT).settings
    _bars(home / "market" / settings.market, settings.symbol, settings.timeframe)  # read once, for all
    ended = []
    for death in deaths:
        at, when = death.split(":")
        child = os.fork()
        if child == 0:
            code = 70  # EX_SOFTWARE, should it not even come to an end
            try:
                code = main(home, int(at), after=when == "after", most_bars=MOST_BARS)
            finally:
                sys.stderr.flush()
                os._exit(code)
        ended.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    return ended


if __name__ == "__main__":
    print(json.dumps(live_and_die(Path(sys.argv[1]), sys.argv[2:])))  # noqa: T201  (a script)
