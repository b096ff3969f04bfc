"""Play a bot through bars in a world where calls fail and processes die, as a scheduler and a patient person would."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from botyard.bot.deployed import Deployed
from botyard.bot.session import Ports
from botyard.bot.tick import LEASE_MS, TickReport, tick
from botyard.errors import RetryableError
from botyard.records.fleet import Bar
from botyard.testing.bots.crashes import Died
from botyard.testing.chaos.fates import Fates, Mortal, never

RETRY_MS = 2_000  # between two ticks
MOST_TRIES = 60  # of one bar, before a bot counts as stuck


class WallClock:
    """The clock that leases are counted by: it moves when the play says so."""

    def __init__(self, now_ms: int = 0) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """Return its time."""
        return self._now_ms

    def move_by(self, ms: int) -> None:
        """Let time pass."""
        self._now_ms += ms


@dataclass
class Play:
    """One bot and the world around it. `ports` never fail; the bot is given mortal ones."""

    name: str
    deployed: Deployed
    ports: Ports
    wall: WallClock
    move_to: Callable[[int], None]  # moves the bot's clock, and the venue's where that has one of its own
    fates: Fates = field(default_factory=lambda: Fates(never))
    ticks: int = 0
    lives: int = 1
    resumed: list[str] = field(default_factory=list)  # the reasons of halts that the person looked at

    def __post_init__(self) -> None:
        """Put every port of the bot into the hands of fate; clocks tell the time and no more."""
        mortal: dict[str, Any] = {
            port: Mortal(getattr(self.ports, port), self.fates) for port in ("store", "venue", "market", "notifier")
        }
        self._mortal = dataclasses.replace(self.ports, wall=self.wall, **mortal)

    def tick(self) -> TickReport | None:
        """Wake the bot once; None when that process died or its store did not answer."""
        self.ticks += 1
        self.wall.move_by(RETRY_MS)
        try:
            report = tick(self.name, self.deployed, self._mortal, f"life {self.lives}")
        except Died:
            self.fates.revive()
            self.lives += 1
            self.wall.move_by(LEASE_MS)  # its lease runs out
        except RetryableError:
            self.wall.move_by(LEASE_MS)
        else:
            if not report.is_done:  # it could not even give its lease back, or something did not answer
                self.wall.move_by(LEASE_MS)
            return report
        return None

    def calm_tick(self) -> TickReport:
        """Wake the bot once in a world where nothing fails."""
        self.wall.move_by(LEASE_MS)
        return tick(self.name, self.deployed, dataclasses.replace(self.ports, wall=self.wall), "calm")

    def until_done(self, is_done: Callable[[TickReport], bool]) -> TickReport:
        """Tick until a tick says that it is done; a halted bot is looked at and resumed."""
        for _ in range(MOST_TRIES):
            report = self.tick()
            if report is not None and report.status == "halted":
                self._look_at(report.text)
            elif report is not None and is_done(report):
                return report
        bot = self.ports.store.bot(self.name)
        raise AssertionError(f"stuck after {MOST_TRIES} ticks: {bot.status}, {bot.reason}, {report}")

    def through(self, bars: Sequence[Bar], length_ms: int, late_ms: int = 0) -> None:
        """Let each bar close, and tick until the bot has decided on it."""
        for bar in bars:
            self.move_to(bar.open_ms + length_ms + late_ms)
            self.until_done(lambda report, bar=bar: report.is_done and report.last_bar_ms == bar.open_ms)  # type: ignore[misc]

    def kill(self) -> None:
        """Ask for the bot's end, and tick until it came."""
        bot = self.ports.store.bot(self.name)
        self.ports.store.set_status(self.name, "killing", "killed by a person", expected=bot.status)
        self.until_done(lambda report: report.status == "killed")

    def _look_at(self, text: str) -> None:
        bot = self.ports.store.bot(self.name)
        assert bot.reason, f"halted without a reason: {text}"
        if bot.status != "halted":
            return
        self.resumed.append(bot.reason)
        self.ports.store.set_status(self.name, "running", "resumed by a person", expected="halted")
