"""A thousand paper bots in one `botyard up`: how long after a bar's close the last one has decided, and the memory.

The bots trade twelve made-up symbols by the idea of the README, "fast ema crosses slow ema"; all follow bars of five minutes,
so that every close wakes all of them at once. The clock is set to the close and then runs as the real one does.
"""

import array
import cProfile
import dataclasses
import json
import pstats
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic, process_time

from botyard.adapters.clock.system import SystemClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.adapters.venue.paper import PaperVenue
from botyard.apps import settings, up
from botyard.apps.operations import logs
from botyard.records import codec
from botyard.records.fleet import Bar
from botyard.records.market import COLUMN_FILES, TradingRules, symbol_folder
from botyard.testing.bots import live

Figure = tuple[str, float, str, str]

BOTS = 1_000
SYMBOLS = 12
IDEA = Path(__file__).parents[1] / "examples" / "ema-cross" / "strategy.py"
SEED_BARS = 400
ROUNDS = 3  # closes that are measured
MARKET = "imported"


class _Clock:
    """Set to a bar's close; from then on it runs."""

    def __init__(self) -> None:
        self.set_to(0)

    def set_to(self, now_ms: int) -> None:
        self._set_ms, self._began = now_ms, monotonic()

    def now_ms(self) -> int:
        return self._set_ms + round(1000 * (monotonic() - self._began))


def figures() -> list[Figure]:
    """Measure in a process of its own, whose memory nobody else uses."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fleet", str(BOTS)], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return [
        (f"{BOTS} paper bots: last decision after the close, worst of {ROUNDS}", found["worst"], "s", "<= 20"),
        ("the same, at the median close", found["median"], "s", ""),
        ("processor time of the worst close", found["cpu"], "s", ""),
        ("orders and fills at these closes", found["orders"] + found["fills"], "", "> 0"),
        ("peak memory of the process", found["peak_mib"] / 1024, "GiB", "<= 1.5"),
    ]


def measure(bots: int, *, profile: bool) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="botyard-fleet-") as folder:
        home = Path(folder)
        settings.use_home(home)
        clock = _Clock()
        SystemClock.now_ms = lambda _: clock.now_ms()  # type: ignore[method-assign]  # the close is when we say
        worlds = _worlds()
        series = [_jumping(live.made_up_bars(SEED_BARS + ROUNDS, seed=n), is_moved=n % 2 == 0) for n in range(SYMBOLS)]
        _deploy(home, worlds, series, bots)
        PaperVenue(home / "paper.db", "bot-0", worlds[0]).close()
        store = SqliteFleet(home / "fleet.db")
        profiler = cProfile.Profile()
        said: list[str] = []
        with logs.opened() as log, up._kept_open(home / "paper.db"):  # noqa: SLF001  (as the loop does)
            fleet = up._Live(store, said.append, log)  # noqa: SLF001  (one round of the loop)
            clock.set_to(series[0][SEED_BARS - 1].open_ms + live.BAR_MS)
            fleet.run(once=True)
            taken, worked = [], []
            for n in range(SEED_BARS, SEED_BARS + ROUNDS):
                for world, bars in zip(worlds, series, strict=True):
                    _append(home, world, bars[n])
                clock.set_to(bars[n].open_ms + live.BAR_MS + up.SETTLE_MS)
                if profile:
                    profiler.enable()
                began, cpu = monotonic(), process_time()
                fleet.run(once=True)
                taken.append(monotonic() - began)
                worked.append(process_time() - cpu)
                profiler.disable()
        _check(store, bots, series[0][-1].open_ms)
        counted = [
            store._db.execute("SELECT COUNT(*) FROM journal WHERE kind=?", (k,)).fetchone()[0]  # noqa: SLF001
            for k in ("submitted", "fill")
        ]
        store.close()
        if profile:
            pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(35)
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {
            "bots": bots,
            "worst": max(taken) + up.SETTLE_MS / 1000,
            "median": sorted(taken)[len(taken) // 2] + up.SETTLE_MS / 1000,
            "cpu": max(worked),
            "orders": counted[0],
            "fills": counted[1],
            "peak_mib": peak_mib,
        }


def _jumping(bars: list[Bar], *, is_moved: bool) -> list[Bar]:
    # half of the symbols jump at the first close that is measured and fall at the last: their bots all trade at once
    moved = list(bars)
    for n, factor in ((SEED_BARS, 1.06), (SEED_BARS + 1, 1.06), (SEED_BARS + 2, 0.9)):
        if is_moved:
            prices = {name: round(getattr(bars[n], name) * factor, 2) for name in ("open", "high", "low", "close")}
            moved[n] = bars[n]._replace(**prices)
    return moved


def _worlds() -> list[TradingRules]:
    base = live.rules()
    return [
        dataclasses.replace(
            base, instrument=dataclasses.replace(base.instrument, symbol=f"MADE{n}/UP", base=f"MADE{n}")
        )
        for n in range(SYMBOLS)
    ]


def _deploy(home: Path, worlds: list[TradingRules], series: list[list[Bar]], bots: int) -> None:
    for world, bars in zip(worlds, series, strict=True):
        live.write_market(home / "market" / MARKET, world, bars[:SEED_BARS])
    store, source = SqliteFleet(home / "fleet.db", durable=False), IDEA.read_text()
    for number in range(bots):
        world = worlds[number % SYMBOLS]
        name = f"bot-{number}"
        what = live.deployed(world, feed="live", source=source)
        folder = live.write_bundle(home / "bots" / name, world, source=source)
        (folder / "bot.json").write_bytes(codec.dump(dataclasses.replace(what.settings, market=MARKET)))
        first = series[0][number % 200].open_ms  # bots of different ages are in different states
        store.add_bot(
            live.bot(
                what, name=name, bundle=str(folder), seed_ms=first, live_from_ms=series[0][SEED_BARS - 100].open_ms
            )
        )
    store.close()


def _append(home: Path, world: TradingRules, bar: Bar) -> None:
    place = home / "market" / MARKET / symbol_folder(world.instrument.symbol) / "5m"
    for name in reversed(COLUMN_FILES):  # the time is written last
        kind = "q" if name.endswith("i64") else "d"
        with (place / name).open("ab") as file:
            file.write(array.array(kind, [getattr(bar, name.split(".")[0])]).tobytes())


def _check(store: SqliteFleet, bots: int, last_ms: int) -> None:
    decided = {bot.name for bot in store.bots() if (kept := store.snapshot(bot.name)) and kept.last_bar_ms == last_ms}
    assert len(decided) == bots, f"{bots - len(decided)} bots are behind"


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), profile="--profile" in sys.argv)))
