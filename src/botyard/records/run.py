"""One run of the pipeline, as `run.json` keeps it."""

from dataclasses import dataclass
from typing import Literal

from botyard.records.fleet import Mode

RUN_FILE = "run.json"

StageName = Literal["designer", "selector", "researcher", "deployer"]
STAGES: tuple[StageName, ...] = ("designer", "selector", "researcher", "deployer")

Outcome = Literal[
    "running", "interrupted", "deployed", "clarification", "refused", "no_instrument", "rejected", "failed"
]


@dataclass(frozen=True, slots=True)
class StageRecord:
    """One finished stage: `artifact` is the file its hand-over is in."""

    name: StageName
    artifact: str
    artifact_hash: str
    seconds: float
    text: str  # one line for people


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What was asked, what is done, how it ended."""

    run_id: str
    idea: str
    timeframe: str
    market: str  # "demo" or "imported"
    seed: int
    trials: int
    created_ms: int
    outcome: Outcome
    text: str = ""  # how it ended, one line
    bot: str = ""
    stages: tuple[StageRecord, ...] = ()
    model: str = ""  # as BOTYARD_MODEL names it, without an address; empty: rules alone
    budget_usd: float | None = None  # the most that its model may cost; None: as much as is usual
    permutations: int = 0  # searches on permuted bars, at most; 0 for none
    recorded: str = ""  # the run whose conversations are repeated
    gates: tuple[StageName, ...] = ()  # stages that wait for a person's leave
    writes_code: bool = False  # whether the model writes the bot's strategy too
    venue: str = ""  # the exchange whose terms hold and whose bars the bot follows; empty: none
    mode: Mode = "paper"  # where the bot's orders go
    allocated_quote: float = 10_000.0  # what a bot at a venue is given


Answer = Literal["waiting", "approved", "rejected", "timed_out"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question before one stage of one run. It is asked once: a resumed run finds it as it stands."""

    run_id: str
    stage: StageName
    text: str  # what there is to know, for the person who decides
    asked_ms: int
    until_ms: int  # then silence is a rejection
    answer: Answer = "waiting"
    by: str = ""  # who decided
