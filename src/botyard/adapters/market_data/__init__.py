"""Where a bot's bars come from."""
