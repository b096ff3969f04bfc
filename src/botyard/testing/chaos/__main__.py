"""`make chaos`: at least 20,000 ticks over real bars with faults and deaths at every await and write; 1 when anything is wrong."""

import argparse
import sys
import time
from pathlib import Path

from botyard.records.fleet import Bar
from botyard.testing.bots import live
from botyard.testing.chaos import run
from botyard.testing.markets.bars import real_bars

SHARES = {"paper": 0.6, "binance": 0.2, "binanceusdm": 0.2}  # of the ticks
PAPER_BARS, EXCHANGE_BARS = 500, 200  # in a stretch
TICKS_A_BAR = 1.4  # a bar takes more than one where ticks die; a little less than was measured


def main() -> int:
    """Run it and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ticks", type=int, default=20_000, help="at least so many")
    parser.add_argument("--seed", type=int, default=1, help="of all chances")
    parser.add_argument("--market", type=Path, default=None, help="folder with freqtrade/*.feather; else made-up bars")
    asked = parser.parse_args()
    bars = _bars(asked.market, asked.ticks)
    started, used = time.monotonic(), time.process_time()
    tallies = [run.paper(bars, *_sizes(asked.ticks, "paper", PAPER_BARS), asked.seed, _progress)]
    for market in ("binance", "binanceusdm"):
        sizes = _sizes(asked.ticks, market, EXCHANGE_BARS)
        tallies.append(run.at_exchange(bars, *sizes, asked.seed, market, _progress))
    ticks, wrong = sum(t.ticks for t in tallies), sum(len(t.wrong) for t in tallies)
    _say("")
    for tally in tallies:
        for line in tally.lines():
            _say(line)
    _say(
        f"{ticks:,} ticks, seed {asked.seed}, {'real' if asked.market else 'made-up'} bars, {wrong} wrong; "
        f"{time.process_time() - used:.0f} s of CPU, {time.monotonic() - started:.0f} s"
    )
    return 1 if wrong or ticks < asked.ticks else 0


def _sizes(ticks: int, kind: str, length: int) -> tuple[int, int]:
    return max(1, -(-round(ticks * SHARES[kind] / TICKS_A_BAR) // length)), length


def _bars(market: Path | None, ticks: int) -> list[Bar]:
    if market is None:
        return live.made_up_bars(ticks)
    columns = real_bars(market, "BTC_USDT").columns()
    return [Bar(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _progress(text: str) -> None:
    sys.stderr.write(f"\r{text:<60}")
    sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
