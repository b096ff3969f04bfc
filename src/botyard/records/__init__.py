"""The arrows between stages: frozen dataclasses, one file per hand-over."""
