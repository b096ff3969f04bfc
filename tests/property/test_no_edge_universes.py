"""The whole procedure on markets whose truth is known: noise must not pass, a strong edge must."""

import pytest

from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.stages import researcher, selector
from botyard.testing.code_cache import CODE_CACHE
from botyard.testing.made_up_market import MadeUpMarket, made_up_bars
from botyard.testing.ports.memory_trials import MemoryTrials
from botyard.testing.progress import RecordedProgress
from botyard.testing.research_records import made_up_design

SYMBOLS = ("AAA/USDT", "BBB/USDT", "CCC/USDT", "DDD/USDT")
HOURS = 24 * 160
UNIVERSES = 24
PLANTED = 6


@pytest.fixture
def ask(tmp_path, monkeypatch):
    monkeypatch.setattr(researcher, "draw_charts", lambda *_: {})  # nobody looks at them here

    def run(universe, *, trend):
        bars = {s: made_up_bars(HOURS, seed=1000 * universe + i, trend=trend) for i, s in enumerate(SYMBOLS)}
        market, design = MadeUpMarket(bars), made_up_design()
        ranking = selector.run(design, market, RecordedProgress(), cache_dir=CODE_CACHE)
        if not ranking.chosen:
            return None
        return researcher.run(
            design,
            ranking,
            market,
            FolderArtifacts(tmp_path / f"{universe}"),
            progress=RecordedProgress(),
            registry=MemoryTrials(),
            trials=20,
            seed=universe,
            workers=1,
            cache_dir=CODE_CACHE,
        )

    return run


def test_noise_does_not_pass_though_it_looks_good_in_sample(ask):
    asked = [found for universe in range(1, UNIVERSES + 1) if (found := ask(universe, trend=0.0))]
    assert len(asked) > UNIVERSES / 2
    assert sum(found.study.metrics.sharpe > 0.0 for found in asked) > len(asked) / 2  # what a naive rule promotes
    assert sum(found.verdict.outcome == "pass" for found in asked) <= 1


def test_a_strong_edge_passes(ask):
    outcomes = [ask(universe, trend=0.4).verdict.outcome for universe in range(101, 101 + PLANTED)]
    assert outcomes.count("pass") >= PLANTED - 2
