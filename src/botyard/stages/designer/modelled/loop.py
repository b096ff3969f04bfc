"""From an idea that the rules cannot read whole to a spec that two independent readings agree on.

The spec passes the same judges as the rules' own, then a witness; each problem goes back, at most three times.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from botyard.language.words import describe
from botyard.ports import LanguageModel, Progress
from botyard.records.conversation import usage
from botyard.records.design import Agreement, Attempt, Clarification, Design, ModelWork, Question, Refusal
from botyard.stages.designer.modelled import forms, prompts
from botyard.stages.designer.modelled.agreement import Difference, Ground, compare, ground
from botyard.stages.designer.modelled.checks import Checked, check
from botyard.stages.designer.modelled.talk import TASK, Clock, EndedError, Talk, as_list
from botyard.stages.designer.modelled.witness import Witness

if TYPE_CHECKING:
    from botyard.market import Market

MOST_REPAIRS = 3
MAX_TOKENS = 8_000
AGREED = "spec and witness agree"


def design(
    idea: str,
    timeframe: str,
    model: LanguageModel,
    asked: Clarification,
    open_market: "Callable[[], Market] | None" = None,
    progress: Progress | None = None,
) -> Design | Clarification | Refusal:
    """Let a model read an idea; `asked` is what the rules had to ask, and the answer where the model gets nowhere.

    Raises: what the model raises, but for the money limit.
    """
    if progress is not None:
        progress.start(TASK, 2 * (1 + MOST_REPAIRS))
    work = _Work(idea, timeframe, model, open_market, Clock(progress=progress))
    try:
        return work.design()
    except EndedError as e:
        return work.unfinished(str(e), asked)


class _Work:
    """The two conversations of one idea, and what came of them."""

    def __init__(
        self,
        idea: str,
        timeframe: str,
        model: LanguageModel,
        open_market: "Callable[[], Market] | None",
        clock: Clock,
    ) -> None:
        self._idea = idea
        self._timeframe = timeframe
        self._model = model
        self._open_market = open_market
        self._clock = clock
        self._attempts: list[Attempt] = []
        opening = prompts.idea_message(idea, timeframe)
        self._talk = Talk(
            model, "designer", prompts.designer_system(), opening, forms.designer_tools(), MAX_TOKENS, self._clock
        )
        self._witness: Witness | None = None
        self._difference: Difference | None = None
        self._checked: Checked | None = (
            None  # the last spec, and its bars: an answer that is repeated is not judged anew
        )
        self._ground: Ground | None = None

    def design(self) -> Design | Clarification | Refusal:
        """Ask, judge and repair.

        Raises: EndedError when nothing usable comes any more.
        """
        for repairs_left in range(MOST_REPAIRS, -1, -1):
            said = self._read()
            if isinstance(said, Clarification | Refusal):
                self._attempts.append(Attempt("designer", self._talk.replies[-1].tool))
                how = "it asked" if isinstance(said, Clarification) else "it refused"
                return replace(said, work=self._done(how))
            problems = said.problems
            told = as_list(problems)
            if not problems:
                agreed = self._agree(said)
                if isinstance(agreed, Ground):
                    self._attempts.append(Attempt("designer", forms.SPEC))
                    return self._design(said, agreed)
                self._difference = agreed
                problems = (f"{agreed.where}: the spec decides: {agreed.spec}; the witness: {agreed.witness}",)
                told = agreed.told(agreed.spec, agreed.witness)
            elif self._talk.has_repeated:
                self._attempts.append(Attempt("designer", self._talk.replies[-1].tool or "prose", problems))
                raise EndedError("it gave the same answer again, with the same problems")
            self._attempts.append(Attempt("designer", self._talk.replies[-1].tool or "prose", problems))
            if repairs_left:
                self._talk.tell(told)
        raise EndedError(f"{MOST_REPAIRS} repairs were not enough")

    def unfinished(self, why: str, asked: Clarification) -> Clarification:
        """Answer with what the rules ask, and with where two readings part, if it came to that."""
        questions = asked.questions
        apart = self._difference
        if apart is not None:
            text = (
                "Read twice, the idea came out in two ways. At the close of a bar with "
                f"{_in_words(apart.seen)}, one reading decides: {apart.spec}; the other: {apart.witness}. Which is meant?"
            )
            questions = (Question("two readings", text, (str(apart.spec), str(apart.witness))), *questions)
        return Clarification(self._idea, questions, self._done(why))

    def _read(self) -> Clarification | Refusal | Checked:
        reply = self._talk.answer()
        problem = self._talk.form_problem()
        if problem:
            return Checked(problem)
        said: Clarification | Refusal | tuple[str, ...]
        if reply.tool == forms.SPEC:
            if self._checked is None or not self._talk.has_repeated:
                self._checked, self._ground = check(reply.arguments, self._idea, self._timeframe), None
            return self._checked
        read = forms.clarification if reply.tool == forms.CLARIFICATION else forms.refusal
        said = read(self._idea, reply.arguments)
        return Checked(said) if isinstance(said, tuple) else said

    def _agree(self, said: Checked) -> Ground | Difference:
        """Hold the spec against the witness; where the spec was repeated, it is the witness's turn to look again."""
        compiled = said.compiled
        if compiled is None:
            raise EndedError("the spec did not compile")
        if self._ground is None:
            self._ground = ground(compiled, self._open_market)
        on = self._ground
        if self._witness is None:
            self._witness = Witness(self._model, compiled.spec, self._clock, self._attempts)
            self._witness.write()
        elif self._difference is not None and self._talk.has_repeated:
            apart = self._difference
            self._witness.repair(apart.told(apart.witness, apart.spec))
            self._witness.write(where_it_stands="spec and witness decide differently, and both stand by their reading")
        while True:
            found = compare(self._witness.source, on)
            if found is None:
                return on
            if isinstance(found, Difference):
                return found
            self._witness.repair(as_list((found,)))
            self._witness.write()

    def _design(self, said: Checked, on: Ground) -> Design:
        compiled, witness = said.compiled, self._witness
        if compiled is None or witness is None:
            raise EndedError("the spec was not witnessed")
        agreement = Agreement(on.bars, on.real_bars, on.decisions, on.unexercised, witness.tests)
        done = replace(self._done(AGREED), agreement=agreement, witness_source=witness.written)
        return Design(
            spec=compiled.spec,
            spec_hash=compiled.spec_hash,
            source=compiled.source,
            tests_source=said.tests_source,
            tests=said.tests,
            words=describe(compiled.spec),
            notices=self._notices(compiled.spec.timeframe),
            warnings=(*compiled.warnings, *(f"no test bar exercised {guard}" for guard in on.unexercised)),
            by=self._model.name,
            work=done,
        )

    def _notices(self, timeframe: str) -> tuple[str, ...]:
        return (
            ()
            if timeframe == self._timeframe
            else (f"the idea names its own bar length: {timeframe} bars, not {self._timeframe}",)
        )

    def _done(self, ended: str) -> ModelWork:
        talks = [self._talk] + ([self._witness.talk] if self._witness else [])
        costs = tuple(usage(talk.purpose, talk.replies) for talk in talks if talk.replies)
        return ModelWork(self._model.name, ended, tuple(self._attempts), costs)


def _in_words(seen: dict[str, object]) -> str:
    names = ("open", "high", "low", "close", "exposure")
    return ", ".join(f"{name} {seen[name]:.6g}" for name in names)
