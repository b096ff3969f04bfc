"""Which language model a run has: none, the one of BOTYARD_MODEL, or a recording of another run."""

import os
from typing import TYPE_CHECKING

from botyard.errors import UserError

if TYPE_CHECKING:
    from botyard.adapters.language_model.budget import Budget
    from botyard.ports import ArtifactStore, LanguageModel
    from botyard.records.run import RunRecord

SETTING = "BOTYARD_MODEL"
DEPLOYER = "BOTYARD_DEPLOYER"
BUDGET_USD = 2.0


def configured() -> str:
    """Return the model of BOTYARD_MODEL without its address, "" where none is set; nothing is asked of it yet.

    Raises: UserError when the setting, its key or its price is missing or wrong.
    """
    text = os.environ.get(SETTING, "").strip()
    if not text:
        return ""
    from botyard.adapters.language_model.prices import price_of
    from botyard.adapters.language_model.setting import parse

    setting = parse(text)
    price_of(setting)
    return setting.name


def deployer_writes() -> bool:
    """Whether BOTYARD_DEPLOYER asks the model for the bot's code: "llm"; "deterministic" is the default.

    Raises: UserError for any other word.
    """
    text = os.environ.get(DEPLOYER, "").strip().lower() or "deterministic"
    if text not in ("llm", "deterministic"):
        raise UserError(f"{DEPLOYER}={text!r} is neither llm nor deterministic")
    return text == "llm"


def open_model(record: "RunRecord", artifacts: "ArtifactStore") -> "LanguageModel | None":
    """Open the run's model: its exchanges are kept with the run, within the run's money limit.

    Raises: UserError when the setting, its key or its price is missing or wrong; NotFound for a recording that is gone.
    """
    from botyard.adapters.language_model.recorded import Recorder, Replay, spent_usd

    if record.recorded:
        from botyard.apps import run_folders

        before, kept = run_folders.load(record.recorded)
        return Recorder(Replay(kept, before.run_id), artifacts)
    text = os.environ.get(SETTING, "").strip()
    if not text:
        return None
    limit = BUDGET_USD if record.budget_usd is None else record.budget_usd
    return Recorder(open_setting(text, limit, spent_usd(artifacts))[0], artifacts)


def open_setting(text: str, limit_usd: float, spent: float = 0.0) -> "tuple[LanguageModel, Budget]":
    """Open the model of a setting within a money limit; the budget tells what it spent.

    Raises: UserError when the setting, its key or its price is missing or wrong.
    """
    from botyard.adapters.language_model.budget import Budget
    from botyard.adapters.language_model.patience import Patience
    from botyard.adapters.language_model.prices import price_of
    from botyard.adapters.language_model.setting import parse
    from botyard.adapters.language_model.vendor import VendorModel

    setting = parse(text)
    budget = Budget(VendorModel(setting), price_of(setting), limit_usd, spent)
    return Patience(budget), budget
