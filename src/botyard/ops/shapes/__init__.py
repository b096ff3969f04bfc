"""Ops that look at the shape of prices: candles and turning points."""
