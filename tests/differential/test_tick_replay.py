"""The backtest's orders are the paper ticks' orders, byte for byte (DESIGN 9, test 9)."""

import pytest

from botyard.records.market import Instrument, Step, TradingRules
from botyard.testing.bars import walked_bars
from botyard.testing.bots import replays
from botyard.testing.bots.against_engine import built, differences, listed
from botyard.testing.bundles import EVERYTHING
from botyard.testing.specs import EMA_CROSS

BUSY = EMA_CROSS | {
    "parameters": EMA_CROSS["parameters"]
    | {
        "fast": {"type": "int", "default": 4, "low": 4, "high": 60},
        "slow": {"type": "int", "default": 20, "low": 20, "high": 300},
        "trail": {"type": "float", "default": 1.5, "low": 1.0, "high": 8.0},
    }
}


def rules(kind):
    return TradingRules(
        Instrument("MADE/UP", "made-up", "MADE", "UP", kind, Step(1, 100), Step(1, 1000), 5.0), initial_cash=10_000.0
    )


@pytest.mark.parametrize("spec", [BUSY, EVERYTHING], ids=["ema-cross", "everything"])
@pytest.mark.parametrize("kind", ["spot", "perpetual"])
def test_ticks_decide_and_fill_as_the_backtest_does(tmp_path, spec, kind):
    bars = walked_bars(1500, seed=7)
    settings, source, ran = built(spec, rules(kind), bars)
    assert len(ran.fills) > 20
    home = replays.make_home(tmp_path / "home", settings, source, listed(bars))
    assert replays.main(home, 0, after=False) == 0
    assert differences(home, settings, bars, ran) == []
