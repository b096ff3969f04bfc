"""Where the trials of all runs are remembered."""
