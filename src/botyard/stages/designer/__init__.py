"""Designer: an idea in words becomes a spec with its code and smoke tests, or a question, or a refusal.

The rules of this folder read the idea first (design.py has their order): what they read whole costs nothing. What they
have to ask about goes to the language model, if there is one (modelled/). A refusal of theirs stands.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from botyard.errors import SpecError
from botyard.language import compile_spec
from botyard.language.words import describe
from botyard.ports import LanguageModel, Progress
from botyard.records.design import Clarification, Design, Question, Refusal
from botyard.stages.designer.design import draft
from botyard.stages.designer.smoke.trial import smoke_test

if TYPE_CHECKING:
    from botyard.market import Market


def run(
    idea: str,
    timeframe: str,
    model: LanguageModel | None = None,
    open_market: "Callable[[], Market] | None" = None,
    progress: Progress | None = None,
) -> Design | Clarification | Refusal:
    """Design a strategy; the same idea and bar length, and the same answers of a model, give the same design.

    open_market: real bars to compare two readings of the idea on, where a model reads it.
    Raises: UserError when the idea is empty; what the model raises, but for the money limit.
    """
    made = _by_rules(idea, timeframe)
    if model is None or not isinstance(made, Clarification):
        return made
    from botyard.stages.designer.modelled import loop

    return loop.design(idea, timeframe, model, made, open_market, progress)


def _by_rules(idea: str, timeframe: str) -> Design | Clarification | Refusal:
    made = draft(idea, timeframe)
    if isinstance(made, Clarification | Refusal):
        return made
    try:
        compiled = compile_spec(made.spec)
    except SpecError as e:
        text = f"The rules read the idea as a strategy that cannot be built: {e.message}. What should it do instead?"
        return Clarification(idea, (Question(e.place, text),))
    tests_source, tests = smoke_test(compiled)
    return Design(
        spec=compiled.spec,
        spec_hash=compiled.spec_hash,
        source=compiled.source,
        tests_source=tests_source,
        tests=tests,
        words=describe(compiled.spec),
        notices=made.notices,
        warnings=compiled.warnings,
    )


__all__ = ["run"]
