"""What stands between a bot and harm: halting it for a reason, and the stop that rests whatever its strategy does."""
