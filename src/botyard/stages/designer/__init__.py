"""Designer: an idea in words becomes a spec with its code and smoke tests, or a question, or a refusal.

Without a language model the rules of this folder read the idea; see design.py for their order.
"""

from botyard.errors import SpecError
from botyard.language import compile_spec
from botyard.language.words import describe
from botyard.records.design import Clarification, Design, Question, Refusal
from botyard.stages.designer.design import draft
from botyard.stages.designer.smoke.trial import smoke_test


def run(idea: str, timeframe: str) -> Design | Clarification | Refusal:
    """Design a strategy; the same idea and bar length give the same design.

    Raises: UserError when the idea is empty.
    """
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
