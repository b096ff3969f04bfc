"""From idea to bot: the four stages in order, resumable after each.

1. Designer (stages/designer): the idea becomes a spec, its code and its smoke tests, or a question, or a refusal.
2. Selector (stages/selector.py): one backtest per instrument and horizon; the best three go on.
3. Researcher (stages/researcher): search, walk-forward, verdict, charts.
4. Deployer (stages/deployer): bundle, contract tests, plan, apply, first tick.

Each stage's hand-over is an artifact of the run; `run.json` is rewritten after each, so that a run which was
interrupted or killed goes on after its last finished stage.
"""

import dataclasses
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from botyard.errors import BotyardError, Refused, UserError
from botyard.ports import ArtifactStore, DeployTarget, Gate, LanguageModel, Notifier, Progress, TrialRegistry
from botyard.records import codec
from botyard.records.conversation import Exchange, Reply, Usage, usage
from botyard.records.deployment import Deployment
from botyard.records.design import Clarification, Design, Refusal
from botyard.records.ranking import Ranking
from botyard.records.research import Research
from botyard.records.run import RUN_FILE, STAGES, Outcome, RunRecord, StageName, StageRecord

if TYPE_CHECKING:
    from botyard.market import Market  # brings numpy, which listing runs does not need

T = TypeVar("T")

GATE = "gate"  # the reason of a run that was not let through
UNANSWERED_FILE = "answer.json"  # a clarification or a refusal
ARTIFACTS: dict[StageName, str] = {
    "designer": "design.json",
    "selector": "ranking.json",
    "researcher": "research.json",
    "deployer": "deployment.json",
}
HAND_OVERS: dict[StageName, type[Any]] = {
    "designer": Design,
    "selector": Ranking,
    "researcher": Research,
    "deployer": Deployment,
}


@dataclass(frozen=True, slots=True)
class Ports:
    """What the pipeline touches of the world."""

    open_market: "Callable[[], Market]"  # opened late: a refused idea needs no bars
    artifacts: ArtifactStore
    registry: TrialRegistry
    target: DeployTarget
    notifier: Notifier
    progress: Progress
    cache_dir: Path  # machine code, kept between runs
    workers: int
    model: LanguageModel | None = None  # none: the rules and the deterministic generator serve
    writes_code: bool = False  # whether the model writes the bot's strategy too (BOTYARD_DEPLOYER=llm)
    gate: Gate | None = None  # none: nothing waits for a person


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended, with every hand-over there is."""

    run: RunRecord
    design: Design | None = None
    ranking: Ranking | None = None
    research: Research | None = None
    deployment: Deployment | None = None
    clarification: Clarification | None = None
    refusal: Refusal | None = None
    usage: tuple[Usage, ...] = ()  # of the language model, conversation by conversation


def run_pipeline(record: RunRecord, ports: Ports) -> Result:
    """Run the stages that are not done yet, and save the run after each.

    Raises: what a stage raises; the run is saved as `failed` or `interrupted` first.
    """
    again = f"botyard pipeline --resume {record.run_id}"
    return _carry_out(_Keeper(record, ports.artifacts, ports.gate), ports, "deployer", again)


def run_stage(record: RunRecord, name: StageName, ports: Ports) -> Result:
    """Run one stage, as an agent of its own does; one that is done, or that ended the run, is not run again.

    Raises: UserError when an earlier stage is not done; what the stage raises, the run saved as `failed` first.
    """
    keeper = _Keeper(record, ports.artifacts, ports.gate)
    done = [stage for stage, kind in HAND_OVERS.items() if keeper.done(stage, kind) is not None]
    if name in done or (name == "designer" and record.outcome in ("clarification", "refused")):
        return load_result(record, ports.artifacts)
    for earlier in STAGES[: STAGES.index(name)]:
        if earlier not in done:
            raise UserError(f"the {earlier} of run {record.run_id} is not done; run that stage before the {name}")
    return _carry_out(keeper, ports, name, f"the stage {name}")


def _carry_out(keeper: "_Keeper", ports: Ports, last: StageName, again: str) -> Result:
    try:
        return dataclasses.replace(_run_stages(keeper, ports, last), usage=conversation_costs(ports.artifacts))
    except KeyboardInterrupt:
        keeper.end("interrupted", f"interrupted; go on with {again}")
        raise
    except BotyardError as e:
        keeper.end("rejected" if isinstance(e, Refused) and e.reason == GATE else "failed", str(e))
        raise


def load_result(record: RunRecord, artifacts: ArtifactStore) -> Result:
    """Read the hand-overs of the stages that are done."""
    keeper = _Keeper(record, artifacts)
    answer = artifacts.read(UNANSWERED_FILE) if artifacts.exists(UNANSWERED_FILE) else None
    return Result(
        run=record,
        design=keeper.done("designer", Design),
        ranking=keeper.done("selector", Ranking),
        research=keeper.done("researcher", Research),
        deployment=keeper.done("deployer", Deployment),
        clarification=codec.load(Clarification, answer) if answer and record.outcome == "clarification" else None,
        refusal=codec.load(Refusal, answer) if answer and record.outcome == "refused" else None,
        usage=conversation_costs(artifacts),
    )


def conversation_costs(artifacts: ArtifactStore) -> tuple[Usage, ...]:
    """Add up the kept exchanges of a run's language model, conversation by conversation."""
    replies: dict[str, list[Reply]] = {}
    for place in sorted((artifacts.path(RUN_FILE).parent / "conversations").glob("*.json")):
        exchange = codec.load(Exchange, place.read_bytes())
        replies.setdefault(exchange.request.purpose, []).append(exchange.reply)
    return tuple(usage(purpose, said) for purpose, said in replies.items())


def _run_stages(keeper: "_Keeper", ports: Ports, last: StageName) -> Result:
    from botyard.records.schema import dump_spec
    from botyard.stages import deployer, designer, researcher, selector

    record = keeper.record
    keeper.end("running", "")
    answer = keeper.stage(
        "designer",
        Design,
        lambda: designer.run(record.idea, record.timeframe, ports.model, ports.open_market, ports.progress),
        _design_line,
    )
    if not isinstance(answer, Design):
        return _without_design(answer, keeper, ports)
    design = answer
    keeper.write("idea.txt", record.idea + "\n")
    keeper.write("strategy_spec.json", dump_spec(design.spec))
    keeper.write("strategy.py", design.source)
    keeper.write("test_strategy.py", design.tests_source)
    if design.work is not None:
        keeper.write("witness.py", design.work.witness_source)
    ports.progress.finish("designer", _design_line(design))
    failed = [t for t in design.tests if not t.passed]
    if failed:
        text = "smoke tests failed: " + "; ".join(f"{t.name}: {t.text}" for t in failed)
        return Result(run=keeper.end("failed", text), design=design)
    if last == "designer":
        return Result(run=keeper.record, design=design)

    market = ports.open_market()
    ranking = keeper.stage(
        "selector",
        Ranking,
        lambda: selector.run(design, market, ports.progress, cache_dir=ports.cache_dir),
        _ranking_line,
    )
    ports.progress.finish("selector", _ranking_line(ranking))
    if not ranking.chosen:
        text = f"no instrument qualifies: {len(ranking.candidates)} tried, none with 30 trades and a score above 0"
        return Result(run=keeper.end("no_instrument", text), design=design, ranking=ranking)
    if last == "selector":
        return Result(run=keeper.record, design=design, ranking=ranking)

    research = keeper.stage(
        "researcher",
        Research,
        lambda: researcher.run(
            design,
            ranking,
            market,
            ports.artifacts,
            trials=record.trials,
            seed=record.seed,
            progress=ports.progress,
            registry=ports.registry,
            workers=ports.workers,
            cache_dir=ports.cache_dir,
            permutations=record.permutations,
        ),
        _research_line,
    )
    keeper.write("strategy_spec.json", dump_spec(research.spec))
    ports.progress.finish("researcher", _research_line(research))
    if last == "researcher":
        return Result(run=keeper.record, design=design, ranking=ranking, research=research)

    deployment = keeper.stage(
        "deployer",
        Deployment,
        lambda: deployer.run(
            research,
            market,
            ports.artifacts,
            ports.target,
            run_id=record.run_id,
            notifier=ports.notifier,
            progress=ports.progress,
            mode=record.mode,
            cache_dir=ports.cache_dir,
            model=ports.model,
            writes_code=ports.writes_code,
        ),
        _deployment_line,
    )
    ports.progress.finish("deployer", _deployment_line(deployment))
    keeper.record = dataclasses.replace(keeper.record, bot=deployment.bot)
    ended = keeper.end("deployed", f"{deployment.bot} ticks on {deployment.symbol} ({deployment.mode})")
    return Result(run=ended, design=design, ranking=ranking, research=research, deployment=deployment)


def _without_design(answer: Clarification | Refusal, keeper: "_Keeper", ports: Ports) -> Result:
    keeper.write(UNANSWERED_FILE, codec.dump(answer))
    if isinstance(answer, Clarification):
        text = f"{len(answer.questions)} question(s) to answer before this can be built"
        ports.progress.finish("designer", text)
        return Result(run=keeper.end("clarification", text), clarification=answer)
    ports.progress.finish("designer", f"refused: {answer.reason}")
    return Result(run=keeper.end("refused", answer.text), refusal=answer)


class _Keeper:
    """Saves the run record, and knows which stages are done."""

    def __init__(self, record: RunRecord, artifacts: ArtifactStore, gate: Gate | None = None) -> None:
        self.record = record
        self._artifacts = artifacts
        self._gate = gate

    def write(self, name: str, data: str | bytes) -> None:
        self._artifacts.write(name, data.encode() if isinstance(data, str) else data)

    def end(self, outcome: Outcome, text: str) -> RunRecord:
        self.record = dataclasses.replace(self.record, outcome=outcome, text=text)
        self.write(RUN_FILE, codec.dump(self.record))
        return self.record

    def done(self, name: StageName, kind: type[T]) -> T | None:
        """Read a finished stage's hand-over; one that was changed since counts as not done."""
        for stage in self.record.stages:
            if stage.name == name and self._artifacts.exists(stage.artifact):
                data = self._artifacts.read(stage.artifact)
                if hashlib.sha256(data).hexdigest() == stage.artifact_hash:
                    return codec.load(kind, data)
        return None

    def stage(self, name: StageName, kind: type[T], work: Callable[[], Any], line: Callable[[T], str]) -> Any:
        """Return the stage's hand-over: the kept one, or a new one, kept from now on."""
        kept = self.done(name, kind)
        if kept is not None:
            return kept
        self._pass_gate(name)
        order = list(ARTIFACTS)
        earlier = tuple(s for s in self.record.stages if order.index(s.name) < order.index(name))
        started = time.perf_counter()
        value = work()
        if not isinstance(value, kind):
            return value
        data = codec.dump(value)
        self.write(ARTIFACTS[name], data)
        stage = StageRecord(
            name=name,
            artifact=ARTIFACTS[name],
            artifact_hash=hashlib.sha256(data).hexdigest(),
            seconds=round(time.perf_counter() - started, 3),
            text=line(value),
        )
        self.record = dataclasses.replace(self.record, stages=(*earlier, stage))
        self.write(RUN_FILE, codec.dump(self.record))
        return value

    def _pass_gate(self, name: StageName) -> None:
        if self._gate is None or name not in self.record.gates:
            return
        done = "\n".join(f"{stage.name}: {stage.text}" for stage in self.record.stages)
        asked = self._gate.wait(self.record.run_id, name, f"idea: {self.record.idea}\n{done}".rstrip())
        if asked.answer != "approved":
            what = "nobody gave leave in time" if asked.answer == "timed_out" else f"rejected by {asked.by}"
            raise Refused(f"the {name} was not let through: {what}", reason=GATE)


def _design_line(design: Design) -> str:
    passed = sum(t.passed for t in design.tests)
    return f"{design.spec.name}, {design.spec.timeframe} bars, {passed} of {len(design.tests)} smoke tests pass"


def _ranking_line(ranking: Ranking) -> str:
    if not ranking.chosen:
        return f"none of {len(ranking.candidates)} instruments qualifies"
    return f"{', '.join(ranking.chosen)} of {len(ranking.candidates)} instruments"


def _research_line(research: Research) -> str:
    expected = research.verdict.expected_sharpe
    sharpe = "undefined" if expected is None else f"{expected:.2f}"
    return f"{research.symbol}, walk-forward Sharpe {sharpe}, verdict: {research.verdict.outcome}"


def _deployment_line(deployment: Deployment) -> str:
    return f"{deployment.bot}: {len(deployment.contract.tests)} contract tests pass; {deployment.first_tick}"
