"""Types of the ops' arguments."""

State = list[float]
"""A flat list of floats in the bot; compiled code is handed a float64 array."""
