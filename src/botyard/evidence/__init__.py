"""What the data say about an edge: walk-forward now; each test of the verdict gets its own file here."""
