"""Bots to test with: in memory, on disk, dying at a chosen write, compared with the engine."""
