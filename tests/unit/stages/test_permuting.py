"""The permutation test over the whole search, on markets whose truth is known."""

import numpy as np
import pytest

from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.engine.program import load_program
from botyard.evidence.permutation import ENOUGH
from botyard.language import compile_spec
from botyard.search.ranking import MIN_TRADES
from botyard.search.study import run_study
from botyard.stages.researcher import permuting
from botyard.testing.code_cache import CODE_CACHE
from botyard.testing.markets.made_up import MadeUpMarket, made_up_bars
from botyard.testing.progress import RecordedProgress
from botyard.testing.research_records import SPEC

TRIALS = 4
COMPILED = compile_spec(SPEC)


@pytest.fixture(scope="module")
def program():
    return load_program(COMPILED, CODE_CACHE)


def ask(program, folder, *, seed, trend, permutations, workers=1, value=None):
    market = MadeUpMarket({"AAA/USDT": made_up_bars(24 * 110, seed=seed, trend=trend)})
    panel = {symbol: (bars, market.rules(symbol)) for symbol, bars in market.held.items()}
    if value is None:
        bars, rules = panel["AAA/USDT"]
        value = run_study(program, bars, rules, trials=TRIALS, seed=seed, min_trades=MIN_TRADES).best.value
    return permuting.permutation_test(
        COMPILED,
        panel,
        value,
        FolderArtifacts(folder),
        RecordedProgress(),
        permutations=permutations,
        trials=TRIALS,
        seed=seed,
        workers=workers,
        inputs_hash=f"{seed} {trend}",
        cache_dir=CODE_CACHE,
    )


def test_a_planted_edge_has_the_smallest_p_there_is(program, tmp_path):
    test = ask(program, tmp_path, seed=1, trend=0.4, permutations=19)
    assert (test.reached, test.used, test.p) == (0, 19, 1 / 20)


def test_without_an_edge_p_is_anywhere(program, tmp_path):
    p = np.array([ask(program, tmp_path / str(n), seed=n, trend=0.0, permutations=9).p for n in range(100, 118)])
    assert 0.3 < p.mean() < 0.85  # 0.55 is expected; where nothing qualifies a value cannot be reached
    assert (p <= 0.1).sum() <= 6
    assert len(set(p)) >= 4


def test_it_goes_on_where_it_was_interrupted_and_workers_change_nothing(program, tmp_path, monkeypatch):
    whole = ask(program, tmp_path / "whole", seed=3, trend=0.0, permutations=8, value=1e9)
    assert (whole.used, whole.p) == (8, 1 / 9)
    real, asked = permuting.run_permuted, []

    def dies_at_the_fourth(task, tell):
        asked.append(task.number)
        if len(asked) == 4:
            raise KeyboardInterrupt
        return real(task, tell)

    monkeypatch.setattr(permuting, "run_permuted", dies_at_the_fourth)
    with pytest.raises(KeyboardInterrupt):
        ask(program, tmp_path / "cut", seed=3, trend=0.0, permutations=8, value=1e9)
    assert ask(program, tmp_path / "cut", seed=3, trend=0.0, permutations=8, value=1e9) == whole
    assert asked == [1, 2, 3, 4, 4, 5, 6, 7, 8]
    monkeypatch.setattr(permuting, "run_permuted", real)
    assert ask(program, tmp_path / "two", seed=3, trend=0.0, permutations=8, value=1e9, workers=2) == whole


def test_it_stops_once_it_is_settled(program, tmp_path):
    test = ask(program, tmp_path, seed=3, trend=0.0, permutations=60, value=-1e9)
    assert test.is_stopped
    assert test.reached == ENOUGH
    assert test.used < 40
    again = ask(program, tmp_path, seed=3, trend=0.0, permutations=60, value=-1e9)
    assert again == test
