"""Thirty days of bars, fifty times `kill -9` at a random write: no order is lost, none doubled, none different."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from botyard.market.readers.files import read_file
from botyard.records.market import Instrument, Step, TradingRules
from botyard.testing.bars import walked_bars
from botyard.testing.bots import replays
from botyard.testing.bots.against_engine import built, differences, listed
from botyard.testing.specs import EMA_CROSS

KILLS = 50
DAYS = 30
SEED = 1


def play(home, deaths):
    """Run one process per death, one after the other; returns how each ended, and what they complained of."""
    command = [sys.executable, "-m", "botyard.testing.bots.replays", str(home), *deaths]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return json.loads(done.stdout), done.stderr


def real_or_made_up():
    """BTC from freqtrade where it is there, else a walk at random on the same grid."""
    place = Path(os.environ.get("BOTYARD_TEST_MARKET", Path(__file__).parents[3] / "shared" / "market"))
    file = place / "freqtrade" / "BTC_USDT-5m.feather"
    if file.is_file():
        return read_file(file)[0].slice(0, DAYS * 288)
    return walked_bars(DAYS * 288, seed=11)


def test_fifty_kills_lose_and_double_nothing(tmp_path):
    bars = real_or_made_up()
    instrument = Instrument("MADE/UP", "made-up", "MADE", "UP", "spot", Step(1, 100), Step(1, 100_000), 5.0)
    settings, source, ran = built(EMA_CROSS, TradingRules(instrument), bars)
    assert len(ran.fills) > 100
    home = replays.make_home(tmp_path / "home", settings, source, listed(bars))
    chance = random.Random(SEED)
    # about 1.5 writes per bar: the last death is near the last bar
    deaths = [f"{chance.randint(1, 3 * len(bars) // KILLS)}:{chance.choice(['before', 'after'])}" for _ in range(KILLS)]
    ended, complaints = play(home, [*deaths, "0:before"])
    assert ended == [-signal.SIGKILL] * KILLS + [0], f"seed {SEED}: {complaints}"
    assert differences(home, settings, bars, ran) == []
