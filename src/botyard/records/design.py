"""Designer -> Selector: what became of the idea."""

from dataclasses import dataclass
from typing import Literal

from botyard.records.spec import Spec


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


@dataclass(frozen=True, slots=True)
class Refusal:
    """The idea will not be built."""

    idea: str
    reason: Literal[
        "look_ahead", "several_instruments", "unbounded_risk", "sub_bar", "not_bars", "not_a_strategy", "unsupported"
    ]
    text: str
    offer: str = ""  # what could be built instead, in plain words


@dataclass(frozen=True, slots=True)
class SmokeTest:
    """One smoke test of the designed strategy."""

    name: str
    passed: bool
    text: str = ""


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
    by: str = "rules"
