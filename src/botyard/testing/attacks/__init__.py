"""Attacks on the cage, each run against every layer of it alone, and ordinary strategies that must pass."""

from botyard.testing.attacks.attack import Attack
from botyard.testing.attacks.bombs import BOMBS
from botyard.testing.attacks.walks import WALKS
from botyard.testing.attacks.world import WORLD

ATTACKS: tuple[Attack, ...] = (*WALKS, *WORLD, *BOMBS)

__all__ = ["ATTACKS", "BOMBS", "WALKS", "WORLD", "Attack"]
