"""Leave to go on: what a gate asks of a person before a stage, and what the person says."""

from dataclasses import dataclass
from typing import Literal

from botyard.records.run import StageName

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
