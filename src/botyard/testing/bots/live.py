"""A bot to test with: a strategy that fires every kind of order, made-up bars, ports in memory."""

import array
import hashlib
import json
import random
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from botyard.bot.deployed import Deployed, load_strategy
from botyard.bot.session import Ports
from botyard.errors import NotFound
from botyard.ports import Clock, FleetStore, Venue
from botyard.records import codec
from botyard.records.deployment import BundleSettings
from botyard.records.fleet import Bar, BotRecord, Mode, Status
from botyard.records.market import (
    COLUMN_FILES,
    MINUTE_MS,
    SERIES_FILE,
    Costs,
    Instrument,
    SeriesInfo,
    Step,
    TradingRules,
    symbol_folder,
    timeframe_minutes,
)

START_MS = 1_735_689_600_000  # 2025-01-01
BAR_MS = 300_000

STRATEGY = '''"""swing: a cross with scale-out, trailing stop and target; short on a breakdown; for tests."""

from botyard.ops.state import *

NAME, TIMEFRAME = "swing", "5m"
TIMEZONE = "UTC"
PARAMETERS = ("fast", "slow", "trail")
DEFAULTS = (5.0, 20.0, 0.012)
STATES = ("flat", "long", "half", "short")
EXPOSURES = (0.0, 1.0, 0.5, -1.0)
INITIAL = 0
TRANSITIONS = (
    ("enter_long", "when", (0,), 1), ("scale_out", "when", (1,), 2), ("exit_long", "when", (1, 2), 0),
    ("stop", "stop", (1, 2), 0), ("target", "limit", (1, 2), 0), ("enter_short", "stop", (0,), 3),
    ("stop", "stop", (3,), 0), ("reverse", "when", (3,), 1),
)
SIZING = "fraction"
MAX_LEVERAGE = 1.0
MAX_QUOTE = float("inf")
LIMITS = (float("inf"),) * 4
ORDER_SLOTS = 2
FAST, SLOW, BEST = 34, 35, 36
STATE_SIZE = 37
UNKNOWN = (34, 35, 36)


def warm_up(p):
    return p[1]


def on_bar(s, p, minutes, open, high, low, close, volume):
    crossed = s[FAST] > s[SLOW]
    for slot, n in ((FAST, p[0]), (SLOW, p[1])):
        s[slot] = close if s[slot] != s[slot] else s[slot] + (close - s[slot]) * 2.0 / (n + 1.0)
    s[BAR_COUNT] += 1.0
    s[BARS_IN_STATE] += 1.0
    s[LAST_CLOSE] = close
    if s[EXPOSURE] != 0.0:
        s[BARS_IN_POSITION] += 1.0
        s[HIGHEST_SINCE_ENTRY] = max(high, s[HIGHEST_SINCE_ENTRY])
        s[LOWEST_SINCE_ENTRY] = min(low, s[LOWEST_SINCE_ENTRY])
    s[PENDING] = NONE
    s[SIZE] = 0.9
    if s[BAR_COUNT] >= p[1]:
        up = s[FAST] > s[SLOW]
        state = s[STATE]
        if state == 0.0 and up and not crossed:
            decide(s, 0.0, 1.0)
        elif state == 1.0 and close > s[ENTRY_PRICE] * 1.01:
            decide(s, 1.0, 0.5)
        elif (state == 1.0 or state == 2.0) and crossed and not up:
            decide(s, 2.0, 0.0)
        elif state == 3.0 and up and not crossed:
            decide(s, 7.0, 1.0)
    arm(s, p)


def decide(s, transition, exposure):
    s[PENDING] = transition
    s[PENDING_EXPOSURE] = exposure
    s[PENDING_STOP] = s[LAST_CLOSE] * 0.98 if exposure > 0.0 else NO_STOP


def arm(s, p):
    place(s, 0, NO_ORDER, 0.0, 0.0, 0.0)
    place(s, 1, NO_ORDER, 0.0, 0.0, 0.0)
    if s[BAR_COUNT] < p[1]:
        return
    state = s[STATE]
    if state == 1.0 or state == 2.0:
        level = s[HIGHEST_SINCE_ENTRY] * (1.0 - p[2])
        s[BEST] = level if s[BEST] != s[BEST] else max(level, s[BEST])
        place(s, 0, SELL_STOP, s[BEST], 3.0, 0.0)
        place(s, 1, SELL_LIMIT, s[ENTRY_PRICE] * 1.02, 4.0, 0.0)
    elif state == 3.0:
        level = s[LOWEST_SINCE_ENTRY] * (1.0 + p[2])
        s[BEST] = level if s[BEST] != s[BEST] else min(level, s[BEST])
        place(s, 0, BUY_STOP, s[BEST], 6.0, 0.0)
    else:
        place(s, 0, SELL_STOP, s[LAST_CLOSE] * 0.99, 5.0, -1.0)


def place(s, k, kind, level, transition, exposure):
    i = ORDERS + k * ORDER_WIDTH
    s[i + KIND] = kind
    s[i + LEVEL] = level
    s[i + TRANSITION] = transition
    s[i + ORDER_EXPOSURE] = exposure
    s[i + ORDER_STOP] = level * 1.02 if exposure < 0.0 else NO_STOP


def on_fill(s, p, transition, exposure, price):
    before = s[EXPOSURE]
    s[STATE] = float(TRANSITIONS[int(transition)][3])
    s[EXPOSURE] = exposure
    s[LAST_FILL_PRICE] = price
    s[BARS_IN_STATE] = 0.0
    if before * exposure <= 0.0:
        s[BEST] = NAN
        s[BARS_IN_POSITION] = 0.0 if exposure != 0.0 else NAN
        for slot in (ENTRY_PRICE, FIRST_FILL_PRICE, HIGHEST_SINCE_ENTRY, LOWEST_SINCE_ENTRY):
            s[slot] = price if exposure != 0.0 else NAN
    arm(s, p)


NAN = float("nan")
'''


def made_up_bars(n: int, *, seed: int = 1, start_ms: int = START_MS) -> list[Bar]:
    """Return five-minute bars of a random walk with gaps between close and open, on a grid of cents."""
    walk = random.Random(seed)  # noqa: S311  (prices, not secrets)
    bars, price = [], 100.0
    for i in range(n):
        first = price * (1.0 + walk.gauss(0.0, 0.0008))
        path = [first]
        for _ in range(6):
            path.append(path[-1] * (1.0 + walk.gauss(0.0, 0.0016)))
        cents = [round(value, 2) for value in path]
        bars.append(Bar(start_ms + i * BAR_MS, cents[0], max(cents), min(cents), cents[-1], 10.0 + i % 7))
        price = cents[-1]
    return bars


def rules(*, kind: str = "perpetual", initial_cash: float = 10_000.0) -> TradingRules:
    """Return a made-up instrument with usual costs."""
    instrument = Instrument(
        symbol="MADE/UP",
        venue="made-up",
        base="MADE",
        quote="UP",
        kind="spot" if kind == "spot" else "perpetual",
        tick=Step(1, 100),
        lot=Step(1, 1000),
        min_notional=5.0,
        synthetic=True,
    )
    return TradingRules(instrument=instrument, costs=Costs(), initial_cash=initial_cash)


def deployed(world: TradingRules | None = None, *, feed: str = "stored", source: str = STRATEGY) -> Deployed:
    """Return what `load_deployed` would, for a strategy in the emitted form."""
    code_hash = hashlib.sha256(source.encode()).hexdigest()
    strategy = load_strategy(source, f"botyard_strategy_{code_hash[:16]}")
    world = world or rules()
    settings = BundleSettings(
        name=strategy.NAME,
        symbol=world.instrument.symbol,
        timeframe=strategy.TIMEFRAME,
        timezone=strategy.TIMEZONE,
        market="demo",
        feed="stored" if feed == "stored" else "live",
        parameter_names=tuple(strategy.PARAMETERS),
        parameters=tuple(strategy.DEFAULTS),
        rules=world,
        seed_bars=0,
        spec_hash="5" * 64,
        code_hash=code_hash,
    )
    return Deployed(settings, strategy, code_hash)


def write_bundle(folder: Path, world: TradingRules | None = None, *, source: str = STRATEGY) -> Path:
    """Write what of an unpacked bundle a tick reads."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bot.json").write_bytes(codec.dump(deployed(world, source=source).settings))
    (folder / "strategy.py").write_text(source, encoding="utf-8")
    return folder


def bot(
    what: Deployed,
    *,
    name: str = "swing-1",
    live_from_ms: int = START_MS,
    seed_ms: int = START_MS,
    status: Status = "running",
    mode: Mode = "paper",
    bundle: str = "",
) -> BotRecord:
    """Return the record of a bot that runs it."""
    settings = what.settings
    return BotRecord(
        name=name,
        run_id="1-swing",
        symbol=settings.symbol,
        venue="paper",
        timeframe=settings.timeframe,
        mode=mode,
        status=status,
        reason="deployed",
        bundle=bundle,
        spec_hash=settings.spec_hash,
        code_hash=what.code_hash,
        deployment_hash="d" * 64,
        allocated_quote=settings.rules.initial_cash,
        feed=settings.feed,
        seed_ms=seed_ms,
        live_from_ms=live_from_ms,
        created_ms=live_from_ms,
    )


class ListMarket:
    """The MarketData port over bars in a list."""

    def __init__(self, world: TradingRules, bars: Sequence[Bar], timeframe: str = "5m") -> None:
        self._world = world
        self._bars = list(bars)
        self._times = [bar.open_ms for bar in bars]
        self._length = timeframe_minutes(timeframe) * MINUTE_MS

    def instrument(self, symbol: str) -> Instrument:
        """Raise NotFound for another symbol."""
        if symbol != self._world.instrument.symbol:
            raise NotFound(f"no bars of {symbol!r}")
        return self._world.instrument

    def bars(self, symbol: str, timeframe: str, after_ms: int, until_ms: int) -> list[Bar]:
        """Return closed bars in between."""
        self.instrument(symbol)
        del timeframe
        return self._bars[bisect_right(self._times, after_ms) : bisect_right(self._times, until_ms - self._length)]


class Heard:
    """The Notifier port that keeps what it was told."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def tell(self, text: str) -> None:
        """Keep a message."""
        self.messages.append(text)


def ports(store: FleetStore, venue: Venue, market: ListMarket, clock: Clock, notifier: Heard | None = None) -> Ports:
    """Wire ports whose wall clock is the bot's."""
    return Ports(store=store, venue=venue, market=market, clock=clock, wall=clock, notifier=notifier or Heard())


def row_of(data: dict[str, object]) -> str:
    """Write a decision's orders so that equal text means equal bits, NaN included."""
    return json.dumps(data["row"])


def write_market(folder: Path, world: TradingRules, bars: Sequence[Bar], timeframe: str = "5m") -> Path:
    """Write bars as the columns that bots read."""
    symbol = world.instrument.symbol
    place = folder / symbol_folder(symbol) / timeframe
    place.mkdir(parents=True)
    for name in COLUMN_FILES:
        values = [getattr(bar, name.split(".")[0]) for bar in bars]
        (place / name).write_bytes(array.array("q" if name.endswith("i64") else "d", values).tobytes())
    info = SeriesInfo(
        instrument=world.instrument,
        timeframe=timeframe,
        first_ms=bars[0].open_ms,
        last_ms=bars[-1].open_ms,
        n_bars=len(bars),
        content_hash="c" * 64,
        source="made up",
        research_until_ms=bars[-1].open_ms,
    )
    (place / SERIES_FILE).write_bytes(codec.dump(info))
    return folder
