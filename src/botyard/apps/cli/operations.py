"""What an operator asks at night: status, backup, restore, recover."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from botyard.apps.cli import console
from botyard.apps.cli.console import say, when
from botyard.errors import NotFound, UserError

if TYPE_CHECKING:
    from botyard.apps.operations.health import BotHealth, Health
    from botyard.ports import FleetStore
    from botyard.records.fleet import BotRecord

EXIT_WRONG = 1


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (status, backup, restore, recover):
        app.command(command.__name__)(command)


def status(
    tell: Annotated[
        bool, typer.Option("--tell", help="Page what stopped since the last look, through every notifier; for a timer.")
    ] = False,
    as_json: console.JsonOption = False,
) -> None:
    """Say what runs, when each bot last ticked, and what is wrong, with its remedy. Exit code 1 when something is."""
    from botyard.adapters.clock.system import SystemClock
    from botyard.apps import bots, notifying, settings
    from botyard.apps.operations import health, watchdog

    if settings.is_aws():
        from botyard.apps.aws.control import commands as aws

        aws.status(as_json=as_json)
        return
    store = bots.open_fleet()
    try:
        found = health.examine(store, SystemClock().now_ms())
    finally:
        store.close()
    if tell:
        watchdog.tell(found, notifying.notifier())
    if as_json:
        console.print_json(found)
    else:
        _show(found)
    if found.alarms:
        raise typer.Exit(EXIT_WRONG)


def backup(file: Annotated[Path, typer.Argument(help="The zip file to write.", metavar="FILE")]) -> None:
    """Save the fleet into one file, with hashes, while bots tick."""
    from botyard.apps.operations import backup as backups

    saved = backups.save(file)
    say(f"saved {len(saved.bots)} bot(s) in {saved.files} files, {saved.n_bytes / 1e6:.1f} MB: {file}")


def restore(
    file: Annotated[Path, typer.Argument(help="What botyard backup wrote.", metavar="FILE")],
    force: Annotated[bool, typer.Option("--force", help="Over a fleet that lives; it is set aside.")] = False,
) -> None:
    """Put a saved fleet into this home. Bots at an exchange come back halted."""
    from botyard.apps import up
    from botyard.apps.operations import backup as backups

    with up.alone():
        found = backups.restore(file, force=force)
    say(f"restored {len(found.bots)} bot(s) as of {when(found.created_ms)} UTC; see them with: botyard status")


def recover(
    bot: Annotated[str, typer.Argument(help="The bot's name, as `botyard fleet` lists it.", metavar="BOT")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Bring a bot's book in line with its venue: say what would be written, ask, write. Nothing is sent."""
    from botyard.adapters.notifier.console import ConsoleNotifier
    from botyard.apps import bots, settings
    from botyard.apps.operations import recover as recovering

    if settings.is_aws():
        raise UserError("the keys of bots in AWS are there and not here; their table can be restored to any second")
    store = bots.open_fleet()
    try:
        record = _found(store, bot, yes=yes)
        deployed = bots.load(bots.bundle(record), record.code_hash)
        with bots.opened(record, store, ConsoleNotifier()) as ports:
            found = recovering.examine(record, deployed, ports)
            if not found.is_needed:
                say(f"book and venue of {bot} agree: it holds {found.held}; nothing was written")
                return
            say(f"{bot} is {record.status}: {record.reason}")
            for line in found.lines:
                say(f"  {line}")
            say(f"  then its book holds {found.held}; nothing is sent to the venue")
            if not yes:
                typer.confirm("Write this into its journal? It cannot be taken back", abort=True)
            recovering.carry_out(record, deployed, ports, found)
    finally:
        store.close()
    say(f"written; see botyard why {bot}, then: botyard resume {bot}")


def _found(store: "FleetStore", bot: str, *, yes: bool) -> "BotRecord":
    try:
        return store.bot(bot)
    except NotFound:
        from botyard.apps.operations import registry  # ccxt: only where a record is lost

        say(f"the fleet has no record of {bot}; its run and its bundle may tell enough to register it again, halted")
        if not yes:
            typer.confirm("Register it again?", abort=True)
        return registry.register_again(store, bot)


def _show(found: "Health") -> None:
    say(f"botyard up {'runs' if found.is_up else 'does not run'}; {len(found.bots)} bot(s) at {when(found.at_ms)} UTC")
    if found.bots:
        console.table(
            "",
            ["bot", "symbol", "bars", "mode", "status", "last tick (UTC)", ">behind", "well"],
            (
                (
                    one.bot,
                    one.symbol,
                    one.timeframe,
                    one.mode,
                    one.status,
                    "never" if one.last_tick_ms is None else when(one.last_tick_ms),
                    _behind(one),
                    "yes" if one.alarm is None else one.alarm.code,
                )
                for one in found.bots
            ),
        )
    if not found.alarms:
        say("nothing is wrong")
    for alarm in found.alarms:
        say(f"ALARM {alarm.code}: {(alarm.bot + ' ') if alarm.bot else ''}{alarm.text}", style="bold")
        say(f"      do: {alarm.remedy}")


def _behind(one: "BotHealth") -> str:
    if one.age_ms is None:
        return "stored bars"
    seconds = one.age_ms // 1000
    return f"{seconds} s" if seconds < 600 else f"{seconds // 60} min"
