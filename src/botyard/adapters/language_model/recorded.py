"""Every exchange is kept with its run, and a run that was kept can be repeated without a model."""

from botyard.adapters.language_model.secrets import SecretFilter
from botyard.errors import NotFound, UserError
from botyard.ports import ArtifactStore, LanguageModel
from botyard.records import codec
from botyard.records.conversation import Exchange, Reply, Request

FOLDER = "conversations"


class Recorder:
    """The LanguageModel port that keeps exchanges as `conversations/<purpose>-<n>.json`, secrets cut out.

    A run that goes on after an interruption finds its own exchanges again and does not pay twice.
    """

    def __init__(self, inner: LanguageModel, artifacts: ArtifactStore, secrets: SecretFilter | None = None) -> None:
        self._inner = inner
        self._artifacts = artifacts
        self._secrets = secrets or SecretFilter()
        self._asked: dict[str, int] = {}

    @property
    def name(self) -> str:
        """The model's."""
        return self._inner.name

    def ask(self, request: Request) -> Reply:
        """Ask, and keep what was said.

        Raises: what the model raises.
        """
        request = self._secrets.request(request)
        asked = codec.content_hash(request)
        place = _place(request.purpose, self._asked)
        kept = _read(self._artifacts, place)
        if kept is not None and kept.request_hash == asked:
            return kept.reply
        reply = self._secrets.reply(self._inner.ask(request))
        data = codec.dump(Exchange(asked, request, reply))
        self._artifacts.write(place, data)
        return codec.load(Exchange, data).reply  # as a repeated run reads it: in the order of the file


class Replay:
    """The LanguageModel port that says again what a recorded run was told."""

    def __init__(self, recorded: ArtifactStore, run_id: str, secrets: SecretFilter | None = None) -> None:
        self._recorded = recorded
        self._run_id = run_id
        self._secrets = secrets or SecretFilter()
        self._asked: dict[str, int] = {}
        first = _read(recorded, f"{FOLDER}/designer-1.json")
        self.name = first.reply.model if first else "none"

    def ask(self, request: Request) -> Reply:
        """Return the recorded reply.

        Raises: UserError when the recording ends earlier, or the prompt is not the recorded one.
        """
        request = self._secrets.request(request)
        place = _place(request.purpose, self._asked)
        kept = _read(self._recorded, place)
        if kept is None:
            raise UserError(
                f"run {self._run_id} holds no {place}: it did not ask this; run it with a model instead of --recorded"
            )
        if kept.request_hash != codec.content_hash(request):
            raise UserError(
                f"the prompt has changed since run {self._run_id} was recorded ({place}: {_difference(kept.request, request)}); "
                "the recording does not fit this version or this idea: run it with a model instead of --recorded"
            )
        return kept.reply


def spent_usd(artifacts: ArtifactStore) -> float:
    """US dollars that the kept exchanges of a run cost, for a run that goes on."""
    places = sorted(artifacts.path(f"{FOLDER}/any").parent.glob("*.json"))
    return sum(codec.load(Exchange, place.read_bytes()).reply.cost_usd for place in places)


def _place(purpose: str, asked: dict[str, int]) -> str:
    asked[purpose] = asked.get(purpose, 0) + 1
    return f"{FOLDER}/{purpose}-{asked[purpose]}.json"


def _read(artifacts: ArtifactStore, place: str) -> Exchange | None:
    try:
        return codec.load(Exchange, artifacts.read(place))
    except NotFound:
        return None


def _difference(kept: Request, now: Request) -> str:
    if kept.system != now.system:
        return "its instructions differ"
    if kept.tools != now.tools:
        return "the forms of its answer differ"
    for index, (a, b) in enumerate(zip(kept.messages, now.messages, strict=False), 1):
        if a != b:
            at = next((i for i, (x, y) in enumerate(zip(a.text, b.text, strict=False)) if x != y), 0)
            was, now_says = (" ".join(text[max(0, at - 20) : at + 50].split()) for text in (a.text, b.text))
            return f"message {index} differs: recorded “…{was}”, now “…{now_says}”"
    if len(kept.messages) != len(now.messages):
        return f"{len(now.messages)} messages instead of {len(kept.messages)}"
    return "max_tokens or purpose differs"
