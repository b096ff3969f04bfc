"""`botyard replay [BOT]` and `botyard promote BOT`: whether a bot does what was researched; what stands between a bot and real money, and the leave once nothing does."""

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from botyard.apps.cli import console
from botyard.apps.cli.console import say, when
from botyard.errors import BotyardError, Refused, UserError

if TYPE_CHECKING:
    from botyard.apps.promotion import Standing
    from botyard.ports import FleetStore
    from botyard.records.fleet import BotRecord, Promotion


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("replay")(replay)
    app.command("promote")(promote)


def promote(
    bot: Annotated[str, typer.Argument(help="The bot's name, as `botyard fleet` lists it.", metavar="BOT")],
    pilot: Annotated[
        bool, typer.Option("--pilot", help="For twice the smallest order alone: its fills are then measured.")
    ] = False,
    allocate: Annotated[
        float | None,
        typer.Option("--allocate", help="Quote that the mainnet bot may use; else as much as the bot has."),
    ] = None,
    as_json: console.JsonOption = False,
) -> None:
    """Explain each condition of trading real money; when all are met, ask for the bot's name and grant 30 days."""
    from botyard.apps import bots, promotion
    from botyard.apps.exchanges import mainnet

    with closing(bots.open_fleet()) as store:
        record = store.bot(bot)
        allocated = record.allocated_quote if allocate is None else allocate
        if not 0.0 < allocated < 1e12:
            raise UserError(f"--allocate {allocated:g} is no amount; a bot needs some, such as 1000")
        account, asked = mainnet.ask(store, record)
        found = promotion.standing(store, bot, pilot=pilot, account=account, asked=asked)
        if not as_json:
            _explain(found)
        granted = None
        if found.is_met:
            _confirm(found, account, allocated)
            granted = _grant(store, record, found, account, allocated)
    if as_json:
        console.print_json({"standing": found, "is_met": found.is_met, "promotion": granted})
    elif granted:
        say(
            f"promoted: {granted.bot} may hold up to {granted.max_notional:g} on {granted.account} "
            f"until {when(granted.expires_ms)} UTC"
        )
        say("a grace period proves the implementation, not the edge: expect the walk-forward Sharpe, and less")
    if granted is None:
        missing = ", ".join(c.name for c in found.conditions if not c.is_met)
        raise Refused(f"{bot} is not promoted; what is missing: {missing}", reason="not_promoted")


def _explain(found: "Standing") -> None:
    say(f"{found.bot}: {'a pilot' if found.is_pilot else 'trading'} with real money needs", style="bold")
    for one in found.conditions:
        say(f"  {'✓' if one.is_met else '✗'} {one.name:<10} {one.text}", style="green" if one.is_met else "")


def _confirm(found: "Standing", account: str, allocated: float) -> None:
    # a yes is typed too easily: the name says which bot is meant
    console.warn(f"real money: positions up to {found.max_notional:g} of {allocated:g} on {account}")
    typed = typer.prompt(f"type the bot's name, {found.bot}, to go on", default="", show_default=False, err=True)
    if typed.strip() != found.bot:
        raise Refused(f"{typed.strip()!r} is not {found.bot}: nothing was granted", reason="not_confirmed")


def _grant(store: "FleetStore", record: "BotRecord", found: "Standing", account: str, allocated: float) -> "Promotion":
    from botyard.apps import promotion
    from botyard.apps.exchanges import mainnet, runs

    if record.mode == "mainnet":
        return promotion.grant(store, found, account=account)
    made: list[Promotion] = []
    mainnet.deploy(
        store,
        record,
        account,
        allocated,
        promote=lambda twin: made.append(promotion.grant(store, found, account=account, to=twin)),
        wake=partial(runs.wake, store),
    )
    return made[0]


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
