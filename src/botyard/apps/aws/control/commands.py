"""`botyard aws …`: deploy, status, logs, upgrade, destroy, export, import, cost."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from botyard.apps.aws.cost import cost
from botyard.apps.cli import console
from botyard.apps.cli.console import say, when

EXIT_WRONG = 1


class Anywhere(TyperGroup):
    """Takes --environment and --region after the command's name too, where people write them."""

    def parse_args(self, context: Any, words: list[str]) -> list[str]:
        """Bring them to the front."""
        front: list[str] = []
        rest: list[str] = []
        waiting = list(words)
        while waiting:
            word = waiting.pop(0)
            name, has_value, _ = word.partition("=")
            is_ours = name in ("--environment", "-e", "--region")
            (front if is_ours else rest).append(word)
            if is_ours and not has_value and waiting:
                front.append(waiting.pop(0))
        return super().parse_args(context, front + rest)


app = typer.Typer(cls=Anywhere, no_args_is_help=True, rich_markup_mode=None)

Bot = Annotated[str, typer.Argument(help="The bot's name, as `botyard fleet` lists it.", metavar="BOT")]


@app.callback()
def _where(
    environment: Annotated[
        str, typer.Option("--environment", "-e", help="Which environment; default BOTYARD_ENVIRONMENT, else main.")
    ] = "",
    region: Annotated[
        str, typer.Option("--region", help="AWS region; default AWS_REGION or your profile's, else eu-central-1.")
    ] = "",
) -> None:
    if environment:
        os.environ["BOTYARD_ENVIRONMENT"] = environment
    if region:
        os.environ["AWS_REGION"] = region


@app.command()
def deploy(
    model: Annotated[str, typer.Option("--model", help="bedrock:MODEL for ideas that the rules cannot read.")] = "",
    venue: Annotated[str, typer.Option("--venue", help="Exchange whose live bars bots follow; default binance.")] = "",
    vpc: Annotated[str, typer.Option("--vpc", help="A VPC of your own for the agents; default: one is made.")] = "",
    subnets: Annotated[str, typer.Option("--subnets", help="Subnets of that VPC, with commas.")] = "",
    private: Annotated[bool, typer.Option("--private", help="Those subnets have a NAT: no public addresses.")] = False,
    spot: Annotated[bool | None, typer.Option("--spot/--no-spot", help="Agents on spare capacity, cheaper.")] = None,
    budget_usd: Annotated[
        float | None, typer.Option("--budget-usd", min=1, help="Alarm above so much a month.")
    ] = None,
    market: Annotated[
        Path | None, typer.Option("--bars", help="Folder of imported bars; default: your home's.")
    ] = None,
    image: Annotated[bool, typer.Option("--image/--no-image", help="Build and push the agents' image.")] = True,
    image_only: Annotated[bool, typer.Option("--image-only", help="Nothing but that, as on another machine.")] = False,
) -> None:
    """Bring the control plane into your account, or up to date; run it again after anything that stopped it."""
    from botyard.apps.aws.control import deploy as work

    if image_only:
        work.image_only(say)
        return
    wishes = work.Wishes(model, venue, vpc, subnets, private, spot, budget_usd, image, market)
    work.deploy(wishes, say)
    say('next, in Telegram: /pipeline "fast ema crosses slow ema" 5', style="bold")


@app.command()
def upgrade(
    image: Annotated[bool, typer.Option("--image/--no-image", help="Build and push the agents' image.")] = True,
) -> None:
    """Bring what is deployed to this version; refused while a living bot could not be read by it."""
    from botyard.apps.aws.control import upgrade as work

    work.upgrade(say, with_image=image)


@app.command()
def status(as_json: console.JsonOption = False) -> None:
    """Say how the environment is and what is wrong, with its remedy. Exit code 1 when something is."""
    from botyard.apps import settings
    from botyard.apps.aws.control import status as work

    settings.use_aws()
    found = work.examine()
    if as_json:
        console.print_json(found)
    else:
        count = ", ".join(f"{n} {status}" for status, n in found.bots.items()) or "none"
        say(f"environment {found.environment} in {found.region}, version {found.version}: {found.stack}", style="bold")
        say(f"  webhook  {found.webhook}")
        say(f"  runs     {', '.join(found.runs) or 'none under way'}")
        say(f"  bots     {count}")
        for alarm in found.alarms:
            say(f"ALARM {alarm.code}: {(alarm.bot + ' ') if alarm.bot else ''}{alarm.text}", style="bold")
            say(f"      do: {alarm.remedy}")
        if not found.alarms:
            say("nothing is wrong")
    if found.alarms:
        raise typer.Exit(EXIT_WRONG)


@app.command()
def logs(
    target: Annotated[
        str, typer.Argument(help="A bot, webhook, notifier, or an agent such as researcher; default: all agents.")
    ] = "",
    minutes: Annotated[float, typer.Option("--minutes", min=0.1, help="How far back.")] = 60.0,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written; Ctrl-C ends it.")] = False,
) -> None:
    """Show what agents, functions and bots wrote into their logs."""
    from botyard.apps import settings
    from botyard.apps.aws.control import logs as work

    settings.use_aws()
    for at_ms, text in work.lines(target, minutes, follow=follow):
        say(f"{when(at_ms)}  {text}")


@app.command()
def destroy(
    flatten: Annotated[bool, typer.Option("--flatten", help="Close what bots hold, at the market, first.")] = False,
    delete_data: Annotated[
        bool, typer.Option("--delete-data", help="Runs, bundles, bars and journals too; they are kept otherwise.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Take the environment away; refused while bots hold positions."""
    from botyard.apps import settings
    from botyard.apps.aws.control import destroy as work

    settings.use_aws()
    if not yes:
        data = "and all its data" if delete_data else "(runs and journals are kept)"
        typer.confirm(f"Destroy environment {settings.environment()} {data}?", abort=True)
    work.destroy(say, flatten=flatten, delete_data=delete_data)


@app.command(name="export")
def export_bot(bot: Bot) -> None:
    """Move a bot with its history from AWS to this machine; it lives in one place at any time."""
    from botyard.apps.aws.control import moving

    _be_local()
    say(moving.export_bot(bot))


@app.command(name="import")
def import_bot(bot: Bot) -> None:
    """Move a paper bot with its history from this machine to AWS; it lives in one place at any time."""
    from botyard.apps.aws.control import moving

    _be_local()
    say(moving.import_bot(bot))


def _be_local() -> None:
    """Mean this machine's home, also where BOTYARD_HOME names AWS."""
    from botyard.apps import settings

    if settings.is_aws():
        settings.use_home(Path.home() / ".botyard")


app.command()(cost)
