"""`botyard replay [BOT]` and `botyard promote BOT`: whether a bot does what was researched, and may do it with real money."""

from contextlib import closing
from typing import Annotated

import typer

from botyard.apps.cli import console
from botyard.apps.cli.console import say, when
from botyard.errors import BotyardError, Refused


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("replay")(replay)
    app.command("promote")(promote)


def promote(
    bot: Annotated[str, typer.Argument(help="The bot's name, as `botyard fleet` lists it.", metavar="BOT")],
    pilot: Annotated[
        bool, typer.Option("--pilot", help="For twice the smallest order alone: its fills are then measured.")
    ] = False,
    account: Annotated[str, typer.Option("--account", help="The venue's account that it is for.")] = "",
    as_json: console.JsonOption = False,
) -> None:
    """Explain each condition of trading real money; grant it for 30 days when all are met."""
    from botyard.apps import bots, promotion

    with closing(bots.open_fleet()) as store:
        found = promotion.standing(store, bot, pilot=pilot, account=account)
        granted = promotion.grant(store, found, account=account) if found.is_met else None
    if as_json:
        console.print_json({"standing": found, "is_met": found.is_met, "promotion": granted})
    else:
        say(f"{bot}: {'a pilot' if pilot else 'trading'} with real money needs", style="bold")
        for one in found.conditions:
            say(f"  {'✓' if one.is_met else '✗'} {one.name:<10} {one.text}", style="green" if one.is_met else "")
        if granted:
            say(
                f"promoted: positions up to {granted.max_notional:g} on {granted.account} until {when(granted.expires_ms)} UTC"
            )
            say("a grace period proves the implementation, not the edge: expect the walk-forward Sharpe, and less")
    if granted is None:
        missing = ", ".join(c.name for c in found.conditions if not c.is_met)
        raise Refused(f"{bot} is not promoted; what is missing: {missing}", reason="not_promoted")


def replay(
    bot: Annotated[
        str, typer.Argument(help="The bot's name, as `botyard fleet` lists it; without it, all bots.", metavar="BOT")
    ] = "",
    as_json: console.JsonOption = False,
) -> None:
    """Hold each live decision against the engine's on the same bars: all equal, or the first difference explained."""
    from botyard.apps import bots
    from botyard.apps.operations.replay import Replayed
    from botyard.apps.operations.replay import replay as run

    with closing(bots.open_fleet()) as store:
        names = [bot] if bot else [one.name for one in store.bots()]
        found = []
        for name in names:
            try:
                found.append(run(store, name))
            except BotyardError as e:
                if bot:
                    raise
                found.append(Replayed(name, 0, 0, is_equal=False, text=str(e)))
    if as_json:
        console.print_json(found)
    else:
        for one in found:
            place = (
                ""
                if one.differs_at_ms is None
                else f" {one.equal:,} of {one.decisions:,} equal, then at {when(one.differs_at_ms)} UTC"
            )
            say(
                f"{'✓' if one.is_equal else '✗'} {one.bot}:{place} {one.text}", style="green" if one.is_equal else "red"
            )
        if not found:
            say("no bots yet; nothing to replay")
    apart = [one.bot for one in found if not one.is_equal]
    if apart:
        raise Refused(f"not as the engine decides: {', '.join(apart)}", reason="differs")
