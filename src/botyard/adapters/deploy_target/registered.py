"""Whether a bot is in the fleet already: a deployment that is started twice finds its own bot there."""

from botyard.errors import NotFound, UserError
from botyard.ports import FleetStore
from botyard.records.fleet import BotRecord


def registered(fleet: FleetStore, bot: BotRecord) -> BotRecord | None:
    """Return the bot as the fleet has it. Raises: UserError when another deployment has its name."""
    try:
        known = fleet.bot(bot.name)
    except NotFound:
        return None
    if known.deployment_hash != bot.deployment_hash:
        raise UserError(
            f"the fleet has another bot named {bot.name} (of run {known.run_id}); kill it, or start a new run"
        )
    return known
