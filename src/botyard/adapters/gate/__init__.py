"""Where people are asked before a stage runs."""
