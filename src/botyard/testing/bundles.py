"""Bundles to test with: a spec on its way into one, with its golden bars."""

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botyard.engine.program import Program, load_program
from botyard.language import CompiledStrategy, compile_spec
from botyard.records import codec
from botyard.records.deployment import BundleSettings
from botyard.records.market import Instrument, Step, TradingRules
from botyard.records.schema import dump_spec, load_spec
from botyard.stages.deployer.bundle import build_bundle
from botyard.stages.deployer.golden import Golden, build_golden
from botyard.stages.deployer.made_up import Around, made_up_bars
from botyard.testing.specs import EMA_CROSS

CONTRACT_RULES = TradingRules(
    Instrument("BTC/USDT:USDT", "x", "BTC", "USDT", "perpetual", Step(1, 10), Step(1, 1000), 5.0)
)
CONTRACT_MODEL = Around(
    price=60_000.0, spread=0.002, volume=12.0, start_ms=1_700_000_100_000, minutes=5, tick=Step(1, 10)
)

EVERYTHING: dict[str, Any] = EMA_CROSS | {
    "name": "everything",
    "timezone": "America/New_York",
    "parameters": {
        "n": {"type": "int", "default": 20, "low": 5, "high": 60},
        "wide": {"type": "float", "default": 1.0, "low": 0.5, "high": 5.0},
    },
    "constraints": [],
    "series": {"mid": "sma(close, n)", "vol": "atr(14)"},
    "state_machine": {
        "initial": "flat",
        "states": {"flat": 0, "armed": 0, "long": 1, "half": 0.5, "short": -1},
        "transitions": [
            {"from": "flat", "to": "armed", "signal": "arm", "when": "close < mid - wide * vol"},
            {"from": "armed", "to": "flat", "signal": "disarm", "when": "bars_in_state >= 10"},
            {"from": "armed", "to": "long", "signal": "enter_long", "stop": "mid"},
            {
                "from": "flat",
                "to": "short",
                "signal": "enter_short",
                "limit": "mid + 2 * wide * vol",
                "if": "inside('09:30', '16:00')",
            },
            {"from": "long", "to": "half", "signal": "scale_out", "limit": "entry_price + wide * vol"},
            {
                "from": ["long", "half"],
                "to": "flat",
                "signal": "stop",
                "stop": "entry_price - 2 * wide * vol",
                "ratchet": True,
            },
            {"from": "half", "to": "flat", "signal": "exit_long", "when": "close < mid"},
            {"from": "short", "to": "long", "signal": "reverse", "when": "close > mid + 3 * wide * vol"},
            {"from": "short", "to": "flat", "signal": "target", "limit": "mid"},
            {"from": "short", "to": "flat", "signal": "time_exit", "when": "bars_in_position >= 12"},
        ],
    },
    "sizing": {"type": "risk", "per_trade": 0.01, "stop_distance": "2 * vol"},
}


@dataclass(frozen=True)
class Case:
    """A spec on its way into a bundle."""

    compiled: CompiledStrategy
    program: Program
    golden: Golden

    def settings(self) -> BundleSettings:
        """Return bot.json."""
        return BundleSettings(
            name=self.compiled.spec.name,
            symbol=CONTRACT_RULES.instrument.symbol,
            timeframe="5m",
            timezone=self.compiled.spec.timezone,
            market="imported",
            feed="stored",
            parameter_names=tuple(self.program.module.PARAMETERS),
            parameters=tuple(self.program.vector().tolist()[: len(self.program.module.PARAMETERS)]),
            rules=CONTRACT_RULES,
            seed_bars=self.compiled.seed_bars,
            spec_hash=self.compiled.spec_hash,
            code_hash=self.compiled.code_hash,
        )

    def bundle(self, source: str | None = None, **changes: Any) -> bytes:
        """Build the bundle: with another strategy.py, signed as if it were the right one, or with other settings."""
        strategy = self.compiled.source if source is None else source
        code_hash = hashlib.sha256(strategy.encode()).hexdigest()
        settings = dataclasses.replace(self.settings(), **({"code_hash": code_hash} | changes))
        return build_bundle(strategy, dump_spec(self.compiled.spec), codec.dump(settings), self.compiled.spec.timezone)


def make_case(spec: dict[str, Any], cache_dir: Path | None = None) -> Case:
    """Compile a spec and find its golden bars."""
    compiled = compile_spec(load_spec(spec))
    program = load_program(compiled, cache_dir)
    real = made_up_bars(CONTRACT_MODEL, 0, 2_000)
    return Case(compiled, program, build_golden(program, CONTRACT_RULES, real, compiled.seed_bars))
