"""Write examples/: an idea, its spec, its strategy and what it does on made-up bars. Run after a change on purpose.

`python tools/make_examples.py` writes; tests/golden/test_examples.py says which strategies a change has moved.
"""

import hashlib
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botyard.engine.backtest import backtest
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.market import open_market
from botyard.records.design import Design
from botyard.records.schema import dump_spec, load_spec
from botyard.stages import designer

EXAMPLES = Path(__file__).parents[1] / "examples"
SYMBOL = "DEMO-CEDAR/USDT"
UNTIL = datetime(2024, 6, 1, tzinfo=UTC)

IDEAS = {
    "ema-cross": ("fast ema crosses slow ema", "5m"),
    "rsi-pullback": (
        "buy when rsi(14) drops under 30 and sell above 60, only when price above 200 ema, 2 atr stop",
        "15m",
    ),
    "chandelier-breakout": (
        "buy when price makes a new 20 bar high, trail with a chandelier stop of 3 atr(22) from the highest high since entry",
        "1h",
    ),
    "percent-bracket": ("price crosses above the 100 sma -> long with a 3% stop loss and 6% take profit", "5m"),
    "two-timeframes": (
        "use the 1h 200 ema as trend filter and trade 5m rsi(2) pullbacks: buy rsi under 10, exit rsi over 70",
        "5m",
    ),
}


def expectation(spec_text: str, cache: Path, home: Path) -> dict[str, Any]:
    """Backtest a spec at its defaults on the demo market's first five months."""
    market = open_market(home, "demo", int(UNTIL.timestamp() * 1000))
    spec = load_spec(spec_text)
    program = load_program(compile_spec(spec), cache)
    bars = market.bars(SYMBOL, spec.timeframe)
    run = backtest(program, bars, market.rules(SYMBOL), record_orders=True)
    return {
        "bars": f"{SYMBOL} (synthetic), {spec.timeframe}, {len(bars)} bars until {UNTIL:%Y-%m-%d}",
        "trades": len(run.trades),
        "fills": len(run.fills),
        "last_equity": float(run.equity[-1]),
        "orders_sha256": hashlib.sha256(run.orders.tobytes()).hexdigest() if run.orders is not None else "",
    }


def main() -> int:
    """Write every example."""
    with tempfile.TemporaryDirectory() as folder:
        for name, (idea, timeframe) in IDEAS.items():
            design = designer.run(idea, timeframe)
            if not isinstance(design, Design):
                print(f"{name}: the designer answers {design}")
                return 1
            place = EXAMPLES / name
            place.mkdir(parents=True, exist_ok=True)
            text = dump_spec(design.spec)
            (place / "idea.txt").write_text(f"{idea}\n{timeframe}\n")
            (place / "strategy_spec.json").write_text(text)
            (place / "strategy.py").write_text(design.source)
            expected = expectation(text, Path(folder) / "cache", Path(folder) / "home")
            (place / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")
            print(f"{name}: {expected['trades']} trades, equity {expected['last_equity']:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
