"""Stop a bot for a reason that a person can act on; said once, however often it is found again."""

from botyard.bot.session import TickReport
from botyard.errors import InvariantError, RetryableError
from botyard.ports import FleetStore, Notifier
from botyard.records.fleet import BotRecord


def halt(bot: BotRecord, store: FleetStore, notifier: Notifier, now_ms: int, error: Exception) -> TickReport:
    """Halt a bot for a reason, and tell; a kill goes on until it is done, and its reason is what holds it up."""
    text = str(error)
    if isinstance(error, InvariantError):
        text += "; this is a fault of botyard: report it, check the position by hand, then resume"
    if bot.status == "killed":
        return TickReport(bot.name, "killed", f"killed: {bot.reason}")
    if bot.status == "killing":
        hold_up(bot, store, notifier, now_ms, text)
        return TickReport(bot.name, "killing", f"not killed yet: {text}")
    if (bot.status, bot.reason) != ("halted", text):  # once is enough
        notifier.tell(f"{bot.name} halted: {text}")
        try:
            store.set_status(bot.name, "halted", text, expected=bot.status, at_ms=now_ms)
        except RetryableError:  # a person changed it meanwhile, or the store is busy: the next tick sees
            return TickReport(bot.name, bot.status, f"not done: {text}", is_done=False)
    return TickReport(bot.name, "halted", f"halted: {text}")


def hold_up(bot: BotRecord, store: FleetStore, notifier: Notifier, now_ms: int, text: str) -> None:
    """Page what keeps a kill from its end, once for each reason: the bot's own reason remembers it."""
    if bot.reason == text:
        return
    store.set_status(bot.name, "killing", text, expected="killing", at_ms=now_ms)
    notifier.tell(f"{bot.name} is not killed yet: {text}")
