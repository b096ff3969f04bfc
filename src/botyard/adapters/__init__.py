"""Ports in the shape of real things: one folder per port, one file per vendor."""
