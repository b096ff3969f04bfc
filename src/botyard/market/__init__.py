"""Bars on disk, quality checks, and the demo market."""

from botyard.market.catalog import market_folder, open_market
from botyard.market.market import Market

__all__ = ["Market", "market_folder", "open_market"]
