"""Backtests: bars, compiled strategies, the loop, its plain twin, and metrics."""
