"""What ops are written with: the type of their state, and a word to the compiler."""

State = list[float]
"""A flat list of floats in the bot; compiled code is handed a float64 array."""


def settled(condition: bool) -> bool:
    """Pass on a condition that stays true once it is true: one on a count that only grows.

    Once all of a strategy's are true, compiled code no longer asks.
    """
    return condition
