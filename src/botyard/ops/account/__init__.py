"""Functions of the strategy's own trades and equity."""
