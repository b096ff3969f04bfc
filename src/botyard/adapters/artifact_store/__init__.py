"""Artifact stores: where a run's files are kept."""
