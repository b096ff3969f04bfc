"""The second reading: a program and its smoke tests, written from the idea alone, run in the cage only."""

import re
from typing import Any

from botyard.cage import run_tests, violations
from botyard.ports import LanguageModel
from botyard.records.design import Attempt, SmokeTest
from botyard.records.spec import Spec
from botyard.stages.designer.modelled import forms, prompts
from botyard.stages.designer.modelled.talk import Clock, EndedError, Talk, as_list

MOST_REPAIRS = 3
MAX_TOKENS = 8_000
_DEFINED = re.compile(r"^def +(\w+)", re.MULTILINE)


class Witness:
    """Writes the idea as a program; it never sees the spec, only what the idea leaves open and was settled."""

    def __init__(self, model: LanguageModel, spec: Spec, clock: Clock, attempts: list[Attempt]) -> None:
        opening = prompts.witness_message(spec.idea, spec.timeframe, spec.timezone, spec.assumptions)
        self.talk = Talk(
            model, "witness", prompts.witness_system(), opening, forms.witness_tools(), MAX_TOKENS, clock
        )  # fmt: skip
        self.source = ""  # as it runs: the program, and the indicators below it
        self.written = ""
        self.tests: tuple[SmokeTest, ...] = ()
        self._attempts = attempts
        self._repairs = 0

    def write(
        self, where_it_stands: str = "the witness was written the same way again, with the same problems"
    ) -> None:
        """Ask for a program until one passes the gate and its own tests.

        Raises: EndedError when none does.
        """
        while True:
            reply = self.talk.answer()
            problems = self.talk.form_problem() or self._judge(reply.arguments)
            if self.talk.has_repeated and not problems:
                raise EndedError(where_it_stands)
            self._attempts.append(Attempt("witness", reply.tool or "prose", problems))
            if not problems:
                return
            if self.talk.has_repeated:
                raise EndedError("the witness was written the same way again, with the same problems")
            self.repair(as_list(problems))

    def repair(self, text: str) -> None:
        """Say what is wrong.

        Raises: EndedError when that was said often enough.
        """
        if self._repairs == MOST_REPAIRS:
            raise EndedError(f"the witness was repaired {MOST_REPAIRS} times and is still not right: {text[-200:]}")
        self._repairs += 1
        self.talk.tell(text)

    def _judge(self, said: dict[str, Any]) -> tuple[str, ...]:
        written, tests = said.get("source"), said.get("tests")
        if not isinstance(written, str) or not isinstance(tests, str):
            return ("source and tests are texts",)
        source = written.rstrip() + "\n\n\n" + prompts.tools_source(frozenset(_DEFINED.findall(written)))
        problems = tuple(f"source, {text}" for text in violations(source))
        if problems:
            return problems
        results = run_tests(source, tests)
        self.source, self.written = source, written
        self.tests = tuple(SmokeTest(forms.sentence(r.name), r.passed, forms.sentence(r.text)) for r in results)
        return tuple(f"{t.name}: {t.text}" for t in self.tests if not t.passed)
