"""Ask one universe: the stages as the pipeline runs them, up to the verdict."""

import tempfile
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from botyard.adapters.trial_registry.sqlite import SqliteTrials
from botyard.apps.calibration import planted, universes
from botyard.apps.calibration.plan import N_SYMBOLS, TIMEFRAME, Question
from botyard.engine.bars import HOUR_MS, Bars
from botyard.errors import InvariantError, NotFound
from botyard.market import Market, open_market, store
from botyard.records.design import Design
from botyard.records.market import Instrument, SeriesInfo, Step
from botyard.records.verdict import Verdict
from botyard.search.crew import Tell
from botyard.stages import designer, researcher, selector


@dataclass(frozen=True, slots=True)
class Task:
    """A question and what is needed to ask it."""

    question: Question
    trials: int
    n_hours: int
    home: Path  # holds the imported bars and the machine code
    until_ms: int  # the imported market's end


@dataclass(frozen=True, slots=True)
class Answer:
    """What the pipeline said to one idea."""

    idea: str
    outcome: str  # of the verdict, or "no instrument"
    in_sample_sharpe: float | None = None
    deflated_sharpe: float | None = None
    effective_trials: float | None = None
    p_pooled: float | None = None
    p_idea: float | None = None
    p_together: float | None = None
    walk_forward_sharpe: float | None = None
    beyond_market_sharpe: float | None = None
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers of one universe."""

    question: Question
    answers: tuple[Answer, ...]
    edge_in: tuple[str, ...]  # symbols
    cpu_seconds: float


def ask(task: Task, tell: Tell) -> Answers:
    """Make the universe and ask it every idea of the question in order. Equal tasks get equal answers but for the time."""
    started = time.process_time()
    question = task.question
    random = np.random.default_rng(question.seed)
    held, edge_in = _universe(task, random)
    with tempfile.TemporaryDirectory(prefix="botyard-universe-") as place:
        market = _market(Path(place) / "market", held)
        registry = SqliteTrials(Path(place) / "trials.db")
        answers = tuple(_ask(task, idea, market, registry) for idea in question.ideas)
    tell(1)
    return Answers(question, answers, edge_in, round(time.process_time() - started, 3))


def symbol_name(index: int) -> str:
    """Return a made-up symbol's name."""
    return f"{'ABCDEFGH'[index] * 3}/USDT:USDT"


def instrument(symbol: str) -> Instrument:
    """Return a perpetual whose grids are too fine to matter."""
    base = symbol.partition("/")[0]
    tick = Step(1, 10**universes.TICK_DECIMALS)
    return Instrument(symbol, "made-up", base, "USDT", "perpetual", tick, Step(1, 10**6), 5.0, synthetic=True)


@lru_cache(maxsize=4)
def real_hours(home: Path, until_ms: int) -> universes.RealHours:
    """Read the imported bars that research may see. Raises: UserError when nothing was imported."""
    market = open_market(home, "imported", until_ms)
    return universes.real_hours({symbol: market.bars(symbol, TIMEFRAME) for symbol in market.symbols()})


@lru_cache(maxsize=16)
def design(idea: str) -> Design:
    """Return what the Designer makes of an idea."""
    made = designer.run(idea, TIMEFRAME)
    if not isinstance(made, Design):
        raise InvariantError(f"the Designer does not build {idea!r}")
    return made


class Forgetful:
    """The ArtifactStore port for runs of which only the answer is wanted."""

    def write(self, name: str, data: bytes) -> None:
        """Forget it."""

    def read(self, name: str) -> bytes:
        """Raise NotFound."""
        raise NotFound(f"{name} was not kept")

    def exists(self, name: str) -> bool:  # noqa: ARG002  (the port's)
        """Nothing does."""
        return False

    def path(self, name: str) -> Path:
        """Raise NotFound."""
        raise NotFound(f"{name} was not kept")


class Silent:
    """The Progress port for runs that nobody watches one by one."""

    def start(self, task: str, total: int) -> None:
        """Say nothing."""

    def advance(self, task: str, by: int = 1) -> None:
        """Say nothing."""

    def finish(self, task: str, text: str) -> None:
        """Say nothing."""


def _universe(task: Task, random: np.random.Generator) -> tuple[list[Bars], tuple[str, ...]]:
    question = task.question
    if question.kind == "real":
        source = real_hours(task.home, task.until_ms)
        return universes.real_bars(source, random, n_symbols=N_SYMBOLS, n_hours=task.n_hours), ()
    moves = universes.moves(question.kind, random, n_symbols=N_SYMBOLS, n_hours=task.n_hours)
    if question.edge is None:
        return universes.bars(moves, random), ()
    chosen = tuple(sorted(random.permutation(N_SYMBOLS)[: question.edge_symbols].tolist()))
    moves = planted.plant(moves, question.edge, random, chosen)
    return universes.bars(moves, random), tuple(symbol_name(i) for i in chosen)


def _market(folder: Path, held: list[Bars]) -> Market:
    infos = []
    for i, bars in enumerate(held):
        info = SeriesInfo(
            instrument=instrument(symbol_name(i)),
            timeframe=TIMEFRAME,
            first_ms=int(bars.open_ms[0]),
            last_ms=int(bars.open_ms[-1]),
            n_bars=len(bars),
            content_hash=store.content_hash(bars),
            source="made up",
            research_until_ms=int(bars.open_ms[-1]) + HOUR_MS,
        )
        place = store.series_folder(folder, info.instrument.symbol, TIMEFRAME)
        place.mkdir(parents=True)
        store.write_columns(place, bars)
        store.write_info(place, info)
        infos.append(info)
    return Market(folder, tuple(infos))


def _ask(task: Task, idea: str, market: Market, registry: SqliteTrials) -> Answer:
    cache_dir, built = task.home / "cache", design(idea)
    ranking = selector.run(built, market, Silent(), cache_dir=cache_dir)
    if not ranking.chosen:
        return Answer(idea, "no instrument")
    found = researcher.run(
        built,
        ranking,
        market,
        Forgetful(),
        progress=Silent(),
        registry=registry,
        trials=task.trials,
        seed=task.question.seed,
        workers=1,  # two universes at once are faster than two workers on one
        cache_dir=cache_dir,
        views=False,
    )
    return _answer(idea, found.symbol, found.verdict)


def _answer(idea: str, symbol: str, verdict: Verdict) -> Answer:
    figures = verdict.figures
    return Answer(
        idea=idea,
        outcome=verdict.outcome,
        in_sample_sharpe=figures["in_sample_sharpe"].value,
        deflated_sharpe=figures["deflated_sharpe"].value,
        effective_trials=figures["effective_trials"].value,
        p_pooled=figures["p_pooled"].value,
        p_idea=figures["p_idea"].value,
        p_together=figures["p_together"].value,
        walk_forward_sharpe=figures["walk_forward_sharpe"].value,
        beyond_market_sharpe=figures["beyond_market_sharpe"].value,
        symbol=symbol,
    )
