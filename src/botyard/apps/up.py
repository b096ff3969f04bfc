"""`botyard up`: one process that ticks the fleet, after each close in real time, or through stored bars."""

import fcntl
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.clock.system import SystemClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.adapters.market_data.columns import ColumnMarketData
from botyard.adapters.notifier.console import ConsoleNotifier
from botyard.apps import bots, notifying, settings
from botyard.apps.operations import backup, logs, watchdog
from botyard.apps.operations.health import LOCK
from botyard.apps.operations.nightly import Nightly
from botyard.apps.operations.shared_bars import PreloadedBars, SharedBars
from botyard.apps.ticks import halt_for, tick_bot, wake
from botyard.bot import folds
from botyard.bot.deployed import load_settings
from botyard.bot.limits import timeframe_ms
from botyard.bot.session import Ports, TickReport
from botyard.errors import BotyardError, ConfigError, UserError
from botyard.records.fleet import BotRecord
from botyard.records.market import Instrument

Say = Callable[[str], None]

SETTLE_MS = 500  # after a close, before the bar is asked for
RETRY_MS = 2_000
MOST_NAP_MS = 5_000  # new bots, kills and the clock's jumps are seen within this
KILL_EVERY_MS = 10_000
REPORT_EVERY = 2_000  # bars between two lines of progress
NEVER_MS = 2**62
DAY_MS = 86_400_000


def run_live(say: Say, *, once: bool = False) -> None:
    """Tick all bots that follow the live feed, until interrupted; with `once`, each once.

    Raises: UserError while another `botyard up` runs for this home.
    """
    with alone(), _stopped_by_term():
        store = bots.open_fleet()
        try:
            live = [bot for bot in store.bots() if bot.feed == "live" and bot.status != "killed"]
            for bot in store.bots():
                if bot.feed == "stored" and bot.status != "killed":
                    say(
                        f"{bot.name} trades stored bars; play them with: botyard up --from {_date(bot.live_from_ms)} --speed 0"
                    )
            if not live:
                say(
                    "no bot follows the live feed"
                    if store.bots()
                    else "the fleet is empty; start with: botyard pipeline"
                )
                return
            if not once:
                say(f"{len(live)} bot(s) follow the live feed; Ctrl-C ends this, and nothing is lost by it")
            with logs.opened() as log:
                _Live(store, say, log).run(once=once)
        except KeyboardInterrupt:
            say("stopped; the bots stand where they are, and go on with: botyard up")
            raise
        finally:
            store.close()


class _Live:
    def __init__(self, store: SqliteFleet, say: Say, log: logs.Log) -> None:
        self._store = store
        self._say = say
        self._clock = SystemClock()
        self._due: dict[str, int] = {}
        self._failing: set[str] = set()
        self._uncopied_day = -1
        self._shared: dict[str, SharedBars] = {}  # of this round, by market
        self._fresh: set[tuple[str, str]] = set()  # symbols and bar lengths of the demo market made in this round
        self._log = log
        self._notifier = logs.Logged(notifying.notifier(), log)
        self._nightly = Nightly(say, self._notifier, self._clock.now_ms())

    def run(self, *, once: bool) -> None:
        if once:
            self._round(once=True)
            return
        try:
            with (
                _kept_open(settings.home() / "paper.db"),
                watchdog.watching(self._notifier, lambda e: self._log.error("watchdog failed", error=repr(e))),
            ):
                self._round(once=False)
        finally:
            self._nightly.stop()

    def _round(self, *, once: bool) -> None:
        while True:
            now_ms = self._clock.now_ms()
            fleet = [b for b in self._store.bots() if b.feed == "live" and b.status != "killed"]
            self._shared, self._fresh = {}, set()
            for bot in fleet:
                if self._due.get(bot.name, 0) <= now_ms:
                    self._due[bot.name] = self._tick(bot)
            if once or not fleet:
                return
            self._copy(now_ms)
            self._nightly.look(now_ms)
            next_ms = min(self._due[bot.name] for bot in fleet)
            time.sleep(max(0, min(next_ms - self._clock.now_ms(), MOST_NAP_MS)) / 1000)

    def _tick(self, bot: BotRecord) -> int:
        """Tick a bot and return when it is due again."""
        length = timeframe_ms(bot)
        now_ms = self._clock.now_ms()
        next_ms = now_ms // length * length + length + SETTLE_MS
        with logs.tick_of(bot):
            report = self._wake(bot, now_ms)
        if report is None:
            return next_ms
        if report.bars or report.orders or report.fills or (report.is_done and report.status != "running"):
            self._say(f"{_time(now_ms)} {_line(bot, report)}")
        if report.status == "killing" and not report.is_done:
            return now_ms + KILL_EVERY_MS
        newest_ms = now_ms // length * length - length
        has_newest = report.last_bar_ms is not None and report.last_bar_ms >= newest_ms
        is_early = now_ms - newest_ms - length < min(60_000, length // 4)
        if not report.is_done or (report.status == "running" and not has_newest and is_early):
            return min(next_ms, now_ms + RETRY_MS)  # the bar is late, or somebody else is at it
        return next_ms

    def _copy(self, now_ms: int) -> None:
        try:
            copy = backup.save_daily(now_ms)
        except BotyardError as e:
            if self._uncopied_day != now_ms // DAY_MS:  # once a day; bots go on without a copy
                self._uncopied_day = now_ms // DAY_MS
                self._notifier.tell(f"the daily copy failed: {e}")
            return
        if copy is not None:
            self._say(f"copied the fleet to {copy}")
            self._log.info("copied", path=str(copy))

    def _market(self, bot: BotRecord, now_ms: int) -> SharedBars | None:
        name = bots.known(bot).market
        if name not in bots.STORED:
            return None  # each asks its venue
        if name == "demo" and (bot.symbol, bot.timeframe) not in self._fresh:  # it is made as time goes on
            from botyard.market import open_market  # numpy: only where bars are made

            open_market(settings.home(), "demo", now_ms).refresh(bot.symbol, bot.timeframe)
            self._fresh.add((bot.symbol, bot.timeframe))
        if name not in self._shared:
            self._shared[name] = SharedBars(ColumnMarketData(settings.home() / "market" / name))
        return self._shared[name]

    def _wake(self, bot: BotRecord, now_ms: int) -> TickReport | None:
        began = time.monotonic()
        try:
            report = wake(bot, self._store, self._notifier, market=lambda: self._market(bot, now_ms))
        except Exception as e:  # noqa: BLE001  (one broken bot must not stop the others)
            self._say(f"{_time(now_ms)} {bot.name}: {type(e).__name__}: {e}")
            self._log.error("tick failed", exc_info=True)
            if bot.name not in self._failing:  # once until it goes well again
                self._failing.add(bot.name)
                self._notifier.tell(
                    f"{bot.name} cannot tick: {type(e).__name__}: {e}; see logs/botyard.log in the home"
                )
            return None
        if bot.name in self._failing and report.is_done:
            self._failing.remove(bot.name)
            self._notifier.tell(f"over: {bot.name} ticks again")
        level = self._log.info if report.bars or report.orders or report.fills else self._log.debug
        level(
            "tick" if report.is_done else "tick not done",
            status=report.status,
            bars=report.bars,
            orders=report.orders,
            fills=report.fills,
            last_bar_ms=report.last_bar_ms,
            text=report.text,
            ms=round(1000 * (time.monotonic() - began)),
        )
        return report


@dataclass
class _Player:
    bot: BotRecord
    ports: Ports
    clock: ReplayClock
    instrument: Instrument
    end_ms: int  # close of the last stored bar
    next_ms: int
    bars: int = 0
    fills: int = 0
    text: str = ""


def play(say: Say, *, from_date: str | None, until_date: str | None, speed: float) -> None:
    """Drive all bots of stored bars through them; each close is a tick. The clock starts at `from_date`.

    speed: times real time; 0 is as fast as possible.
    Raises: UserError for a bad date or while another `botyard up` runs for this home.
    """
    from_ms = 0 if from_date is None else _parse(from_date)
    until_ms = NEVER_MS if until_date is None else _parse(until_date)
    with alone(), _stopped_by_term(), ExitStack() as opened:
        store = bots.open_fleet(durable=False)
        try:
            players = _players(store, say, from_ms, until_ms, opened)
            if not players:
                say("no bot has stored bars left to play")
                return
            started = time.monotonic()
            try:
                _play(players, say, speed)
            finally:
                _say_results(store, players, say, time.monotonic() - started)
        finally:
            store.close()


def _players(store: SqliteFleet, say: Say, from_ms: int, until_ms: int, opened: ExitStack) -> list[_Player]:
    players = []
    for bot in store.bots():
        if bot.status == "killed":
            continue
        if bot.feed == "live":
            say(f"{bot.name} follows the live feed from {_date(bot.live_from_ms)} on; it ticks with: botyard up")
            continue
        try:
            player = _player(bot, store, say, from_ms, until_ms, opened)
        except ConfigError as e:
            say(f"{bot.name} {halt_for(bot.name, store, ConsoleNotifier(), e).text}")
        except BotyardError as e:  # such as bars that are gone: the others play
            say(f"{bot.name} cannot be played: {e}")
        else:
            players += [player] if player else []
    return players


def _player(
    bot: BotRecord, store: SqliteFleet, say: Say, from_ms: int, until_ms: int, opened: ExitStack
) -> _Player | None:
    known = load_settings(bots.bundle(bot))
    instrument = known.rules.instrument
    length = timeframe_ms(bot)
    last_ms = folds.current_ledger(store, bot, instrument).last_bar_ms
    after_ms = bot.live_from_ms - 1 if last_ms is None else last_ms
    stored = ColumnMarketData(settings.home() / "market" / known.market)
    bars = [
        b for b in stored.bars(bot.symbol, bot.timeframe, bot.seed_ms - 1, NEVER_MS) if b.open_ms + length <= until_ms
    ]
    left = [b for b in bars if b.open_ms > after_ms]
    if not left:
        end = _date(until_ms) if until_ms < NEVER_MS else "their end"
        say(f"{bot.name} has no stored bars left to play before {end}")
        return None
    clock = ReplayClock(max(from_ms, left[0].open_ms))
    market = PreloadedBars(stored, bars, length)
    ports = opened.enter_context(bots.opened(bot, store, ConsoleNotifier(), clock=clock, market=market, durable=False))
    say(
        f"{bot.name} plays {len(left):,} stored bars of {bot.symbol}, {_time(left[0].open_ms)} to {_time(left[-1].open_ms)} UTC"
    )
    first = max(left[0].open_ms + length, -(-from_ms // length) * length)
    return _Player(bot, ports, clock, instrument, left[-1].open_ms + length, first)


def _play(players: list[_Player], say: Say, speed: float) -> None:
    total = 0
    while True:
        waiting = [p for p in players if p.next_ms <= p.end_ms]
        if not waiting:
            return
        player = min(waiting, key=lambda p: p.next_ms)
        now_ms = player.next_ms
        length = timeframe_ms(player.bot)
        player.clock.move_to(now_ms)
        report = tick_bot(player.bot, player.ports)
        if not report.is_done:
            say(f"{_time(now_ms)} {_line(player.bot, report)}")
            time.sleep(RETRY_MS / 1000)
            continue
        is_over = report.status == "killed" or (report.status == "halted" and not report.bars)
        player.next_ms = NEVER_MS if is_over else now_ms + length
        player.bars += report.bars
        player.fills += report.fills
        player.text = report.text
        total += report.bars
        if report.fills or report.status not in ("running", "paused", "halted"):
            say(f"{_time(now_ms)} {_line(player.bot, report)}")
        elif report.bars and total % REPORT_EVERY == 0:
            say(f"{_time(now_ms)} {total:,} bars played")
        if speed > 0.0:
            time.sleep(length / 1000 / speed / len(waiting))


def _say_results(store: SqliteFleet, players: list[_Player], say: Say, seconds: float) -> None:
    for player in players:
        bot = store.bot(player.bot.name)
        standing = folds.standing(store, bot, player.instrument)
        equity = "–" if standing.equity is None else f"{standing.equity:,.2f}"
        profit = "" if standing.profit is None else f" ({standing.profit:+,.2f})"
        say(
            f"{bot.name}: {player.bars:,} bars in {seconds:.1f} s, {player.fills} fills, equity {equity}{profit}, "
            f"{bot.status}; see: botyard pnl {bot.name}, botyard why {bot.name}"
        )


def _line(bot: BotRecord, report: TickReport) -> str:
    status = "" if report.status == "running" else f" [{report.status}]"
    did = f" ({report.fills} fills, {report.orders} orders)" if report.fills or report.orders else ""
    return f"{bot.name} {bot.symbol}{status}: {report.text}{did}"


@contextmanager
def alone() -> Iterator[None]:
    """Be the only one that ticks this home's fleet. Raises: UserError when another is."""
    place = settings.home() / LOCK
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle = place.open("w")
    except OSError as e:
        raise UserError(f"cannot write {place}: {e.strerror}; choose another place with --home") from e
    with handle:
        for is_last_try in (False, False, True):  # botyard status holds it for a moment to see whether it is held
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as e:
                if is_last_try:
                    raise UserError(f"another botyard up runs for {settings.home()}; end that one first") from e
                time.sleep(0.02)
        yield


@contextmanager
def _kept_open(store: Path) -> Iterator[None]:
    # the last one to close a store writes all of it back: not after every bot
    if not store.exists():
        yield
        return
    with closing(sqlite3.connect(store)) as db:
        db.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        yield


@contextmanager
def _stopped_by_term() -> Iterator[None]:
    # systemd and docker end a service so: the same as Ctrl-C
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _parse(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as e:
        raise UserError(f"{text!r} is not a date; write one such as 2025-06-01 or 2025-06-01T12:00") from e
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)


def _date(time_ms: int) -> str:
    return _time(time_ms)[:10]


def _time(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
