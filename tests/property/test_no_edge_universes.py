"""The whole procedure on universes whose truth is known: noise must not pass, a strong edge must.

A small calibration, by the same parts as `botyard evidence calibrate`, through the idea in words, Selector, Researcher
and verdict: 160 days instead of a year, 20 trials an instrument instead of 200, so that it takes seconds.
"""

import numpy as np
import pytest

from botyard.apps.calibration import asking, plan, tally, truth
from botyard.apps.calibration.asking import Answers, Task, ask
from botyard.apps.calibration.plan import Question
from botyard.apps.calibration.planted import Edge, edge_size
from botyard.apps.calibration.run import Setting, answer_all
from botyard.evidence.verdict import RULE
from botyard.testing.code_cache import CODE_CACHE
from botyard.testing.progress import RecordedProgress

HOURS = 24 * 160
TRIALS = 20
FIRST_SEED = 7_000_000
UNIVERSES = 24
PLANTED = 6


@pytest.fixture
def home(tmp_path):
    """A home folder that shares its machine code with all tests."""
    CODE_CACHE.mkdir(exist_ok=True)
    (tmp_path / "cache").symlink_to(CODE_CACHE)
    return tmp_path


@pytest.fixture
def calibrated(home):
    def run(questions):
        tasks = {q.name: Task(q, TRIALS, HOURS, home, 0) for q in questions}
        file = home / "answers.jsonl"
        setting = Setting(RULE, TRIALS, HOURS, "")
        return answer_all(tasks, ask, Answers, file, setting, workers=1, progress=RecordedProgress())

    return run


def test_noise_does_not_pass_though_it_looks_good_in_sample(calibrated):
    kinds = ("gbm", "garch", "drift")
    found = calibrated(
        Question("no-edge", FIRST_SEED + i, kinds[i % 3], (plan.IDEAS[i % 10],)) for i in range(UNIVERSES)
    )
    row = tally.row("all", found)
    assert row.passed.count <= 1
    assert row.naive.count >= UNIVERSES / 2
    assert row.naive.count >= 10 * row.passed.count


def test_a_strong_edge_passes(calibrated):
    edges = [Edge("momentum", 0.22), Edge("reversion", 0.95)]
    found = calibrated(
        Question("power", FIRST_SEED + 100 + i, "garch", (plan.EDGE_IDEAS[edge.kind],), edge, 5.0, plan.N_SYMBOLS)
        for i, edge in enumerate(edges * (PLANTED // 2))
    )
    assert tally.row("all", found).passed.count >= PLANTED - 2


@pytest.mark.parametrize("kind", ["momentum", "reversion"])
def test_a_planted_edge_earns_what_it_is_said_to(kind):
    task = truth.TruthTask(Edge(kind, edge_size(kind, 3.0)), 3.0, 24, CODE_CACHE)
    found = truth.measure(task, lambda _: None)
    assert found.days == 24 * 365
    assert found.sharpe == pytest.approx(3.0, abs=3 * found.error)


def test_equal_questions_get_equal_answers(home):
    question = Question("registry", FIRST_SEED + 200, "garch", plan.IDEAS[:2])
    task = Task(question, TRIALS, HOURS, home, 0)
    one, two = (ask(task, lambda _: None) for _ in range(2))
    assert one.answers == two.answers
    assert [answer.idea for answer in one.answers] == list(question.ideas)


def test_the_registry_counts_the_ideas_asked_before(home):
    alone = Question("registry", FIRST_SEED + 201, "garch", plan.IDEAS[1:2])
    after = Question("registry", FIRST_SEED + 201, "garch", plan.IDEAS[:2])
    first, second = (ask(Task(q, TRIALS, HOURS, home, 0), lambda _: None).answers[-1] for q in (alone, after))
    assert first.in_sample_sharpe == second.in_sample_sharpe
    assert second.effective_trials > first.effective_trials
    assert second.deflated_sharpe < first.deflated_sharpe


def test_imported_bars_are_turned_by_a_coin(real_market, tmp_path):
    from botyard.market import importer, market_folder

    files = importer.collect(real_market / "freqtrade")[:3]
    told = importer.Told(symbol="", timeframe="", kind="perpetual", venue="")
    importer.import_files(market_folder(tmp_path, "imported"), files, told)
    real = asking.real_hours(tmp_path, 2**42)
    assert real.close.shape[0] == 3
    assert real.close.shape[1] > 24 * 150
    correlation = np.corrcoef(real.close)[0, 1]
    assert 0.3 < correlation < 0.95  # coins move together
