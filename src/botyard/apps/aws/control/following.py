"""What a new version must be able to read before it takes the place of an old one: every living bot, whole."""

from dataclasses import dataclass

from botyard.apps import bots
from botyard.bot import folds
from botyard.bot.deployed import load_settings
from botyard.bot.ledger import SCHEMA
from botyard.errors import BotyardError
from botyard.ports import FleetStore
from botyard.records.fleet import BotRecord


@dataclass(frozen=True, slots=True)
class Stuck:
    """A living bot that a new version could not look after."""

    bot: str
    why: str


def stuck(store: FleetStore) -> list[Stuck]:
    """Read every living bot as this version does: record, bundle, snapshot, journal.

    A bot runs the code of its own bundle, whatever is deployed around it; but chat and command line read what it writes
    and end it, so that they must understand it.
    """
    found = []
    for bot in store.bots():
        if bot.status != "killed":
            why = _reads(store, bot)
            if why:
                found.append(Stuck(bot.name, why))
    return found


def _reads(store: FleetStore, bot: BotRecord) -> str:
    try:
        instrument = load_settings(bots.bundle(bot)).rules.instrument
        kept = store.snapshot(bot.name)
        if kept is not None and kept.schema > SCHEMA:
            return f"its state has schema {kept.schema}, this version knows {SCHEMA}: use the botyard that made it"
        folds.current_ledger(store, bot, instrument)  # an older state is computed anew from the journal
    except BotyardError as e:
        return str(e)
    except Exception as e:  # noqa: BLE001  (a journal of another version may break anything)
        return f"its journal cannot be read by this version: {type(e).__name__}: {e}"
    return ""
