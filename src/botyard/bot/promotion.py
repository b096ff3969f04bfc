"""Whether a bot may trade real money now: every mainnet tick asks, and a changed field anywhere is a no."""

from typing import Any

from botyard.bot.deployed import Deployed
from botyard.errors import InvariantError
from botyard.records import codec
from botyard.records.fleet import PROMOTED_FOR_MS, BotRecord, Promotion


def entry_data(promotion: Promotion) -> dict[str, Any]:
    """Return what the journal keeps of a promotion: its fields, and a seal over them."""
    return {**codec.to_plain(promotion), "seal": codec.content_hash(promotion)}


def read(data: dict[str, Any]) -> Promotion | None:
    """Read a journal entry's data back; None when it is not what was sealed."""
    fields = {name: value for name, value in data.items() if name != "seal"}
    try:
        found = codec.from_plain(Promotion, fields)
    except InvariantError:
        return None
    return found if codec.content_hash(found) == data.get("seal") else None


def refusal(data: dict[str, Any] | None, bot: BotRecord, deployed: Deployed, now_ms: int) -> str:
    """Say why the bot may not trade on a mainnet; empty when it may.

    data: of the last promotion in its journal, or None.
    """
    if data is None:
        return "it was never promoted"
    promotion = read(data)
    if promotion is None:
        return "its promotion was changed after it was granted"
    settings = deployed.settings
    for what, granted, found in (
        ("bot", promotion.bot, (bot.name,)),
        ("spec", promotion.spec_hash, (bot.spec_hash, settings.spec_hash)),
        ("code", promotion.code_hash, (bot.code_hash, settings.code_hash, deployed.code_hash)),
        ("verdict", promotion.verdict_hash, (settings.verdict_hash,)),
        ("account", promotion.account, (bot.account,)),
    ):
        if not granted or any(one != granted for one in found):
            return f"it was promoted for another {what}"
    if not 0.0 < promotion.max_notional < float("inf"):
        return "its promotion allows no position"
    if not promotion.granted_ms <= now_ms:
        return "its promotion begins in the future"
    if not now_ms < promotion.expires_ms <= promotion.granted_ms + PROMOTED_FOR_MS:
        return "its promotion has expired"
    return ""
