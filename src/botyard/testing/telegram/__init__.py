"""A Bot API server on loopback, as strict as the real one where a bot can go wrong."""
