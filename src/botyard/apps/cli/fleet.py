"""The fleet's commands: fleet, pause, resume, kill, pnl, why, logs, trace, up."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from botyard.apps.cli import console
from botyard.apps.cli.console import say, when
from botyard.errors import UserError

if TYPE_CHECKING:
    from botyard.apps.bots import OpenFleet
    from botyard.bot.earnings import Profit
    from botyard.bot.folds import Standing

FOLLOW_SECONDS = 1.0

Bot = Annotated[str, typer.Argument(help="The bot's name, as `botyard fleet` lists it.", metavar="BOT")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (fleet, pause, resume, kill, pnl, why, logs, trace, up):
        app.command(command.__name__)(command)


def fleet(as_json: console.JsonOption = False) -> None:
    """List the bots: position, equity, status, last decision."""
    from botyard.apps import answers

    with _store() as store:
        standings = answers.standings(store)
    if as_json:
        console.print_json(standings)
        return
    if not standings:
        say('no bots yet; make one with: botyard pipeline "fast ema crosses slow ema" 5')
        return
    console.table(
        "",
        [
            "bot",
            "symbol",
            "bars",
            "mode",
            "status",
            ">position",
            ">equity",
            ">profit",
            "last bar (UTC)",
            "last decision",
        ],
        (
            (
                one.bot,
                one.symbol + (" (synthetic)" if one.synthetic else ""),
                one.timeframe,
                one.mode + (", stored bars" if one.feed == "stored" else ""),
                one.status,
                _amount(one.position),
                _money(one.equity),
                _money(one.profit, signed=True),
                "–" if one.last_bar_ms is None else when(one.last_bar_ms),
                _last(one),
            )
            for one in standings
        ),
    )


def pause(bot: Bot) -> None:
    """Stop entering; exits and stops go on."""
    from botyard.apps import bots

    with _store() as store:
        found = bots.pause(store, bot)
    say(f"{found.name} is paused: no entries; exits and stops go on. Again with: botyard resume {found.name}")


def resume(bot: Bot) -> None:
    """Let a paused or halted bot trade again."""
    from botyard.apps import bots

    with _store() as store:
        found = bots.resume(store, bot)
    say(f"{found.name} is running")


def kill(
    bot: Bot,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """End a bot for good: cancel its orders, close its position, stop it."""
    from botyard.adapters.notifier.console import ConsoleNotifier
    from botyard.apps import answers, bots, settings

    with _store() as store:
        found = store.bot(bot)
        if found.status != "killed" and not yes:
            one = next(s for s in answers.standings(store) if s.bot == bot)
            typer.confirm(
                f"Kill {bot} ({one.symbol}, position {_amount(one.position)})? It cannot be undone", abort=True
            )
        report = bots.kill(store, bot, ConsoleNotifier())
    say(f"{bot}: {report.text}")
    if report.status == "killing":
        say("its own ticks go on with it" if settings.is_aws() else "botyard up goes on with it until it is done")


def pnl(
    bot: Bot,
    chart: Annotated[Path | None, typer.Option("--chart", help="Draw the equity into this PNG file.")] = None,
    as_json: console.JsonOption = False,
) -> None:
    """Show what a bot earned, and what its execution cost against the model."""
    from botyard.apps import answers

    with _store() as store:
        earned = answers.profit(store, bot)
        if chart is not None:
            _draw(answers.equity_picture(store, bot), chart)
    if as_json:
        console.print_json(earned)
        return
    if earned.from_ms is None or earned.until_ms is None:
        say(f"{bot} has seen no live bar yet; its allocation is {_money(earned.allocated)}")
        return
    label = " (SYNTHETIC bars)" if earned.synthetic else ""
    say(f"{bot} on {earned.symbol}{label}, {when(earned.from_ms)} to {when(earned.until_ms)} UTC", style="bold")
    position = _amount(earned.position)
    if earned.entry_price is not None:
        position += (
            f" bought at {earned.entry_price:.6g} on average"
            if earned.position > 0
            else f" sold at {earned.entry_price:.6g}"
        )
    rows = [
        ("equity", _money(earned.equity)),
        ("profit", f"{_money(earned.profit, signed=True)}  ({console.percent(earned.return_frac, 2)})"),
        ("  realised", _money(earned.realised, signed=True)),
        ("  unrealised", _money(earned.unrealised, signed=True)),
        ("fees paid", _money(earned.fees)),
        ("funding paid", _money(earned.funding)),
        ("largest drawdown", console.percent(earned.max_drawdown, 2)),
        ("trades", f"{earned.trades} closed, {earned.wins} won; {earned.fills} fills"),
        ("position", position),
        ("the model's profit", _money(earned.model_profit, signed=True)),
        ("execution cost", f"{_money(earned.execution_cost)}  (the bot's fills against the model's)"),
        ("not shared", f"{_money(earned.not_shared)}  ({_missed(earned)})"),
    ]
    for name, value in rows:
        say(f"  {name:<20}{value}")


def why(bot: Bot, as_json: console.JsonOption = False) -> None:
    """Explain a bot: its last 20 decisions, open orders, ledger against venue, next action."""
    from botyard.apps import answers

    with _store() as store:
        found = answers.why(store, bot)
    if as_json:
        console.print_json(found)
        return
    say(f"{bot} is {found.status}" + (f": {found.reason}" if found.reason else ""), style="bold")
    if not found.decisions:
        say("  no decisions yet")
    for one in found.decisions:
        say(f"  {when(one.bar_ms)}  {one.words}")
        for note in one.notes:
            say(f"                    {note}")
    say("open orders:" if found.open_orders else "open orders: none")
    for order in found.open_orders:
        price = "at market" if order.price is None else f"at {order.price:.10g}"
        sent = "" if order.is_sent else "  (not sent yet)"
        say(
            f"  {order.signal}: {order.kind} {order.side} {order.quantity:.10g} {price}, since {when(order.bar_ms)}{sent}"
        )
    say(f"ledger {_amount(found.ledger_units)}, venue {_amount(found.venue_units)}: {answers.agreement(found)}")
    say(f"next: {found.next_action}")


def logs(
    bot: Bot,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of the last lines.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written; Ctrl-C ends it.")] = False,
    as_json: console.JsonOption = False,
) -> None:
    """Show a bot's journal: every decision, order, fill and halt, as it was written."""
    from botyard.apps import answers

    with _store() as store:
        shown = answers.journal(store, bot, lines)
        if as_json:
            console.print_json(shown)
            return
        last = 0
        while True:
            for entry in shown:
                say(f"{entry.sequence:>6}  {when(entry.at_ms)}  {entry.kind:<10} {answers.journal_line(entry)}")
                last = entry.sequence
            if not follow:
                return
            time.sleep(FOLLOW_SECONDS)
            shown = list(store.entries(bot, after=last))


def trace(bot: Bot, as_json: console.JsonOption = False) -> None:
    """Follow a bot back: deployment, spec, study, data."""
    from botyard.apps import answers

    with _store() as store:
        found = answers.trace(store, bot)
    if as_json:
        console.print_json(found)
        return
    study = f"{found.study}, {found.trials} trials, seed {found.seed}" if found.study else "not known"
    for name, value in (
        ("bot", found.bot),
        ("deployment", found.deployment_hash),
        ("bundle", found.bundle_hash or "not known"),
        ("code", f"{found.code_hash}, {found.code_on_disk}"),
        ("spec", found.spec_hash),
        ("run", f"{found.run}: {found.idea}"),
        ("study", study),
        ("data", found.data_hash or "not known"),
        ("verdict", found.verdict or "not known"),
    ):
        say(f"  {name:<12}{value}")
    for broken in found.breaks:
        console.warn(broken)


def up(
    from_date: Annotated[
        str | None, typer.Option("--from", help="Play stored bars from this UTC date, such as 2025-06-01.")
    ] = None,
    until_date: Annotated[str | None, typer.Option("--until", help="Play them until this UTC date.")] = None,
    speed: Annotated[
        float | None, typer.Option("--speed", min=0.0, help="Times real time; 0 plays as fast as it can.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Tick every live bot once, now, and end.")] = False,
) -> None:
    """Run the fleet: tick each bot just after its bar closes. Ctrl-C ends it."""
    from botyard.apps import up as scheduler

    if from_date is None and until_date is None and speed is None:
        scheduler.run_live(say, once=once)
    else:
        scheduler.play(say, from_date=from_date, until_date=until_date, speed=speed or 0.0)


@contextmanager
def _store() -> "Iterator[OpenFleet]":
    from botyard.apps import bots

    store = bots.open_store()
    try:
        yield store
    finally:
        store.close()


def _draw(picture: bytes, place: Path) -> None:
    if not picture:
        raise UserError("there is nothing to draw before the bot's second live bar; let it tick: botyard up")
    try:
        place.write_bytes(picture)
    except OSError as e:
        raise UserError(f"cannot write {place}: {e.strerror}; choose another place for --chart") from e
    console.err().print(f"drew {place}", markup=False)


def _last(one: "Standing") -> str:
    return one.decision if one.status == "running" and one.decision else one.reason


def _missed(earned: "Profit") -> str:
    count = {0: "no entry", 1: "one entry"}.get(earned.missed, f"{earned.missed} entries")
    same = abs(earned.not_shared or 0.0) < 0.005
    return f"{count} missed" + ("" if same else "; the model earned so much more where the two did not do the same")


def _amount(value: float | None) -> str:
    if value is None:
        return "?"
    return "flat" if value == 0.0 else f"{value:+.10g}"


def _money(value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return "–"
    value = round(value, 2) + 0.0  # no negative zero
    return f"{value:+,.2f}" if signed else f"{value:,.2f}"
