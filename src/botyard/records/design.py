"""Designer -> Selector: what became of the idea."""

from dataclasses import dataclass
from typing import Literal

from botyard.records.conversation import Usage
from botyard.records.spec import Spec


@dataclass(frozen=True, slots=True)
class SmokeTest:
    """One smoke test of the designed strategy."""

    name: str
    passed: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer of a model, and what was wrong with it."""

    purpose: str  # designer or witness
    said: str  # the form it answered in, such as strategy_spec
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """Spec and witness decided alike, bar by bar."""

    bars: int  # compared
    real_bars: int  # of these
    decisions: int  # bars on which an order was wanted or rested
    unexercised: tuple[str, ...] = ()  # guards that made no difference on any of the bars
    tests: tuple[SmokeTest, ...] = ()  # the witness's own


@dataclass(frozen=True, slots=True)
class ModelWork:
    """What a language model tried for an idea that the rules could not read whole."""

    model: str
    ended: str  # why it stopped, one line
    attempts: tuple[Attempt, ...]
    usage: tuple[Usage, ...]
    agreement: Agreement | None = None
    witness_source: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that the idea leaves open, with choices to answer it by."""

    about: str  # the words of the idea, or what is missing
    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clarification:
    """The idea cannot be built as it stands: what is missing, with choices."""

    idea: str
    questions: tuple[Question, ...]
    work: ModelWork | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The idea will not be built."""

    idea: str
    reason: Literal[
        "look_ahead", "several_instruments", "unbounded_risk", "sub_bar", "not_bars", "not_a_strategy", "unsupported"
    ]
    text: str
    offer: str = ""  # what could be built instead, in plain words
    work: ModelWork | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """A spec, its code and what the smoke tests said."""

    spec: Spec
    spec_hash: str
    source: str  # strategy.py
    tests_source: str  # test_strategy.py
    tests: tuple[SmokeTest, ...]
    words: tuple[str, ...]  # the spec said again in plain sentences
    notices: tuple[str, ...] = ()  # such as: the idea's own bar length wins
    warnings: tuple[str, ...] = ()  # lint
    by: str = "rules"  # or the model
    work: ModelWork | None = None
