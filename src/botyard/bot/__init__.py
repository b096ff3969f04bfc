"""What runs live: the tick, the ledger, the limits. Standard library only, because the bundle carries it."""
