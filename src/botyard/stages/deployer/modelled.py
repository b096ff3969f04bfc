"""What a model does at deployment: the review always, the strategy's code where it is asked for; both kept with the run."""

import dataclasses
import hashlib
from collections.abc import Callable

from botyard.language import CompiledStrategy
from botyard.ports import ArtifactStore, LanguageModel
from botyard.records import codec
from botyard.records.deployment import BundleSettings, CodeWork, ContractReport, Review
from botyard.records.market import TradingRules
from botyard.records.research import Research
from botyard.stages.deployer.contract import run_contract_tests
from botyard.stages.deployer.golden import Golden
from botyard.stages.deployer.review import review
from botyard.stages.deployer.writing import passes_gate, write_code

REVIEW_FILE = "review.json"
CODE_FILE = "strategy_code.json"

Build = Callable[[str, BundleSettings], bytes]


def kept_review(
    research: Research, rules: TradingRules, mode: str, model: LanguageModel, artifacts: ArtifactStore
) -> Review:
    """Return the review that the run has, or let the model write it."""
    if artifacts.exists(REVIEW_FILE):
        kept = codec.load(Review, artifacts.read(REVIEW_FILE))
        if kept.spec_hash == research.spec_hash:
            return kept
    made = review(research, rules, mode, model)
    artifacts.write(REVIEW_FILE, codec.dump(made))
    return made


@dataclasses.dataclass(frozen=True, slots=True)
class Code:
    """The strategy that ships, with what its bundle's contract tests said."""

    settings: BundleSettings
    bundle: bytes
    report: ContractReport
    work: CodeWork


def model_code(
    compiled: CompiledStrategy,
    settings: BundleSettings,
    golden: Golden,
    model: LanguageModel,
    artifacts: ArtifactStore,
    build: Build,
) -> Code | CodeWork:
    """Let the model write the strategy; a CodeWork alone means that the generator's ships, and says why."""

    def made(source: str) -> tuple[BundleSettings, bytes]:
        signed = dataclasses.replace(settings, code_hash=hashlib.sha256(source.encode()).hexdigest())
        return signed, build(source, signed)

    def trial(source: str) -> ContractReport:
        signed, bundle = made(source)
        return run_contract_tests(bundle, compiled, golden, code_hash=signed.code_hash, is_caged=True)

    work = _kept_work(compiled, artifacts)
    if work is None:
        work = write_code(compiled, model, trial)
        artifacts.write(CODE_FILE, codec.dump(work))
    if work.ships != "model":
        return work
    report = trial(work.source)  # once more, for a kept one: nothing ships untested
    if not passes_gate(compiled, work.source) or not report.passed:
        return dataclasses.replace(
            work, ships="generator", why="the code that was kept does not pass any more", source=""
        )
    return Code(*made(work.source), report, work)


def _kept_work(compiled: CompiledStrategy, artifacts: ArtifactStore) -> CodeWork | None:
    if not artifacts.exists(CODE_FILE):
        return None
    kept = codec.load(CodeWork, artifacts.read(CODE_FILE))
    return kept if kept.spec_hash == compiled.spec_hash else None
