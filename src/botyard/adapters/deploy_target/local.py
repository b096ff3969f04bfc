"""Bots on this machine: one folder per bot, registered in the local fleet.

Every step may be repeated: a deployment that died half way is applied again and goes on where it stood.

1. Unpack into <home>/bots/<bot>/, beside it first, then in one move.
2. Open the paper account and register the bot.
3. Tick once, in an interpreter that sees the bundle alone; when that fails, steps 1 and 2 are taken back.
"""

import dataclasses
import io
import json
import secrets
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from botyard.adapters.deploy_target.registered import registered
from botyard.errors import ConfigError, NotFound, UserError
from botyard.ports import FleetStore
from botyard.records import codec
from botyard.records.deployment import BundleSettings, Plan
from botyard.records.fleet import BotRecord
from botyard.records.market import MINUTE_MS, TradingRules, timeframe_minutes

TICK_SECONDS = 60.0
TRY_AGAIN = 75  # what the bundle answers while somebody else is at it
TRIES = 10
PAUSE_SECONDS = 0.5

OpenAccount = Callable[[str, TradingRules], None]
"""Makes sure that the paper account of a bot is there; a second call does nothing."""


Wake = Callable[[BotRecord], str]
"""Ticks a registered bot once and says what it said. Raises: ConfigError when it halts."""


class LocalTarget:
    """The DeployTarget port on this machine's home folder."""

    def __init__(self, home: Path, fleet: FleetStore, open_account: OpenAccount, wake: Wake | None = None) -> None:
        """wake: how a bot is woken that its bundle alone cannot wake, because it needs a venue and keys."""
        self._home = home
        self._wake = wake
        self._fleet = fleet
        self._open_account = open_account

    def prepare(self, plan: Plan, bot: BotRecord, bundle: bytes) -> Plan:  # noqa: ARG002  (the port's)
        """Return the plan as it is."""
        return plan

    def apply(self, plan: Plan, bot: BotRecord, bundle: bytes) -> str:
        """Carry out the plan; the same plan again changes nothing and returns what the last tick says.

        Raises: ConfigError when the first tick fails (nothing is left registered then), UserError when the name
        belongs to another deployment or the disk is full.
        """
        known = registered(self._fleet, bot)
        has_ticked = known is not None and self._fleet.snapshot(bot.name) is not None
        folder = self._home / "bots" / bot.name
        bot = known or dataclasses.replace(bot, bundle=str(folder))
        steps: dict[str, Callable[[], object]] = {
            "unpack_bundle": lambda: _unpack(bundle, folder),
            "open_account": lambda: self._open_account(bot.name, _rules(bundle)),
            "register_bot": lambda: None if known else self._fleet.add_bot(bot),
        }
        said = ""
        try:
            for action in plan.actions:
                if action.kind == "first_tick":
                    said = self._first_tick(bot, folder)
                else:
                    steps[action.kind]()
        except ConfigError:
            if not has_ticked:  # else it is a living bot, whatever ails it now
                self._take_back(bot, folder)
            raise
        return said

    def _first_tick(self, bot: BotRecord, folder: Path) -> str:
        if self._wake is not None:
            words = self._wake(bot)
            self._verify(bot)
            return words
        command = [sys.executable, "-I", "-S", str(folder), "tick", "--home", str(self._home), "--bot", bot.name]
        if bot.feed == "stored":  # the first withheld bar has just closed
            now_ms = bot.live_from_ms + timeframe_minutes(bot.timeframe) * MINUTE_MS
            command += ["--now-ms", str(now_ms)]
        for _ in range(TRIES):
            done = _run(command, folder, bot.name)
            if done.returncode != TRY_AGAIN:
                break
            time.sleep(PAUSE_SECONDS)  # the fleet's scheduler may have woken it already
        if done.returncode != 0:
            raise ConfigError(f"the first tick of {bot.name} failed with code {done.returncode}: {_last_words(done)}")
        self._verify(bot)
        said = _answer(done.stdout)
        if said is None:
            raise ConfigError(f"the first tick of {bot.name} answered {done.stdout[-200:]!r}, not a line of JSON")
        return said

    def _verify(self, bot: BotRecord) -> None:
        snapshot = self._fleet.snapshot(bot.name)
        if snapshot is None:
            raise ConfigError(f"the first tick of {bot.name} left no state behind")
        if snapshot.code_hash != bot.code_hash:
            raise ConfigError(
                f"the first tick of {bot.name} ran code {snapshot.code_hash[:12]}, not {bot.code_hash[:12]}"
            )

    def _take_back(self, bot: BotRecord, folder: Path) -> None:
        with suppress(NotFound):  # it may have failed before it was registered
            self._fleet.remove_bot(bot.name)
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], folder: Path, bot: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - this interpreter on the bundle that passed its contract tests
            command, cwd=folder, env={}, capture_output=True, text=True, timeout=TICK_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as e:
        raise ConfigError(f"the first tick of {bot} did not end within {TICK_SECONDS:g} s") from e


def _answer(output: str) -> str | None:
    try:
        return str(json.loads(output.strip().splitlines()[-1])["text"])
    except (IndexError, KeyError, TypeError, ValueError):
        return None


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else _answer(done.stdout) or "no message"


def _rules(bundle: bytes) -> TradingRules:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return codec.load(BundleSettings, archive.read("bot.json")).rules


def _unpack(bundle: bytes, folder: Path) -> None:
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for left in folder.parent.glob(f".{folder.name}.*"):  # of a deployment that died while unpacking
            shutil.rmtree(left, ignore_errors=True)
        with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
            archive.extractall(draft)
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    except OSError as e:
        shutil.rmtree(draft, ignore_errors=True)
        raise UserError(f"cannot unpack into {folder}: {e.strerror}; make room or choose another home") from e
