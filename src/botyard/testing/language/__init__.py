"""Cases for the spec language: every function on bars of every kind, and whatever might be written."""
