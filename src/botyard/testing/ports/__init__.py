"""Contract suites, one per port, and the fakes that keep them."""
