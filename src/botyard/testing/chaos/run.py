"""Many short lives: stretches of bars, each with a bot that dies and fails at random, beside a calm twin."""

import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.ports import FleetStore
from botyard.records.fleet import Bar
from botyard.testing.bots import live
from botyard.testing.chaos import books
from botyard.testing.chaos.exchange import AFTER_MS, ExchangeWorld, Market, fund, listen
from botyard.testing.chaos.fates import Fates, by_chance, never
from botyard.testing.chaos.paper import PaperWorld
from botyard.testing.chaos.play import Play
from botyard.testing.exchange.faults import Faults
from botyard.testing.exchange.loopback import LoopbackExchange

SEED_BARS = 60
SHARE = 0.02  # of all calls that go wrong
TROUBLE = 0.05  # of all bars at the exchange that come with a fault of its own


class World(Protocol):
    """What a stretch needs of a paper or an exchange world."""

    name: str
    play: Play
    store: FleetStore

    def faults(self) -> list[str]:
        """Say what does not add up."""
        ...


@dataclass
class Tally:
    """What happened in all stretches of one kind."""

    kind: str
    stretches: int = 0
    ticks: int = 0
    calls: int = 0
    deaths: int = 0
    failures: int = 0
    bars: int = 0
    orders: int = 0
    fills: int = 0
    halts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Say it in lines."""
        yield (
            f"{self.kind}: {self.ticks:,} ticks over {self.bars:,} bars in {self.stretches} stretches; {self.calls:,} calls, "
            f"{self.deaths:,} deaths, {self.failures:,} failed calls; {self.orders:,} orders, {self.fills:,} fills, "
            f"{self.halts.total():,} halts, {len(self.wrong)} wrong"
        )
        yield from (f"  {count:,} × {reason}" for reason, count in self.halts.most_common())
        yield from (f"  WRONG {what}" for what in self.wrong)


def paper(bars: Sequence[Bar], stretches: int, length: int, seed: int, said: Callable[[str], None]) -> Tally:
    """Live through stretches of bars on the paper venue."""
    tally = Tally("paper")
    what = live.deployed()
    for number, stretch in enumerate(_stretches(bars, stretches, length)):
        with tempfile.TemporaryDirectory() as folder:
            worlds = []
            for name, fates in (("calm", Fates(never)), ("hurt", Fates(by_chance(seed + number, SHARE)))):
                store = SqliteFleet(Path(folder) / name / "fleet.db", durable=False)
                world = PaperWorld(Path(folder) / name, store, what, stretch, fates)
                world.play.through(stretch, live.BAR_MS)
                worlds.append(world)
            calm, hurt = worlds
            _count(tally, hurt, f"stretch {number}", calm)
            if calm.fills() != hurt.fills():
                tally.wrong.append(f"stretch {number}: other fills than without faults")
            hurt.play.kill()
            tally.wrong += [f"stretch {number}, killed: {one}" for one in _not_ended(hurt)]
            for world in worlds:
                world.close()
        said(f"paper {number + 1} of {stretches}")
    return tally


def at_exchange(
    bars: Sequence[Bar], stretches: int, length: int, seed: int, market: Market, said: Callable[[str], None]
) -> Tally:
    """Live through stretches of bars on the loopback exchange, which has troubles of its own."""
    tally = Tally(f"exchange, {market}")
    for number, stretch in enumerate(_stretches(bars, stretches, length + SEED_BARS)):
        with listen(stretch, SEED_BARS) as exchange, tempfile.TemporaryDirectory() as folder:
            calm = _lived(exchange, stretch, market, Path(folder) / "calm", Fates(never), None)
            exchange.rewind(stretch[SEED_BARS].open_ms + AFTER_MS)
            chance = random.Random(seed + number)  # noqa: S311  (faults, not secrets)
            fates = Fates(by_chance(seed + number, SHARE))
            hurt = _lived(exchange, stretch, market, Path(folder) / "hurt", fates, chance)
            exchange.faults.clear()
            _count(tally, hurt, f"stretch {number}", calm)
            hurt.play.kill()
            tally.wrong += [f"stretch {number}, killed: {one}" for one in _not_ended(hurt)]
            tally.wrong += [f"stretch {number}: {o.client_id} still rests" for o in hurt.orders if o.is_open]
        said(f"{tally.kind} {number + 1} of {stretches}")
    return tally


def _lived(
    exchange: LoopbackExchange,
    stretch: Sequence[Bar],
    market: Market,
    folder: Path,
    fates: Fates,
    chance: random.Random | None,
) -> ExchangeWorld:
    fund(exchange)
    store = SqliteFleet(folder / "fleet.db", durable=False)
    world = ExchangeWorld(exchange, store, stretch, SEED_BARS, market=market, fates=fates)
    for _ in range(len(stretch) - SEED_BARS):
        if chance is not None and chance.random() < TROUBLE:
            trouble(exchange.faults, chance)
        world.through(1)
    return world


def trouble(faults: Faults, chance: random.Random) -> None:
    """Turn one fault of an exchange on; each is used up by the next requests or stays until the next one."""
    faults.hidden_ms = chance.choice((0, 0, 3_000, 8_000))
    faults.skew_ms = chance.choice((0, 0, -2_000, 2_000))
    kind = chance.randrange(6)
    if kind == 0:
        faults.drop_after()
    elif kind == 1:
        faults.drop_before()
    elif kind == 2:
        faults.answer(429, 2)
    elif kind == 3:
        faults.answer(503, 1)
    elif kind == 4:
        faults.answer(502, 1, method="POST", path="order", processed=True)
    else:
        faults.answer(418, 1)


def _stretches(bars: Sequence[Bar], count: int, length: int) -> Iterator[Sequence[Bar]]:
    apart = max(1, (len(bars) - length) // max(1, count))
    for number in range(count):
        yield bars[number * apart : number * apart + length]


def _count(tally: Tally, hurt: World, where: str, calm: World) -> None:
    journal = list(hurt.store.entries(hurt.name))
    fates, play = hurt.play.fates, hurt.play
    tally.stretches += 1
    tally.ticks += play.ticks
    tally.calls += fates.calls
    tally.deaths += fates.deaths
    tally.failures += fates.failures
    for entry in journal:
        tally.bars += entry.kind == "decision"
        tally.orders += entry.kind == "intent"
        tally.fills += entry.kind == "fill"
    tally.halts.update(_short(reason) for reason in play.resumed)
    tally.wrong += [f"{where}: {one}" for one in hurt.faults()]
    if books.decisions(journal) != books.decisions(calm.store.entries(calm.name)):
        tally.wrong.append(f"{where}: other decisions than without faults")


def _not_ended(world: World) -> list[str]:
    bot = world.store.bot(world.name)
    found = [] if bot.status == "killed" else [f"the bot is {bot.status}: {bot.reason}"]
    return found + world.faults()


def _short(reason: str) -> str:
    # without client ids and amounts, so that equal reasons are counted together
    return " ".join(word if len(word) != 24 and not word[0].isdigit() else "…" for word in reason.split())
