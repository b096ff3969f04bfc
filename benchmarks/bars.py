"""The bars that benchmarks run on: real ones where they are, else made up."""

import os
from pathlib import Path

from botyard.engine.bars import Bars
from botyard.testing.bars import walked_bars
from botyard.testing.markets.bars import real_bars

ROOT = Path(__file__).parents[1]


def benchmark_bars() -> tuple[Bars, str]:
    """Return about 72,000 bars, and what they are."""
    market = Path(os.environ.get("BOTYARD_TEST_MARKET", ROOT.parent / "shared" / "market"))
    if (market / "freqtrade").is_dir():
        return real_bars(market, "BTC_USDT"), "real 5-minute bars"
    return walked_bars(72_000), "made-up bars"
