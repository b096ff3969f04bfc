"""Fakes and contract suites, importable by whoever writes an adapter."""
