"""The studies of a run: handed to the crew, kept as they finish, taken up again after an interruption."""

from botyard.errors import InvariantError
from botyard.ports import ArtifactStore, Progress
from botyard.records import codec
from botyard.search.crew import Crew
from botyard.search.study import StudyResult
from botyard.search.tasks import KeptStudy, StudyTask

TASK = "researcher"


class Desk:
    """Takes studies in, has them run unless the run kept their result, and gives the results out by name."""

    def __init__(self, crew: Crew[StudyTask, StudyResult], artifacts: ArtifactStore, progress: Progress) -> None:
        self.results: dict[str, StudyResult] = {}
        self._crew = crew
        self._artifacts = artifacts
        self._progress = progress
        self._asked: dict[int, tuple[str, str]] = {}  # task number -> name, inputs hash

    def ask(self, task: StudyTask) -> None:
        """Have a study run; an idle worker begins at once."""
        inputs_hash = task.inputs_hash()
        kept = self._kept(task.name, inputs_hash)
        if kept is None:
            self._asked[self._crew.submit(task)] = task.name, inputs_hash
        else:
            self.results[task.name] = kept
            self._progress.advance(TASK, task.trials)

    def collect(self) -> None:
        """Wait until every study asked for has its result."""
        for number, result in self._crew.results(lambda units: self._progress.advance(TASK, units)):
            name, inputs_hash = self._asked[number]
            self.results[name] = result
            self._artifacts.write(_file(name), codec.dump(KeptStudy(inputs_hash, result)))

    def _kept(self, name: str, inputs_hash: str) -> StudyResult | None:
        if not self._artifacts.exists(_file(name)):
            return None
        try:
            kept = codec.load(KeptStudy, self._artifacts.read(_file(name)))
        except InvariantError:  # of another version: search again
            return None
        return kept.result if kept.inputs_hash == inputs_hash else None


def _file(name: str) -> str:
    return f"studies/{name}.json"
