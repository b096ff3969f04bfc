"""What an idea comes to when everything in it is resolved; the builder turns it into a spec."""

from dataclasses import dataclass, field

from botyard.records.design import Question
from botyard.stages.designer.meaning.acts import BreakEven, Hold, Limit, Part, Size, Stop, Target
from botyard.stages.designer.meaning.values import Condition, Side

INSTEAD = "instead: "
"""A choice that begins so is a whole other idea."""
ENTRIES = ("buy when the 12 ema crosses above the 26 ema", "buy when rsi(14) falls below 30")
OTHERS = (
    f"{INSTEAD}buy when the 12 ema crosses above the 26 ema, sell when it crosses below",
    f"{INSTEAD}buy when rsi(14) is below 30, sell when rsi(14) is above 60",
)


class AskError(Exception):
    """Something has to be asked before a spec can be made."""

    def __init__(self, *questions: Question) -> None:
        self.questions = questions
        super().__init__("; ".join(q.text for q in questions))


def ask(about: str, text: str, *choices: str) -> AskError:
    """One question."""
    return AskError(Question(about, text, choices))


@dataclass(slots=True)
class Plan:
    """A resolved strategy: no pronoun, no open length, no unsaid side."""

    timeframe: str
    timezone: str = "UTC"
    entries: dict[Side, Condition] = field(default_factory=dict)
    triggers: dict[Side, Condition] = field(default_factory=dict)  # the entries without what only filters them
    exits: dict[Side, Condition] = field(default_factory=dict)
    stops: list[Stop] = field(default_factory=list)
    target: Target | None = None
    part: Part | None = None
    break_even: BreakEven | None = None
    hold: Hold | None = None
    is_day_only: bool = False
    is_bare_cross: bool = False  # the whole idea is that two averages cross
    size: Size | None = None
    limits: list[Limit] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    left_open: set[str] = field(default_factory=set)  # names of numbers that the idea does not state

    def assume(self, text: str) -> None:
        """Record once what the idea did not say."""
        if text not in self.assumptions:
            self.assumptions.append(text)
