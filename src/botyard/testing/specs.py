"""Specs that tests and benchmarks share."""

from typing import Any

EMA_CROSS: dict[str, Any] = {
    "spec_version": 1,
    "name": "ema-cross",
    "idea": "fast ema crosses slow ema, 3 atr trailing stop",
    "timeframe": "5m",
    "timezone": "UTC",
    "logic": "Long while the fast EMA is above the slow one; out on the opposite cross or a 3 ATR trailing stop.",
    "assumptions": ["long only", "periods 12 and 48"],
    "parameters": {
        "fast": {"type": "int", "default": 12, "low": 4, "high": 60},
        "slow": {"type": "int", "default": 48, "low": 20, "high": 300, "log": True},
        "trail": {"type": "float", "default": 3.0, "low": 1.0, "high": 8.0, "step": 0.25},
    },
    "constraints": ["fast < slow"],
    "series": {"ema_fast": "ema(close, fast)", "ema_slow": "ema(close, slow)", "vol": "atr(14)"},
    "state_machine": {
        "initial": "flat",
        "states": {"flat": 0, "long": 1},
        "transitions": [
            {"from": "flat", "to": "long", "signal": "enter_long", "when": "crosses_above(ema_fast, ema_slow)"},
            {"from": "long", "to": "flat", "signal": "exit_long", "when": "crosses_below(ema_fast, ema_slow)"},
            {
                "from": "long",
                "to": "flat",
                "signal": "stop",
                "stop": "highest_since_entry - trail * vol",
                "ratchet": True,
            },
        ],
    },
    "sizing": {"type": "fraction", "of_equity": 1.0},
}
"""The spec of the design's own example."""
