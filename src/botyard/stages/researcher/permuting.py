"""The permutation test of a run: searches on permuted bars, kept as they finish, stopped once they have settled it."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from botyard.errors import InvariantError
from botyard.evidence.permutation import ENOUGH, sequential_p
from botyard.language import CompiledStrategy
from botyard.ports import ArtifactStore, Progress
from botyard.records import codec
from botyard.records.verdict import PermutationTest
from botyard.search.crew import Crew
from botyard.stages.researcher.permuted import Panel, PermutedSearch, keep_panel, run_permuted

TASK = "permutations"
FILE = "permutations.json"


@dataclass(slots=True)
class KeptPermutations:
    """What was found so far; a run that was interrupted goes on with it."""

    inputs_hash: str
    found: dict[str, float | None] = field(default_factory=dict)  # number of the permutation -> value


def permutation_test(
    compiled: CompiledStrategy,
    panel: Panel,
    actual: float,
    artifacts: ArtifactStore,
    progress: Progress,
    *,
    permutations: int,
    trials: int,
    seed: int,
    workers: int,
    inputs_hash: str,
    cache_dir: Path | None = None,
) -> PermutationTest:
    """Search up to so many permutations, in order, until enough of them reach the actual value.

    inputs_hash: of all that the values depend on but their numbers. The result is the same for any number of workers.
    """
    kept = _kept(artifacts, inputs_hash)
    progress.start(TASK, permutations)
    progress.advance(TASK, len(_in_order(kept, permutations)))
    with tempfile.TemporaryDirectory(prefix="botyard-permuted-") as folder, Crew(run_permuted, workers) as crew:
        file = Path(folder) / "panel"
        keep_panel(file, panel)
        numbers = {}
        for number in range(1, permutations + 1):
            if str(number) not in kept.found and not _is_settled(kept, permutations, actual):
                task = PermutedSearch(number, file, compiled, trials, seed, cache_dir)
                numbers[crew.submit(task)] = str(number)
        for asked, value in crew.results(lambda units: progress.advance(TASK, units)) if numbers else ():
            kept.found[numbers[asked]] = value
            artifacts.write(FILE, codec.dump(kept))
            if _is_settled(kept, permutations, actual):
                break
    test = sequential_p(actual, _in_order(kept, permutations))
    progress.finish(TASK, f"{test.reached} of {test.used} permutations reach the search's own value, p = {test.p:.2g}")
    return test


def _is_settled(kept: KeptPermutations, permutations: int, actual: float) -> bool:
    reached = [value is not None and value >= actual for value in _in_order(kept, permutations)]
    return sum(reached) >= ENOUGH or len(reached) == permutations


def _in_order(kept: KeptPermutations, permutations: int) -> list[float | None]:
    # up to the first that is missing: workers finish in any order, the decision falls in one
    found: list[float | None] = []
    for number in range(1, permutations + 1):
        if str(number) not in kept.found:
            break
        found.append(kept.found[str(number)])
    return found


def _kept(artifacts: ArtifactStore, inputs_hash: str) -> KeptPermutations:
    if artifacts.exists(FILE):
        try:
            kept = codec.load(KeptPermutations, artifacts.read(FILE))
        except InvariantError:  # of another version
            return KeptPermutations(inputs_hash)
        if kept.inputs_hash == inputs_hash:
            return kept
    return KeptPermutations(inputs_hash)
