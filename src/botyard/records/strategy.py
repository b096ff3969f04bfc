"""Language -> engine, stages, bundle: a spec and the strategy.py that was compiled from it."""

from dataclasses import dataclass

from botyard.records.spec import Spec


@dataclass(frozen=True, slots=True)
class CompiledStrategy:
    """One spec, compiled."""

    spec: Spec
    spec_hash: str
    source: str  # strategy.py
    code_hash: str  # sha256 of source
    seed_bars: int  # bars a bot is fed first: 7 spans of recursive averages and all windows, at the defaults
    warnings: tuple[str, ...]  # lint
    uses_absolute_prices: bool  # it cannot be ranked across instruments then
    has_shorts: bool
    window_parameters: tuple[str, ...]  # int parameters that size windows
