"""What deploying will do, as data: printing it changes nothing."""

import hashlib

from botyard.records.deployment import Action, Plan
from botyard.records.fleet import BotRecord


def bot_name(spec_name: str, symbol: str, run_id: str) -> str:
    """Name a bot after its idea, its instrument and its run: "ema-cross-btcusdt-1".

    The same run always gives the same name, so that a deployment which was cut short goes on with its own bot.
    """
    head = run_id.split("-", 1)[0]
    number = head if head.isdecimal() else hashlib.sha256(run_id.encode()).hexdigest()[:6]
    pair = "".join(c for c in symbol.lower() if c.isalnum())
    return f"{spec_name}-{pair}-{number}"


def make_plan(bot: BotRecord, bundle_bytes: int, bundle_hash: str) -> Plan:
    """Write down the calls that bring a bot to life, in order."""
    size = f"{bundle_bytes / 1024:.0f} KiB"
    return Plan(
        bot=bot.name,
        actions=(
            Action("unpack_bundle", f"bots/{bot.name}", f"unpack {size}, sha256 {bundle_hash[:12]}"),
            Action("open_account", bot.venue, f"{bot.mode} account with {bot.allocated_quote:g} for {bot.symbol}"),
            Action("register_bot", "fleet", f"{bot.name} on {bot.symbol}, {bot.timeframe} bars, {bot.feed} feed"),
            Action("first_tick", bot.name, "wake it once and read its journal; take all of this back if that fails"),
        ),
    )


def plan_text(plan: Plan) -> str:
    """Say a plan in lines for people."""
    lines = [f"{i}. {a.kind.replace('_', ' ')}: {a.target}: {a.text}" for i, a in enumerate(plan.actions, 1)]
    return "\n".join((f"Deploying {plan.bot}:", *lines))
