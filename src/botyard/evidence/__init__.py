"""What the data say about an edge: walk-forward, deflated Sharpe, bootstrap, and the verdict over them."""
