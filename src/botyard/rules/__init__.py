"""Sizing, costs, fills, rounding and limits: one bar of trading, the same source for engine, paper venue and bot."""
