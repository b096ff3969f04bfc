"""One idea that the rules cannot read, and what a good model answers to it."""

from typing import Any

IDEA = (
    "if the market is sleepy (atr(14) below its own 100 bar average) and price pokes above the 20 bar high, "
    "ride it and bail when atr is 1.5 times that average"
)

SPEC: dict[str, Any] = {
    "name": "sleepy-breakout",
    "timeframe": "5m",
    "logic": "Buy a new high in a calm market; leave when it gets wild.",
    "assumptions": [
        "long only",
        "price pokes above the high: the close is above the highest high of the 20 bars before",
    ],
    "parameters": {
        "atr_length": {"type": "int", "default": 14, "low": 7, "high": 28},
        "calm": {"type": "int", "default": 100, "low": 50, "high": 200},
        "high_bars": {"type": "int", "default": 20, "low": 10, "high": 40},
        "wild": {"type": "float", "default": 1.5, "low": 1.1, "high": 3.0, "step": 0.1},
    },
    "series": {"vol": "atr(atr_length)", "usual": "sma(vol, calm)", "top": "highest(high, high_bars)[1]"},
    "state_machine": {
        "initial": "flat",
        "states": {"flat": 0, "long": 1},
        "transitions": [
            {"from": "flat", "to": "long", "signal": "enter_long", "when": "vol < usual and close > top"},
            {"from": "long", "to": "flat", "signal": "exit_long", "when": "vol > wild * usual"},
        ],
    },
}

WITNESS = '''def decide(memory, bar, parameters):
    """Calm and a new high: long. Wild: out."""
    vol = atr(memory, "atr", bar, 14)
    usual = sma(memory, "usual", vol, 100)
    top = ago(memory, "top", highest(memory, "high", bar["high"], 20), 1)
    if vol is None or usual is None or top is None:
        return {"target": None}
    if bar["exposure"] > 0:
        return {"target": 0 if vol > 1.5 * usual else None}
    if vol < usual and bar["close"] > top:
        return {"target": 1}
    return {"target": None}
'''

TESTS = """def test_stays_flat_while_nothing_happens():
    decisions = play(bars_of([100.0 for i in range(400)]), {})
    assert all([d["target"] is None for d in decisions])


def test_buys_the_new_high_out_of_the_calm():
    closes = [100.0 + (i % 7) for i in range(300)] + [103.0 + 0.1 * (i % 3) for i in range(60)] + [107.5]
    decisions = play(bars_of(closes), {})
    assert decisions[-1]["target"] == 1
"""
